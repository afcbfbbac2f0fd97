"""Boosted Decision Tree Regression: an untrained model."""

from __future__ import annotations

from forebay_modules.learners import Learner
from forebay_modules.run import Context, Outputs, main


def run(context: Context) -> Outputs:
    """`learner`: what Train Model and its kin take."""
    settings = {
        "n_estimators": context.setting("trees"),
        "learning_rate": context.setting("rate"),
        "max_depth": context.setting("depth"),
        "min_samples_leaf": context.setting("leaf"),
        "random_state": context.setting("seed"),
    }
    return {"learner": Learner("boosted_tree_regression", settings, False)}


if __name__ == "__main__":
    main(run)
