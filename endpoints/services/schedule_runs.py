"""One run of a schedule: of what, with which values, in whose name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from endpoints.models import EndpointVersion, PublishedPipeline, Schedule
from endpoints.selectors import get_published, get_version
from endpoints.services.submitting import submit_published
from pipelines.models import Run
from workspaces.domain.errors import Forbidden, NotFound
from workspaces.domain.roles import Permission
from workspaces.services.access import Actor, authorize

NOTHING: Callable[[Run], None] = lambda run: None  # noqa: E731 - a default


def submit_scheduled(
    *,
    schedule: Schedule,
    actor: Actor,
    due_at: datetime | None,
    parameters: Mapping[str, Any] | None = None,
    changed: Mapping[str, Any] | None = None,
    note_stored: Callable[[Run], None] = NOTHING,
) -> Run:
    """A run with the schedule's parameters, and `parameters` on top of them.

    `changed` tells of the files that brought it about; it is kept in the run's origin. Raises what
    `submit_published` raises.
    """
    version, published = target_of(schedule)
    body: dict[str, Any] = {
        "parameters": {**schedule.parameters, **(parameters or {})},
        "continue_on_step_failure": schedule.continue_on_step_failure,
    }
    if schedule.experiment_name:
        body["experiment"] = schedule.experiment_name
    return submit_published(
        published=published,
        actor=actor,
        body=body,
        endpoint_version=version,
        schedule=schedule,
        due_at=due_at,
        changed=changed,
        source="Schedule",
        note_stored=note_stored,
    )


def target_of(schedule: Schedule) -> tuple[EndpointVersion | None, PublishedPipeline]:
    """What it submits now: its published pipeline, or its endpoint's default version."""
    if schedule.endpoint is not None:
        version = get_version(schedule.endpoint)
        return version, version.published
    assert schedule.published is not None
    return None, get_published(schedule.workspace, schedule.published.uid)


def owner_of(schedule: Schedule) -> Actor:
    """Whom its runs are submitted as. Raises Forbidden when that person may not any more."""
    actor = Actor(user=schedule.runs_as, through=f"schedule {schedule.name}"[:100])
    try:
        authorize(actor=actor, workspace_name=schedule.workspace.name, permission=Permission.WRITE)
    except (Forbidden, NotFound) as error:
        why = "is only a Reader of this workspace now"
        if isinstance(error, NotFound):
            why = "is no member of this workspace any more"
        raise Forbidden(
            f"It runs as {actor.name}, who {why}. Save or enable it as somebody who may submit, "
            "and it runs as them.",
            code="owner_left",
        ) from None
    return actor
