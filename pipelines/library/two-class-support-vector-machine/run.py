"""Two-Class Support Vector Machine: an untrained model."""

from __future__ import annotations

from forebay_modules.learners import Learner
from forebay_modules.run import Context, Outputs, main


def run(context: Context) -> Outputs:
    """`learner`: what Train Model and its kin take."""
    settings = {
        "C": context.setting("C"),
        "kernel": context.setting("kernel"),
        "probability": True,
        "random_state": context.setting("seed"),
    }
    return {
        "learner": Learner(
            "support_vector_machine", settings, context.setting("scale"), classes="two"
        )
    }


if __name__ == "__main__":
    main(run)
