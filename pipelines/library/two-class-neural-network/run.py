"""Two-Class Neural Network: an untrained model."""

from __future__ import annotations

from forebay_modules.learners import Learner, layer_sizes
from forebay_modules.run import Context, Outputs, main


def run(context: Context) -> Outputs:
    """`learner`: what Train Model and its kin take."""
    settings = {
        "hidden_layer_sizes": layer_sizes(context.setting("layers")),
        "learning_rate_init": context.setting("rate"),
        "max_iter": context.setting("iterations"),
        "alpha": context.setting("alpha"),
        "random_state": context.setting("seed"),
    }
    return {
        "learner": Learner(
            "neural_network_classifier", settings, context.setting("scale"), classes="two"
        )
    }


if __name__ == "__main__":
    main(run)
