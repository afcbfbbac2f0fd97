"""Multiclass Logistic Regression: an untrained model."""

from __future__ import annotations

from forebay_modules.learners import Learner
from forebay_modules.run import Context, Outputs, main


def run(context: Context) -> Outputs:
    """`learner`: what Train Model and its kin take."""
    settings = {
        "C": context.setting("C"),
        "max_iter": context.setting("max_iter"),
        "random_state": context.setting("seed"),
    }
    return {
        "learner": Learner(
            "logistic_regression", settings, context.setting("scale"), classes="many"
        )
    }


if __name__ == "__main__":
    main(run)
