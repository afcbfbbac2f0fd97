"""Train Clustering Model."""

from __future__ import annotations

from forebay_modules.columns import need_columns
from forebay_modules.errors import ModuleError, attempt
from forebay_modules.learners import CLUSTERING
from forebay_modules.models import Model, as_features, assign_clusters
from forebay_modules.run import Context, Outputs, main
from forebay_modules.training import build_pipeline, number_columns


def run(context: Context) -> Outputs:
    """`model`, and `results` with the group of each row."""
    table, learner = context.table("dataset"), context.inputs["learner"]
    if learner.task != CLUSTERING:
        raise ModuleError("This algorithm finds no groups: connect K-Means Clustering.")
    names = need_columns(table.frame, context.setting("columns"), "Columns")
    groups = learner.settings.get("n_clusters", 1)
    if len(table.frame) < groups:
        raise ModuleError(f"{len(table.frame)} rows can't make {groups} groups.")
    numbers = number_columns(table.frame, names)
    features = as_features(table.frame, names, numbers, "Clustering")
    pipeline = build_pipeline(learner, features, numbers)
    attempt(lambda: pipeline.fit(features), "The algorithm can't learn from this data")
    model = Model(pipeline, CLUSTERING, names, learner=learner, numbers=numbers)
    return {"model": model, "results": assign_clusters(model, table)}


if __name__ == "__main__":
    main(run)
