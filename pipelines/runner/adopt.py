"""What a runner that starts does with the attempts that an earlier one left behind.

| the folder says            | then                                                          |
|----------------------------|---------------------------------------------------------------|
| lock held                  | the wrapper lives: watch it                                   |
| lock free, pid there       | it ended: read its exit code; none: end its group, LOST       |
| lock free, no pid          | it never started: take the fence, queue the step again        |
"""

from __future__ import annotations

import logging
import signal
import time
from pathlib import Path

from django.utils import timezone

from pipelines.domain.status import Reason, Status
from pipelines.models import Attempt
from pipelines.runner import protocol, strays, time_limit
from pipelines.runner.attempts import Attempts
from pipelines.runner.specs import attempt_folder
from pipelines.runner.staging.spec import SPEC_FILE, StagingError, read_spec
from pipelines.runner.work import Work
from pipelines.services import steps
from pipelines.services.steps import Outcome

log = logging.getLogger(__name__)

PID_WAIT = 5.0  # a wrapper that holds the lock writes its pid within a millisecond or two


def adopt_attempts(attempts: Attempts, *, host: str) -> int:
    """Take over every active attempt; how many there were.

    There is one runner, so all of them are its own, also when this machine had another name then:
    a container has a new one each time it starts.
    """
    rows = steps.active_attempts()
    for attempt in rows:
        folder = attempt_folder(attempt.folder)
        if attempt.host != host and (fault := _out_of_reach(folder)):
            _give_up(attempt, f"It was started on {attempt.host}, {fault}.")
        else:
            _adopt(attempts, attempt)
    if rows:
        log.info("adopted %d attempts of an earlier runner", len(rows))
    return len(rows)


def _out_of_reach(folder: Path) -> str:
    """Why an attempt that was started under another host's name can't be taken over, or "".

    To start it again might run it twice.
    """
    if not folder.exists():
        return "and its folder is not in this data folder"
    found = protocol.look(folder)
    if found.alive and found.pid and not protocol.is_wrapper_of(folder, found.pid):
        return "and its script may still run there"
    return ""


def _give_up(attempt: Attempt, detail: str) -> None:
    steps.finish_step(
        attempt=attempt,
        outcome=Outcome(Status.FAILED, Reason.INTERNAL, {"detail": detail}),
        now=timezone.now(),
    )


def _adopt(attempts: Attempts, attempt: Attempt) -> None:
    folder = attempt_folder(attempt.folder)
    canceling = attempt.step_run.status == Status.CANCEL_REQUESTED.value
    try:
        if not (folder / SPEC_FILE).exists():
            _queue_again(attempts, attempt, folder, canceling)
            return
        work = Work(attempt, folder, read_spec(folder), adopted=True)
    except (StagingError, ValueError, KeyError) as error:
        log.error("attempt folder %s can't be read: %s", folder, error)
        if not protocol.take_fence(folder):
            protocol.signal_group(protocol.read_pid(folder) or 0, signal.SIGKILL)
        _give_up(attempt, f"Its attempt folder can't be read: {error}")
        return
    found = protocol.look(folder)
    if found.alive:
        _watch(attempts, work, canceling)
    elif found.pid is not None:
        _take_ended(attempts, work, found, canceling)
    elif not canceling and _was_copying(folder):
        attempts.works[attempt.step_run_id] = work
        attempts.continue_preparing(work, small=False)
    else:
        _queue_again(attempts, attempt, folder, canceling)


def _watch(attempts: Attempts, work: Work, canceling: bool) -> None:
    pid = protocol.read_pid(work.folder)
    give_up = time.monotonic() + PID_WAIT
    while not pid and time.monotonic() < give_up:
        time.sleep(0.001)
        pid = protocol.read_pid(work.folder)
    process = protocol.adopt_process(work.folder, pid) if pid else None
    if process is None:  # it ended while we looked
        _take_ended(attempts, work, protocol.look(work.folder), canceling)
        return
    attempts.watch_script(work, process)
    if work.attempt.step_run.status == Status.PREPARING.value:
        steps.mark_running(attempt=work.attempt, pid=process.pid, now=timezone.now())
    time_limit.begin(work)
    if canceling:
        attempts.cancel({work.attempt.step_run_id})


def _take_ended(attempts: Attempts, work: Work, found: protocol.Found, canceling: bool) -> None:
    """The script ended while no runner lived."""
    if found.pid and found.exit_code is None:
        protocol.signal_group(found.pid, signal.SIGKILL)
    strays.end_strays(strays.all_processes(), marker=f"FOREBAY_SPOOL={work.spool.path}")
    work.exit_code, work.timed_out = found.exit_code, (work.folder / time_limit.MARK).exists()
    work.canceling = canceling
    attempts.works[work.attempt.step_run_id] = work
    if found.pid == 0 and found.exit_code is None:  # a runner fenced it and died then
        attempts.works.pop(work.attempt.step_run_id)
        _queue_again(attempts, work.attempt, work.folder, canceling)
        return
    if work.attempt.step_run.status == Status.PREPARING.value:
        steps.mark_running(attempt=work.attempt, pid=found.pid or 0, now=timezone.now())
    attempts.finalize(work)


def _was_copying(folder: Path) -> bool:
    return (folder / "prepare.1").exists()


def _queue_again(attempts: Attempts, attempt: Attempt, folder: Path, canceling: bool) -> None:
    """The script never started, and from now on it can't: give the step another attempt."""
    protocol.take_fence(folder)
    attempts.litter.add(folder)
    if canceling or not steps.requeue_step(attempt=attempt, now=timezone.now()):
        outcome = Outcome(Status.CANCELED, Reason.CANCELED_BY_USER)  # perhaps a moment ago
        steps.finish_step(attempt=attempt, outcome=outcome, now=timezone.now())
        return
    log.info("attempt %s never started; its step is queued again", attempt.folder)
