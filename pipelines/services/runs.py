"""Changes to runs and experiments that move no step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from pipelines.domain.submission import TEXT_LIMIT, check_texts, experiment_problem
from pipelines.models import Experiment, Run
from pipelines.services.events import NewEvent, record_events
from workspaces.domain.errors import InvalidInput, Problem
from workspaces.models import Workspace


@transaction.atomic
def update_run(*, run: Run, changes: Mapping[str, Any]) -> Run:
    """Set description, and merge tags and properties; a tag given as null is removed."""
    problems: list[Problem] = []
    for name in ("tags", "properties"):
        value = changes.get(name)
        texts = (
            {k: v for k, v in value.items() if v is not None} if isinstance(value, dict) else value
        )
        problems += check_texts(texts, name)
    description = changes.get("description", run.description)
    if not isinstance(description, str) or len(description) > TEXT_LIMIT:
        problems.append(
            Problem(f"description must be a text of at most {TEXT_LIMIT}.", "description")
        )
    if problems:
        raise InvalidInput.of(problems)
    row = Run.objects.select_for_update().select_related("experiment").get(pk=run.pk)
    row.description = description
    row.tags = _merged(row.tags, changes.get("tags"))
    row.properties = _merged(row.properties, changes.get("properties"))
    row.save(update_fields=["description", "tags", "properties"])
    data = {"run": row.uid, "tags": row.tags, "description": row.description}
    record_events([NewEvent(row.workspace_id, row.pk, "run.changed", data)], now=timezone.now())
    return row


def _merged(old: Mapping[str, str], new: Mapping[str, str | None] | None) -> dict[str, str]:
    merged = {**old, **(new or {})}
    return {key: value for key, value in merged.items() if value is not None}


def ensure_experiment(*, workspace: Workspace, name: Any) -> Experiment:
    """The experiment of this name, made when it is not there yet."""
    if wrong := experiment_problem(name):
        raise InvalidInput.field("name", wrong)
    return Experiment.objects.get_or_create(workspace=workspace, name=name.strip())[0]
