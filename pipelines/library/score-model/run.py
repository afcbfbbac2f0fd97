"""Score Model."""

from __future__ import annotations

from forebay_modules.errors import ModuleError
from forebay_modules.learners import CLUSTERING
from forebay_modules.run import Context, Outputs, main


def run(context: Context) -> Outputs:
    """`scored`: the dataset with `Scored Labels` and `Scored Probabilities`."""
    model = context.inputs["model"]
    if model.task == CLUSTERING:
        raise ModuleError("This model finds groups: use Assign Data to Clusters.")
    scored = model.score(context.table("dataset"))
    if not context.setting("keep"):
        scored = scored.replaced(scored.frame[list(scored.roles)])
    return {"scored": scored}


if __name__ == "__main__":
    main(run)
