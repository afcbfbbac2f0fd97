"""Permutation Feature Importance."""

from __future__ import annotations

import pandas as pd
from forebay_modules.columns import need_column
from forebay_modules.errors import ModuleError, attempt
from forebay_modules.learners import CLUSTERING
from forebay_modules.run import Context, Outputs, main
from forebay_modules.scoring import scorer
from forebay_modules.tables import Table
from forebay_modules.training import as_target
from sklearn.inspection import permutation_importance


def run(context: Context) -> Outputs:
    """`results`: each feature with its importance, the highest first."""
    model, table = context.inputs["model"], context.table("dataset")
    if model.task == CLUSTERING:
        raise ModuleError("A clustering model has no label to be wrong about.")
    label = need_column(table.frame, model.label, where="The test data")
    frame = table.frame[table.frame[label].notna()]
    if frame.empty:
        raise ModuleError(f"No row of the test data has a value in the label column {label!r}.")
    _, score = scorer(context.setting("metric"), model.task, model.classes)
    features, target = model.check(frame), as_target(frame[label], model.task)
    found = attempt(
        lambda: permutation_importance(
            model.pipeline,
            features,
            target,
            scoring=score,
            n_repeats=context.setting("repeats"),
            random_state=context.setting("seed"),
        ),
        "The model can't be measured with this data",
        of_user=bool(model.learner and model.learner.custom),
    )
    made = pd.DataFrame(
        {"Feature": model.features, "Score": found.importances_mean, "Std": found.importances_std}
    )
    made = made.sort_values("Score", ascending=False, ignore_index=True, kind="stable")
    context.record("table", "Feature importance", made[["Feature", "Score"]].to_dict("list"))
    return {"results": Table(made)}


if __name__ == "__main__":
    main(run)
