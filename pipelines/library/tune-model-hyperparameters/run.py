"""Tune Model Hyperparameters."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pandas as pd
from forebay_modules.errors import ModuleError, attempt
from forebay_modules.run import Context, Outputs, main
from forebay_modules.scoring import scorer
from forebay_modules.sweeps import read_grid, usual_grid
from forebay_modules.tables import Table
from forebay_modules.training import build_pipeline, examples, train
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV


def run(context: Context) -> Outputs:
    """`results`: a row for each try, the best first; `model`: the best, trained on all rows."""
    table, learner = context.table("dataset"), context.inputs["learner"]
    label, choice = context.setting("label"), context.setting("features")
    seen = examples(learner, table, label, choice)
    values = read_grid(context.setting("grid") or "") or usual_grid(learner)
    grid = {f"learn__{name}": tried for name, tried in values.items()}
    metric, score = scorer(context.setting("metric"), learner.task, seen.classes)
    pipeline = build_pipeline(learner, seen.features, seen.numbers)
    usual = {"scoring": score, "cv": context.setting("folds"), "error_score": "raise"}
    if context.setting("mode") == "grid":
        search = GridSearchCV(pipeline, grid, **usual)
    else:
        combinations = 1
        for tried in grid.values():
            combinations *= len(tried)
        search = RandomizedSearchCV(
            pipeline,
            grid,
            n_iter=min(context.setting("runs"), combinations),
            random_state=context.setting("seed"),
            **usual,
        )
    attempt(
        lambda: search.fit(
            seen.features, seen.target, **seen.with_weights(pipeline.named_steps["learn"])
        ),
        "The settings can't be tried",
        of_user=bool(learner.custom),
    )
    if math.isnan(search.best_score_):
        raise ModuleError(
            f"Metric {metric!r} has no value on parts of the data this small: use fewer folds, "
            "or more rows."
        )
    best = {name.removeprefix("learn__"): one for name, one in search.best_params_.items()}
    context.metric(f"Best {metric}", float(search.best_score_))
    print(f"best settings: {json.dumps(best, default=str)}")
    model = train(replace(learner, settings={**learner.settings, **best}), table, label, choice)
    return {"results": Table(_tries(search, metric)), "model": model}


def _tries(search: GridSearchCV | RandomizedSearchCV, metric: str) -> pd.DataFrame:
    found = search.cv_results_
    rows = [
        {**{k.removeprefix("learn__"): v for k, v in tried.items()}, metric: score, "std": spread}
        for tried, score, spread in zip(
            found["params"], found["mean_test_score"], found["std_test_score"], strict=True
        )
    ]
    return pd.DataFrame(rows).sort_values(metric, ascending=False, ignore_index=True)


if __name__ == "__main__":
    main(run)
