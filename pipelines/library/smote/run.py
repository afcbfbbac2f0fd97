"""SMOTE: more examples of the smallest class."""

from __future__ import annotations

from forebay_modules.columns import need_column, need_numeric
from forebay_modules.errors import ModuleError
from forebay_modules.run import Context, Outputs, main
from imblearn.over_sampling import SMOTE


def run(context: Context) -> Outputs:
    """`results`: the rows of the dataset, then the made-up ones."""
    table = context.table("dataset")
    label = need_column(table.frame, context.setting("label"))
    features = [name for name in table.frame.columns if name != label]
    need_numeric(table.frame, features, "SMOTE")
    counts = table.frame[label].value_counts()
    if len(counts) < 2:
        raise ModuleError(f"Column {label!r} has one class only.")
    rarest, neighbours = counts.index[-1], context.setting("neighbors")
    if table.frame[features].isna().any().any():
        raise ModuleError("SMOTE needs numbers in every row: clean missing data first.")
    if counts.iloc[-1] <= neighbours:
        raise ModuleError(
            f"Class {rarest!r} has {counts.iloc[-1]} rows: use fewer than that as neighbors."
        )
    wanted = round(int(counts.iloc[-1]) * (1 + context.setting("percentage") / 100))
    smote = SMOTE(
        sampling_strategy={rarest: wanted},
        k_neighbors=neighbours,
        random_state=context.setting("seed"),
    )
    made, labels = smote.fit_resample(table.frame[features], table.frame[label])
    frame = made.assign(**{label: labels})[list(table.frame.columns)]
    return {"results": table.replaced(frame)}


if __name__ == "__main__":
    main(run)
