"""Assign Data to Clusters."""

from __future__ import annotations

from forebay_modules.models import assign_clusters
from forebay_modules.run import Context, Outputs, main


def run(context: Context) -> Outputs:
    """`results` with `Assignments` and the distance to each centre."""
    return {"results": assign_clusters(context.inputs["model"], context.table("dataset"))}


if __name__ == "__main__":
    main(run)
