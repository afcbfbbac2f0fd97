"""Multiclass Decision Forest: an untrained model."""

from __future__ import annotations

from forebay_modules.learners import Learner
from forebay_modules.run import Context, Outputs, main


def run(context: Context) -> Outputs:
    """`learner`: what Train Model and its kin take."""
    settings = {
        "n_estimators": context.setting("trees"),
        "max_depth": context.setting("depth"),
        "min_samples_leaf": context.setting("leaf"),
        "random_state": context.setting("seed"),
    }
    return {"learner": Learner("decision_forest_classifier", settings, False, classes="many")}


if __name__ == "__main__":
    main(run)
