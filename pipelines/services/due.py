"""What time alone brings about: delayed retries become due, runs reach their time limit."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction

from pipelines.domain.status import FINAL, Reason, Status
from pipelines.models import Run
from pipelines.services.events import NewEvent, record_events
from pipelines.services.hot_rows import lock_run_row
from pipelines.services.progress import cancel_steps, lock_run
from workspaces.raw_sql import change, fetch, moment

# Both sides read the first entry of an index that holds only the rows that wait for a time.
_NEXT_DUE = """
SELECT (SELECT MIN(not_before) FROM pipelines_steprun WHERE not_before IS NOT NULL),
       (SELECT MIN(deadline) FROM pipelines_run WHERE deadline IS NOT NULL)
"""
_DELAYED = """
SELECT DISTINCT run_id FROM pipelines_steprun WHERE not_before IS NOT NULL AND not_before <= %s
"""
_RELEASE = """
UPDATE pipelines_steprun SET not_before = NULL
WHERE run_id = %s AND not_before IS NOT NULL AND not_before <= %s
"""
_LATE = "SELECT id FROM pipelines_run WHERE deadline IS NOT NULL AND deadline <= %s"


def next_due() -> datetime | None:
    """When there is something to do again; None: not before something else changes."""
    found = [_as_moment(value) for value in fetch(_NEXT_DUE, [])[0] if value is not None]
    return min(found, default=None)


def do_what_is_due(*, now: datetime) -> None:
    """Let delayed retries be claimed, and end the runs whose time is over."""
    for (run_id,) in fetch(_DELAYED, [moment(now)]):
        with transaction.atomic():
            lock_run_row(run_id)
            change(_RELEASE, [run_id, moment(now)])
    for (run_id,) in fetch(_LATE, [moment(now)]):
        end_late_run(run_id=run_id, now=now)


@transaction.atomic
def end_late_run(*, run_id: int, now: datetime) -> None:
    """As a cancel, but the run will be Failed with the reason. One that ends is left alone."""
    run = lock_run(run_id)
    Run.objects.filter(pk=run_id).update(deadline=None)
    run.deadline = None
    if Status(run.status) in FINAL or run.status == Status.CANCEL_REQUESTED.value:
        return
    events: list[NewEvent] = []
    data = {"seconds": run.timeout_seconds}
    cancel_steps(run, reason=Reason.RUN_TIMED_OUT, data=data, now=now, events=events)
    record_events(events, now=now)


def _as_moment(value: datetime | str) -> datetime:
    return (
        value if isinstance(value, datetime) else datetime.fromisoformat(value).replace(tzinfo=UTC)
    )
