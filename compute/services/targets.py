"""Making, changing and deleting compute targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from compute.domain.targets import TargetSettings, check_name, read_settings
from compute.models import ComputeTarget
from compute.selectors import target_statuses
from workspaces.domain.errors import Conflict, InvalidInput
from workspaces.models import Workspace
from workspaces.services.access import Actor
from workspaces.services.audit import record_audit

DEFAULT_TARGET = "cpu-cluster"


def create_target(*, workspace: Workspace, actor: Actor, body: Mapping[str, Any]) -> ComputeTarget:
    """A new compute target from a request body. Conflict `exists` when the name is taken."""
    name = check_name(body.get("name"))
    if body.get("kind", ComputeTarget.AML_COMPUTE) != ComputeTarget.AML_COMPUTE:
        raise InvalidInput.field("kind", f"'kind' must be {ComputeTarget.AML_COMPUTE!r} for now.")
    settings = read_settings(body, TargetSettings())
    try:
        with transaction.atomic():
            row = ComputeTarget.objects.create(
                workspace=workspace, name=name, created_by=actor.user, **_columns(settings)
            )
            _note(actor, row, "created", {"max_nodes": row.max_nodes})
            return row
    except IntegrityError:
        raise Conflict(
            f"There is a compute target {name!r} already. Use it, change it, or choose another "
            "name.",
            code="exists",
        ) from None


def create_default_target(workspace: Workspace, actor: Actor) -> ComputeTarget:
    """The target that an example expects; the one there is when it was made before."""
    found = ComputeTarget.objects.filter(
        workspace=workspace, name=DEFAULT_TARGET, deleted_at=None
    ).first()
    return found or create_target(
        workspace=workspace, actor=actor, body={"name": DEFAULT_TARGET, "max_nodes": 4}
    )


@transaction.atomic
def update_target(
    *, workspace: Workspace, actor: Actor, target: ComputeTarget, body: Mapping[str, Any]
) -> ComputeTarget:
    """Change the fields that the body names. Steps that run keep their node."""
    if body.get("name", target.name) != target.name:
        raise InvalidInput.field("name", "A compute target keeps its name; make a new one.")
    row = ComputeTarget.objects.select_for_update().get(pk=target.pk)
    current = TargetSettings(**{field: getattr(row, field) for field in asdict(TargetSettings())})
    columns = _columns(read_settings(body, current))
    was_paused = row.paused_at is not None
    changes = {
        field: {"was": getattr(row, field), "is": value}
        for field, value in columns.items()
        if getattr(row, field) != value
    }
    for field, value in columns.items():
        setattr(row, field, value)
    if "paused" in body:  # steps that run go on; nothing is started until it is false again
        if body["paused"] and row.paused_at is None:
            row.paused_at, row.paused_by = timezone.now(), actor.user
        elif not body["paused"]:
            row.paused_at = row.paused_by = None
    row.save(update_fields=[*columns, "paused_at", "paused_by", "modified_at"])
    if changes:
        _note(actor, row, "changed", changes)
    if was_paused != (row.paused_at is not None):
        _note(actor, row, "resumed" if was_paused else "paused")
    return row


@transaction.atomic
def delete_target(
    *, workspace: Workspace, actor: Actor, target: ComputeTarget, now: datetime
) -> None:
    """Take the target away; past runs still show it, and its name is free again.

    Conflict `in_use` while steps run or wait on it.
    """
    row = ComputeTarget.objects.select_for_update().get(pk=target.pk)
    nodes = target_statuses([row])[row.pk]
    if nodes.running or nodes.queued:
        raise Conflict(
            f"{row.name!r} is in use: {nodes.running} steps run on it and {nodes.queued} wait "
            "for it. Cancel their runs or let them end first.",
            code="in_use",
            extra={"running": nodes.running, "queued": nodes.queued},
        )
    ComputeTarget.objects.filter(pk=row.pk, deleted_at=None).update(deleted_at=now)
    _note(actor, row, "deleted")


def _note(
    actor: Actor, row: ComputeTarget, done: str, detail: Mapping[str, Any] | None = None
) -> None:
    record_audit(
        actor=actor,
        workspace=row.workspace,
        action=f"compute_target.{done}",
        kind="compute target",
        uid=row.uid,
        name=row.name,
        detail=detail,
    )


def _columns(settings: TargetSettings) -> dict[str, Any]:
    return {**asdict(settings), "tags": dict(settings.tags or {})}
