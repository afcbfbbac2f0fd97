"""Train Clustering Model."""

from __future__ import annotations

from forebay_modules.columns import need_columns
from forebay_modules.errors import ModuleError
from forebay_modules.learners import CLUSTERING
from forebay_modules.models import Model, assign_clusters, build_pipeline
from forebay_modules.run import Context, Outputs, main


def run(context: Context) -> Outputs:
    """`model`, and `results` with the group of each row."""
    table, learner = context.table("dataset"), context.inputs["learner"]
    if learner.task != CLUSTERING:
        raise ModuleError("This algorithm finds no groups: connect K-Means Clustering.")
    names = need_columns(table.frame, context.setting("columns"), "Columns")
    groups = learner.settings.get("n_clusters", 1)
    if len(table.frame) < groups:
        raise ModuleError(f"{len(table.frame)} rows can't make {groups} groups.")
    pipeline = build_pipeline(learner, table.frame[names])
    pipeline.fit(table.frame[names])
    model = Model(pipeline, CLUSTERING, names, learner=learner)
    return {"model": model, "results": assign_clusters(model, table)}


if __name__ == "__main__":
    main(run)
