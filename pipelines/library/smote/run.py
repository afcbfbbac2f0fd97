"""SMOTE: more examples of the smallest class."""

from __future__ import annotations

from forebay_modules.columns import (
    column_type,
    need_column,
    need_finite,
    need_numeric,
    shown,
)
from forebay_modules.errors import ModuleError
from forebay_modules.learners import CLASSIFICATION
from forebay_modules.run import Context, Outputs, main
from forebay_modules.training import as_target
from imblearn.over_sampling import SMOTE


def run(context: Context) -> Outputs:
    """`results`: the rows of the dataset, then the made-up ones."""
    table = context.table("dataset")
    label = need_column(table.frame, context.setting("label"))
    features = [name for name in table.frame.columns if name != label]
    need_finite(table.frame, need_numeric(table.frame, features, "SMOTE"), "SMOTE")
    if table.frame[label].isna().any():
        raise ModuleError(f"Column {label!r} has gaps: remove those rows with Clean Missing Data.")
    target = as_target(table.frame[label], CLASSIFICATION)
    counts = target.value_counts()
    if not features:
        raise ModuleError(f"SMOTE needs columns of numbers besides the label {label!r}.")
    if len(counts) < 2:
        raise ModuleError(f"Column {label!r} has one class only.")
    rarest, neighbours = counts.index[-1], context.setting("neighbors")
    if table.frame[features].isna().any().any():
        raise ModuleError("SMOTE needs numbers in every row: clean missing data first.")
    if counts.iloc[-1] <= neighbours:
        raise ModuleError(
            f"Class {shown(rarest)} has {counts.iloc[-1]} rows: use fewer than that as neighbors."
        )
    wanted = round(int(counts.iloc[-1]) * (1 + context.setting("percentage") / 100))
    smote = SMOTE(
        sampling_strategy={rarest: wanted},
        k_neighbors=neighbours,
        random_state=context.setting("seed"),
    )
    plain = table.frame[features].astype(
        {name: float for name in features if column_type(table.frame[name]) == "boolean"}
    )
    made, labels = smote.fit_resample(plain, target)
    labels = labels.astype(table.frame[label].dtype)
    frame = made.assign(**{label: labels})[list(table.frame.columns)]
    return {"results": table.replaced(frame)}


if __name__ == "__main__":
    main(run)
