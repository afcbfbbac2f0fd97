"""The runs of an experiment, fetched page by page, and which of them a program asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Dict

from azureml.core._run_details import PIPELINE_RUN, properties_of_run
from azureml.core._run_types import make_run


def list_runs(
    experiment: Any,
    run_type: str | None = None,
    tags: Any = None,
    properties: Any = None,
    status: str | None = None,
    include_children: bool = False,
) -> Iterator[Any]:
    """Runs, newest first; with `include_children` each is followed by its steps."""
    workspace = experiment.workspace
    query = {"experiment": experiment.name, "status": stored_status(status)}
    for document in workspace._transport.list_items(workspace._path("runs"), query):
        run = make_run(PIPELINE_RUN, experiment, document)
        if (
            run_type in {None, PIPELINE_RUN}
            and matches(document.get("tags") or {}, tags)
            and matches(properties_of_run(document), properties)
        ):
            yield run
        if include_children:
            yield from run.get_children(tags=tags, properties=properties, type=run_type)


def stored_status(status: str | None) -> str | None:
    """The server's word for a status; the pipeline classes say Finished for Completed."""
    return "Completed" if status == "Finished" else status


def matches(values: Dict[str, str], wanted: Any) -> bool:
    """Whether tags or properties have a key (a string), or keys and values (a dictionary)."""
    if not wanted:
        return True
    if isinstance(wanted, str):
        return wanted in values
    return all(values.get(key) == value for key, value in wanted.items())
