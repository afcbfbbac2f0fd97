"""Several changes of an endpoint at once, as one request brings them: all, or none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from endpoints.domain.texts import unknown_fields
from endpoints.models import PipelineEndpoint
from endpoints.services.pipeline_endpoints import (
    archive_endpoint,
    describe_endpoint,
    disable_endpoint,
    enable_endpoint,
    reactivate_endpoint,
    set_default_version,
)
from workspaces.domain.errors import InvalidInput, Problem
from workspaces.services.access import Actor

FIELDS = ("name", "description", "status", "default_version")
STATUSES = (PipelineEndpoint.ACTIVE, PipelineEndpoint.DISABLED, PipelineEndpoint.ARCHIVED)


@transaction.atomic
def change_endpoint(
    *, endpoint: PipelineEndpoint, actor: Actor, changes: Mapping[str, Any]
) -> PipelineEndpoint:
    """Set what `changes` names of FIELDS. Raises InvalidInput and Conflict, and changes nothing."""
    problems = unknown_fields(changes, FIELDS)
    status, default = changes.get("status"), changes.get("default_version")
    if "status" in changes and status not in STATUSES:
        problems.append(Problem(f"status must be one of {', '.join(STATUSES)}.", "status"))
    number = _number(default)
    if "default_version" in changes and number is None:
        message = "default_version must be the number of a version, such as '0'."
        problems.append(Problem(message, "default_version"))
    if problems:
        raise InvalidInput.of(problems)
    row = endpoint
    archived = row.status == PipelineEndpoint.ARCHIVED
    if archived and status in (PipelineEndpoint.ACTIVE, PipelineEndpoint.DISABLED):
        row = reactivate_endpoint(endpoint=row, actor=actor, name=changes.get("name"))
    if number is not None:
        row = set_default_version(endpoint=row, actor=actor, number=number)
    texts = {name: changes[name] for name in ("name", "description") if name in changes}
    if texts:
        row = describe_endpoint(endpoint=row, actor=actor, changes=texts)
    if status == PipelineEndpoint.ACTIVE and row.status != status:
        row = enable_endpoint(endpoint=row, actor=actor)
    elif status == PipelineEndpoint.DISABLED:
        row = disable_endpoint(endpoint=row, actor=actor)
    elif status == PipelineEndpoint.ARCHIVED:
        row = archive_endpoint(endpoint=row, actor=actor)
    return row


def _number(value: Any) -> int | None:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    good = isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 9
    return int(text) if good else None
