"""Moves through the graph: what a finished step sets free, what a failure stops, when a run ends.

One of the three modules that write a status, beside `steps.py` and `retries.py`. It runs in the
caller's transaction, after the caller locked the run, and appends the events that the caller
records as its last statement. The cost of a finish does not grow with the graph.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from pipelines.domain.status import FINAL, TRANSITIONS, Reason, Status
from pipelines.models import Output, Run, StepEdge, StepRun
from pipelines.services.events import NewEvent, run_status_event, step_status_event
from pipelines.services.hot_rows import close_count, count_down, load_ready, write_decision
from pipelines.services.retries import give_up
from pipelines.services.reuse import decide_steps, ready_from_rows

WAITING = (Status.NOT_STARTED.value, Status.QUEUED.value)


def lock_run(run_id: int) -> Run:
    """The run's row, locked until the transaction ends (on SQLite every writer is alone)."""
    rows = Run.objects.select_related("experiment").defer("graph", "properties")
    if connection.vendor == "postgresql":
        rows = rows.select_for_update(of=("self",))
    return rows.get(pk=run_id)


def mark_runs_started(run_ids: Iterable[int], *, now: datetime, events: list[NewEvent]) -> None:
    """The first claimed step of a run makes the run Running."""
    waiting = Run.objects.filter(pk__in=set(run_ids), status=Status.NOT_STARTED.value)
    for run in waiting.select_related("experiment").defer("graph"):
        run.status, run.started_at = Status.RUNNING.value, now
        if run.timeout_seconds:
            run.deadline = now + timedelta(seconds=run.timeout_seconds)
        run.save(update_fields=["status", "started_at", "deadline"])
        events.append(run_status_event(run))


def after_finish(*, step: StepRun, status: Status, now: datetime, events: list[NewEvent]) -> None:
    """What follows from a step that just got its final status, up to the end of the run.

    `step.run` may have been read earlier: only what never changes in it is used. The caller has
    locked its row.
    """
    run, closed = step.run, 1
    if status is Status.COMPLETED:
        closed += advance_steps(run, release_successors([step.pk]), now=now, events=events)
    else:
        closed += stop_waiting_steps(run, step, status, now=now, events=events)
    close_steps(run, closed, now=now, events=events)


def release_successors(step_ids: Sequence[int]) -> list[StepRun]:
    """Count down what waits for these steps; return the rows that wait for nothing any more."""
    ready = [pk for step_id in step_ids for pk in count_down(step_id)]
    return load_ready(ready) if ready else []


DECIDED_FIELDS = (
    "status",
    "fingerprint",
    "fingerprint_parts",
    "reused",
    "reused_from_id",
    "why",
    "queued_at",
    "started_at",
    "ended_at",
)


def advance_steps(run: Run, ready: list[StepRun], *, now: datetime, events: list[NewEvent]) -> int:
    """Queue or reuse ready steps, and what reused ones set free. Returns how many are done."""
    closed = 0
    while ready:
        for step in ready:
            step.run = run
        outputs = decide_steps(run, ready_from_rows(ready), now=now)
        for step in ready:
            if not write_decision(step, DECIDED_FIELDS):
                raise AssertionError(f"step {step.uid} moved while its run was locked")
            events.append(step_status_event(step, run_uid=run.uid, workspace_id=run.workspace_id))
        if outputs:
            Output.objects.bulk_create(outputs)
        reused = [step.pk for step in ready if step.reused]
        closed += len(reused)
        ready = release_successors(reused) if reused else []
    return closed


def stop_waiting_steps(
    run: Run, step: StepRun, status: Status, *, now: datetime, events: list[NewEvent]
) -> int:
    """Close what will never start because `step` failed or was canceled. Returns how many."""
    rows = StepRun.objects.filter(run_id=run.pk, status__in=WAITING)
    waiting = [row for row in rows if _waits(row)]
    downstream = _downstream(run.pk, step.pk)
    closed = 0
    for other in waiting:
        below = other.pk in downstream
        if not below and (run.continue_on_step_failure or status is Status.CANCELED):
            continue
        if status is Status.CANCELED:
            other.status, other.ended_at = Status.CANCELED.value, now
            other.reason, other.reason_data = step.reason, step.reason_data
        elif other.retries and other.status == Status.QUEUED.value:
            give_up(other, now=now)
        else:
            other.status = Status.NOT_STARTED.value
            other.reason = (Reason.UPSTREAM_FAILED if below else Reason.RUN_STOPPED).value
            other.reason_data = {"step": step.name}
        other.save(update_fields=["status", "reason", "reason_data", "ended_at", "not_before"])
        events.append(step_status_event(other, run_uid=run.uid, workspace_id=run.workspace_id))
        closed += 1
    return closed


def _downstream(run_id: int, step_id: int) -> set[int]:
    following: dict[int, list[int]] = {}
    for before, after in StepEdge.objects.filter(run_id=run_id).values_list(
        "before_id", "after_id"
    ):
        following.setdefault(before, []).append(after)
    found: set[int] = set()
    stack = [step_id]
    while stack:
        for after in following.get(stack.pop(), ()):
            if after not in found:
                found.add(after)
                stack.append(after)
    return found


def close_steps(run: Run, closed: int, *, now: datetime, events: list[NewEvent]) -> None:
    """Count finished steps; the last one ends the run."""
    still_open, current = close_count(run.pk, closed)
    if still_open == 0 and Status(current) not in FINAL:
        end_run(run, now=now, events=events)


def end_run(run: Run, *, now: datetime, events: list[NewEvent]) -> None:
    """Give the run its final status from those of its steps."""
    if run.pk is not None:
        run.refresh_from_db(fields=["started_at", "status", "reason", "reason_data"])
    status, reason, data = final_answer(run)
    run.status, run.reason, run.reason_data, run.ended_at = status.value, reason.value, data, now
    run.started_at, run.deadline = run.started_at or now, None
    run.save(
        update_fields=["status", "reason", "reason_data", "started_at", "ended_at", "deadline"]
    )
    events.append(run_status_event(run))


def final_answer(run: Run) -> tuple[Status, Reason, dict[str, Any]]:
    """Failed when it was too long or a step failed, else Canceled when one was, else Completed."""
    if run.reason == Reason.RUN_TIMED_OUT.value:
        return Status.FAILED, Reason.RUN_TIMED_OUT, run.reason_data
    ended = StepRun.objects.filter(run_id=run.pk).order_by("ended_at", "position")
    failed = ended.filter(status=Status.FAILED.value).first()
    if failed is not None:
        event = step_status_event(failed, run_uid=run.uid, workspace_id=run.workspace_id)
        data = {"step": failed.name, "detail": event.data["sentence"]}
        return Status.FAILED, Reason.STEP_FAILED, data
    canceled = ended.filter(status=Status.CANCELED.value).first()
    if canceled is not None:
        reason = Reason(canceled.reason or Reason.CANCELED_BY_USER)
        return Status.CANCELED, reason, canceled.reason_data
    return Status.COMPLETED, Reason.NONE, {}


def _waits(step: StepRun) -> bool:
    """Whether it has yet to start; a NotStarted row with a reason never will."""
    if step.status == Status.QUEUED.value:
        return True
    return step.status == Status.NOT_STARTED.value and step.reason == Reason.NONE.value


def ask_step_to_end(
    run: Run,
    step: StepRun,
    *,
    reason: Reason,
    data: dict[str, Any],
    now: datetime,
    events: list[NewEvent],
) -> bool:
    """Cancel a step that waits, ask an active one. True: it is Canceled, and not yet counted.

    The caller has locked the run and the step's row. A step that is Finalizing keeps its result:
    the cancel came after its exit code was read.
    """
    waits = _waits(step)
    if waits:
        step.status, step.ended_at, step.not_before = Status.CANCELED.value, now, None
    elif Status.CANCEL_REQUESTED in TRANSITIONS[Status(step.status)]:
        step.status, step.cancel_requested = Status.CANCEL_REQUESTED.value, True
    else:
        return False
    step.reason, step.reason_data = reason.value, data
    step.save(update_fields=ASKED_FIELDS)
    events.append(step_status_event(step, run_uid=run.uid, workspace_id=run.workspace_id))
    return waits


ASKED_FIELDS = ["status", "reason", "reason_data", "cancel_requested", "ended_at", "not_before"]


def cancel_steps(
    run: Run, *, reason: Reason, data: dict[str, Any], now: datetime, events: list[NewEvent]
) -> None:
    """Ask a locked, open run to end: what waits is Canceled at once, what runs is told to stop."""
    rows = StepRun.objects.select_for_update().filter(run_id=run.pk)
    closed = sum(
        ask_step_to_end(run, step, reason=reason, data=data, now=now, events=events)
        for step in rows.exclude(status__in=[status.value for status in FINAL]).order_by("id")
    )
    if run.status in (Status.NOT_STARTED.value, Status.RUNNING.value):
        run.status = Status.CANCEL_REQUESTED.value
        run.reason, run.reason_data, run.deadline = reason.value, data, None
        run.save(update_fields=["status", "reason", "reason_data", "deadline"])
        if run.open_count > closed:
            events.append(run_status_event(run))
    close_steps(run, closed, now=now, events=events)
