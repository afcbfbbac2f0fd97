"""K-Means Clustering: an untrained model."""

from __future__ import annotations

from forebay_modules.learners import Learner
from forebay_modules.run import Context, Outputs, main


def run(context: Context) -> Outputs:
    """`learner`: what Train Model and its kin take."""
    settings = {
        "n_clusters": context.setting("clusters"),
        "max_iter": context.setting("iterations"),
        "n_init": context.setting("starts"),
        "random_state": context.setting("seed"),
    }
    return {"learner": Learner("k_means", settings, context.setting("scale"))}


if __name__ == "__main__":
    main(run)
