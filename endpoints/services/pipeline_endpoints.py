"""Pipeline endpoints: their versions, which of them is the default, and whether they answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from endpoints.domain.texts import name_problem, text_problems
from endpoints.models import EndpointVersion, PipelineEndpoint, PublishedPipeline
from workspaces.domain.errors import Conflict, InvalidInput, NotFound, Problem
from workspaces.models import Workspace
from workspaces.services.access import Actor
from workspaces.services.audit import record_audit

WHAT = "pipeline endpoint"
NOTHING: Callable[[PipelineEndpoint], None] = lambda row: None  # noqa: E731 - a default


def create_endpoint(
    *,
    workspace: Workspace,
    actor: Actor,
    name: Any,
    published: PublishedPipeline,
    description: Any = "",
    note_stored: Callable[[PipelineEndpoint], None] = NOTHING,
) -> PipelineEndpoint:
    """An endpoint whose version 0, the default, is `published`. Raises Conflict for its name."""
    problems = text_problems({"description": description})
    if wrong := name_problem(name, WHAT):
        problems.append(Problem(wrong, "name"))
    if problems:
        raise InvalidInput.of(problems)
    _refuse_foreign(workspace, published)
    now = timezone.now()
    try:
        with transaction.atomic():
            row = PipelineEndpoint.objects.create(
                workspace=workspace,
                name=name.strip(),
                description=description or "",
                created_by=actor.user,
                created_at=now,
                updated_by=actor.user,
                updated_at=now,
            )
            EndpointVersion.objects.create(
                endpoint=row, number=0, published=published, added_by=actor.user, added_at=now
            )
            _audit(row, actor, "created", published_pipeline=published.uid)
            note_stored(row)
    except IntegrityError:
        raise _name_taken(name.strip()) from None
    return row


@transaction.atomic
def add_version(
    *,
    endpoint: PipelineEndpoint,
    actor: Actor,
    published: PublishedPipeline,
    make_default: bool = False,
    note_stored: Callable[[EndpointVersion], None] = lambda row: None,
) -> EndpointVersion:
    """`published` under the next number; two that add at once get two numbers.

    The default stays as it is unless `make_default`.
    """
    _refuse_foreign(endpoint.workspace, published)
    # The update holds the row's lock until the end: nobody else can read this number.
    PipelineEndpoint.objects.filter(pk=endpoint.pk).update(last_version=F("last_version") + 1)
    row = _locked(endpoint)
    _refuse_archived(row)
    version = EndpointVersion.objects.create(
        endpoint=row,
        number=row.last_version,
        published=published,
        added_by=actor.user,
        added_at=timezone.now(),
    )
    if make_default:
        row.default_version = version.number
    _touch(row, actor, "version_added", version=version.number, published_pipeline=published.uid)
    if make_default:
        _audit(row, actor, "default_changed", version=version.number)
    note_stored(version)
    return version


@transaction.atomic
def set_default_version(
    *, endpoint: PipelineEndpoint, actor: Actor, number: int
) -> PipelineEndpoint:
    """Calls without a version start this one from now on. Raises Conflict when it is disabled."""
    row = _locked(endpoint)
    _refuse_archived(row)
    version = _version(row, number)
    if version.status != EndpointVersion.ACTIVE:
        raise Conflict(
            f"Version {number} of endpoint {row.name!r} is disabled. Enable it first.",
            code="version_disabled",
        )
    was, row.default_version = row.default_version, number
    _touch(row, actor, "default_changed", version=number, before=was)
    return row


@transaction.atomic
def set_version_status(
    *, endpoint: PipelineEndpoint, actor: Actor, number: int, status: Any
) -> EndpointVersion:
    """Enable or disable one version; the default one can't be disabled."""
    if status not in (EndpointVersion.ACTIVE, EndpointVersion.DISABLED):
        raise InvalidInput.field(
            "status",
            f"status must be one of {EndpointVersion.ACTIVE}, {EndpointVersion.DISABLED}.",
        )
    row = _locked(endpoint)
    _refuse_archived(row)
    version = _version(row, number)
    if status == EndpointVersion.DISABLED and number == row.default_version:
        raise Conflict(
            f"Version {number} is the default of endpoint {row.name!r}: calls without a version "
            "start it. Make another version the default first, or disable the endpoint.",
            code="default_version",
        )
    version.status = status
    version.save(update_fields=["status"])
    word = "enabled" if status == EndpointVersion.ACTIVE else "disabled"
    _touch(row, actor, f"version_{word}", version=number)
    return version


@transaction.atomic
def enable_endpoint(*, endpoint: PipelineEndpoint, actor: Actor) -> PipelineEndpoint:
    """It answers calls again."""
    row = _locked(endpoint)
    _refuse_archived(row)
    row.status = PipelineEndpoint.ACTIVE
    _touch(row, actor, "enabled")
    return row


@transaction.atomic
def disable_endpoint(*, endpoint: PipelineEndpoint, actor: Actor) -> PipelineEndpoint:
    """From now on calls are refused; runs that go on are left alone."""
    row = _locked(endpoint)
    _refuse_archived(row)
    row.status = PipelineEndpoint.DISABLED
    _touch(row, actor, "disabled")
    return row


@transaction.atomic
def archive_endpoint(*, endpoint: PipelineEndpoint, actor: Actor) -> PipelineEndpoint:
    """Out of the lists for good, or until it is reactivated; its name is free for another."""
    row = _locked(endpoint)
    row.status = PipelineEndpoint.ARCHIVED
    _touch(row, actor, "archived")
    return row


def reactivate_endpoint(
    *, endpoint: PipelineEndpoint, actor: Actor, name: Any = None
) -> PipelineEndpoint:
    """Bring an archived endpoint back, under another name when its own was given away."""
    wanted = endpoint.name if name is None else name
    if wrong := name_problem(wanted, WHAT):
        raise InvalidInput.field("name", wrong)
    try:
        with transaction.atomic():
            row = _locked(endpoint)
            row.name, row.status = wanted.strip(), PipelineEndpoint.ACTIVE
            _touch(row, actor, "reactivated")
    except IntegrityError:
        raise _name_taken(wanted.strip()) from None
    return row


def describe_endpoint(
    *, endpoint: PipelineEndpoint, actor: Actor, changes: Mapping[str, Any]
) -> PipelineEndpoint:
    """Set name and description. Its address goes by id and stays the same."""
    problems = text_problems(changes)
    name = changes.get("name", endpoint.name)
    if wrong := name_problem(name, WHAT):
        problems.append(Problem(wrong, "name"))
    if problems:
        raise InvalidInput.of(problems)
    try:
        with transaction.atomic():
            row = _locked(endpoint)
            was, row.name = row.name, name.strip()
            row.description = changes.get("description", row.description) or ""
            renamed = {"before": was} if was != row.name else {}
            _touch(row, actor, "changed", **renamed)
    except IntegrityError:
        raise _name_taken(name.strip()) from None
    return row


def _locked(endpoint: PipelineEndpoint) -> PipelineEndpoint:
    return (
        PipelineEndpoint.objects.select_for_update(of=("self",))
        .select_related("workspace")
        .get(pk=endpoint.pk)
    )


def _touch(row: PipelineEndpoint, actor: Actor, done: str, **detail: Any) -> None:
    row.updated_by, row.updated_at = actor.user, timezone.now()
    row.save()
    _audit(row, actor, done, **detail)


def _audit(row: PipelineEndpoint, actor: Actor, done: str, **detail: Any) -> None:
    record_audit(
        actor=actor,
        workspace=row.workspace,
        action=f"endpoint.{done}",
        kind="pipeline endpoint",
        uid=row.uid,
        name=row.name,
        detail=detail,
    )


def _version(endpoint: PipelineEndpoint, number: int) -> EndpointVersion:
    found = EndpointVersion.objects.filter(endpoint=endpoint, number=number).first()
    if found is None:
        raise NotFound(f"Endpoint {endpoint.name!r} has no version {number}.")
    return found


def _refuse_archived(row: PipelineEndpoint) -> None:
    if row.status == PipelineEndpoint.ARCHIVED:
        raise Conflict(f"Endpoint {row.name!r} is archived. Reactivate it first.", code="archived")


def _refuse_foreign(workspace: Workspace, published: PublishedPipeline) -> None:
    if published.workspace_id != workspace.pk:
        raise NotFound(f"There is no published pipeline {published.uid!r} in this workspace.")


def _name_taken(name: str) -> Conflict:
    return Conflict(
        f"There is another pipeline endpoint {name!r} in this workspace. Choose another name, "
        "or archive that one.",
        code="name_taken",
    )
