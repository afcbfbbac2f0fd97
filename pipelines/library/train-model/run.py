"""Train Model: a learner and a table become a model."""

from __future__ import annotations

from forebay_modules.run import Context, Outputs, main
from forebay_modules.training import train


def run(context: Context) -> Outputs:
    """`model`: trained on all rows that have a label."""
    table = context.table("dataset")
    model = train(
        context.inputs["learner"], table, context.setting("label"), context.setting("features")
    )
    return {"model": model}


if __name__ == "__main__":
    main(run)
