"""Cross Validate Model."""

from __future__ import annotations

import pandas as pd
from forebay_modules.columns import free_name, need_column
from forebay_modules.errors import ModuleError
from forebay_modules.evaluation import evaluate
from forebay_modules.learners import CLASSIFICATION
from forebay_modules.run import Context, Outputs, main
from forebay_modules.tables import Table
from forebay_modules.training import examples, train
from sklearn.model_selection import KFold, StratifiedKFold


def run(context: Context) -> Outputs:
    """`scored`: each row as the model scored it that had not seen it; `results`: a row a fold."""
    table, learner = context.table("dataset"), context.inputs["learner"]
    label = need_column(table.frame, context.setting("label"))
    known = table.replaced(table.frame[table.frame[label].notna()])
    target = examples(learner, known, label, context.setting("features")).target
    kind = StratifiedKFold if learner.task == CLASSIFICATION else KFold
    splitter = kind(context.setting("folds"), shuffle=True, random_state=context.setting("seed"))
    try:
        parts = list(splitter.split(known.frame, target))
    except ValueError as error:
        raise ModuleError(f"The rows can't be divided so: {error}") from error
    pieces, rows, roles = [], [], {}
    fold = free_name("Fold", table.frame.columns)
    for number, (rest, picked) in enumerate(parts, start=1):
        seen = known.replaced(known.frame.iloc[rest])
        model = train(learner, seen, label, context.setting("features"))
        scored = model.score(known.replaced(known.frame.iloc[picked]))
        pieces.append(scored.frame.assign(**{fold: number}))
        roles = scored.roles
        rows.append({"Fold": number, **evaluate(scored, label).metrics})
    folds = pd.DataFrame(rows)
    for name in folds.columns.drop("Fold"):
        context.metric(f"{name} (mean)", float(folds[name].mean()))
    mean = pd.DataFrame([{"Fold": "Mean", **folds.drop(columns="Fold").mean().to_dict()}])
    spread = pd.DataFrame([{"Fold": "Std", **folds.drop(columns="Fold").std().to_dict()}])
    summary = pd.concat([folds.astype({"Fold": str}), mean, spread], ignore_index=True)
    return {
        "scored": Table(pd.concat(pieces, ignore_index=True), roles),
        "results": Table(summary),
    }


if __name__ == "__main__":
    main(run)
