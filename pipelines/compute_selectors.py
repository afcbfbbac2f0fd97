"""What runs and waits on a compute target, as its page lists it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F, QuerySet

from compute.models import ComputeTarget
from pipelines.domain.status import ACTIVE, Status
from pipelines.models import StepRun
from pipelines.queue_selectors import queue_positions

LISTED = 200
SHOWN = (
    "uid", "name", "node_id", "status", "queued_at", "started_at", "ended_at", "not_before",
    "attempt", "retry", "retries",
    "run__uid", "run__number", "run__experiment__name", "run__submitted_by__username",
    "run__submitted_by__first_name", "run__submitted_by__last_name",
)  # fmt: skip


@dataclass(frozen=True)
class Waiting:
    """A step of the queue; `position` 1 is next, None waits for the time of its next attempt."""

    step: StepRun
    position: int | None


def _listed(rows: QuerySet[StepRun]) -> QuerySet[StepRun]:
    return rows.select_related("run__experiment", "run__submitted_by").only(*SHOWN)


def queue_of(target: ComputeTarget) -> list[Waiting]:
    """The first steps of the queue, then those that wait for a time."""
    queued = StepRun.objects.filter(compute_target=target, status=Status.QUEUED.value)
    bare = queued.only("status", "not_before", "compute_target_id", "run_id")
    places = queue_positions(list(bare))
    first = sorted(places, key=lambda pk: places[pk])[:LISTED]
    rows = _listed(queued).in_bulk(first)
    ready = [Waiting(rows[pk], places[pk]) for pk in first if pk in rows]
    delayed = _listed(queued.exclude(not_before=None).order_by("not_before"))
    return ready + [Waiting(step, None) for step in delayed[: LISTED - len(ready)]]


def running_on(target: ComputeTarget) -> list[StepRun]:
    """Steps that hold a node of the target: those being prepared, then scripts, oldest first."""
    active = StepRun.objects.filter(
        compute_target=target, status__in=[status.value for status in ACTIVE]
    )
    return list(_listed(active).order_by(F("started_at").asc(nulls_first=True), "id")[:LISTED])
