"""Linear Regression: an untrained model."""

from __future__ import annotations

from forebay_modules.learners import Learner
from forebay_modules.run import Context, Outputs, main


def run(context: Context) -> Outputs:
    """`learner`: what Train Model and its kin take."""
    settings = {
        "fit_intercept": context.setting("intercept"),
    }
    return {"learner": Learner("linear_regression", settings, context.setting("scale"))}


if __name__ == "__main__":
    main(run)
