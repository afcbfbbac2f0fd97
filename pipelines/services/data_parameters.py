"""Parameters that stand for data: names become versions, and changes are told by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from data.selectors import dataset_names, get_dataset_by_name
from pipelines.domain.data_words import name_data_changes
from pipelines.domain.parameters import LATEST
from pipelines.domain.reuse import Change
from pipelines.models import StepRun
from workspaces.domain.errors import ForebayError, Problem
from workspaces.models import Workspace


def pin_datasets(
    workspace: Workspace, values: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Problem]]:
    """`values` with datasets asked by name as the version that this is now."""
    pinned, problems = dict(values), []
    for name, value in values.items():
        if not isinstance(value, Mapping) or "name" not in value:
            continue
        try:
            version = str(value.get("version", LATEST))
            found = get_dataset_by_name(workspace, value["name"], version)
            pinned[name] = {"dataset": found.uid}
        except ForebayError as error:
            del pinned[name]
            message = f"Parameter {name!r}: {error.detail}"
            problems.append(Problem(message, f"parameters.{name}", code="unknown_dataset"))
    return pinned, problems


def tell_data_changes(
    workspace_id: int, found: Sequence[tuple[StepRun, StepRun, list[Change]]]
) -> list[list[Change]]:
    """The changes of each (earlier step, step), those of inputs told by path or dataset.

    Asks for names only when an input did change: this is on the way of every finished step.
    """
    told = [
        step
        for before, after, changes in found
        if any(change.kind == "input" for change in changes)
        for step in (before, after)
    ]
    uids = _datasets_read(told)
    names = dataset_names(workspace_id, uids) if uids else {}
    return [
        name_data_changes(changes, before.node, after.node, names)
        for before, after, changes in found
    ]


def _datasets_read(steps: Iterable[StepRun]) -> set[str]:
    return {
        port["source"]["dataset"]
        for step in steps
        for port in step.node.get("inputs") or ()
        if "dataset" in port["source"]
    }
