"""What the runner does with each attempt, from its claim to its last transaction.

take ─> (environment) ─> prepare ─> start ─> ended ─> finalize ─> conclude
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from pipelines.domain.status import Reason, Status
from pipelines.models import Attempt
from pipelines.runner import limits, protocol, strays, time_limit
from pipelines.runner.environment_builds import EnvironmentBuilds
from pipelines.runner.ingesting import Backlog
from pipelines.runner.litter import Litter
from pipelines.runner.log_limit import limit_log
from pipelines.runner.outcomes import decide_outcome, failed_early
from pipelines.runner.processes import ProcessTable
from pipelines.runner.protocol import Process
from pipelines.runner.specs import SpecError, attempt_folder, build_spec
from pipelines.runner.staging.finalize import finalize
from pipelines.runner.staging.prepare import CODE, prepare
from pipelines.runner.staging.spec import (
    FINALIZED_FILE,
    PREPARED_FILE,
    SPEC_FILE,
    StagingError,
    read_json,
    write_json,
)
from pipelines.runner.work import (
    Phase,
    Work,
    append_line,
    failed_result,
    is_small,
    make_room,
    stager_arguments,
    tail_of,
)
from pipelines.services import steps
from pipelines.services.hot_rows import memory_limit
from pipelines.services.steps import ClaimedStep, Outcome

log = logging.getLogger(__name__)

GRACE = 10.0  # seconds between TERM and KILL
STAGER_TRIES = 3
STAGER_LIMIT = 6 * 3600.0  # seconds for one try; a file system that hangs must not hold a step


class Attempts:
    """Every attempt this runner looks after, by step id."""

    def __init__(
        self,
        processes: ProcessTable,
        environments: EnvironmentBuilds,
        *,
        reached: Callable[[str], None],
        claim: Callable[[], None],
        retried: Callable[[], None],
    ) -> None:
        self.processes = processes
        self.environments = environments
        self.reached = reached
        self.claim = claim
        self.retried = retried
        self.works: dict[int, Work] = {}
        self.backlog = Backlog()
        self.had_strays = False
        self.litter = Litter()

    # -- from the claim to the script -------------------------------------------------------

    def take(self, claimed: ClaimedStep) -> None:
        """Begin a claimed attempt."""
        claimed.attempt.step_run = claimed.step
        self.guard(claimed.attempt, lambda: self._take(claimed))

    def _take(self, claimed: ClaimedStep) -> None:
        attempt = claimed.attempt
        folder = attempt_folder(attempt.folder)
        try:
            spec, small = build_spec(claimed)
            protocol.make_folder(folder)
            write_json(folder / SPEC_FILE, spec)
        except (SpecError, OSError) as error:
            self._fail_early(attempt, folder, Reason.PREPARE_FAILED, str(error))
            return
        self.reached("specified")
        work = self.works[attempt.step_run_id] = Work(attempt, folder, spec)
        self.continue_preparing(work, small=small)

    def continue_preparing(self, work: Work, *, small: bool) -> None:
        """Lay the files out once the environment is there."""
        environment = work.attempt.step_run.environment
        if not self.environments.is_ready(environment):
            work.phase = Phase.ENVIRONMENT
            self.environments.wait_for(
                environment,
                work.log,
                lambda error: self._environment_built(work, small, error),
            )
            return
        work.phase = Phase.PREPARING
        if not small:
            self.run_stager(work, "prepare")
            return
        try:
            prepare(work.folder, work.spec)
        except StagingError as error:
            self.fail_early(work, Reason.PREPARE_FAILED, str(error))
            return
        self.start(work)

    def _environment_built(self, work: Work, small: bool, error: str | None) -> None:
        if self.works.get(work.attempt.step_run_id) is not work:
            return  # canceled meanwhile
        if error is not None:
            self.fail_early(work, Reason.ENVIRONMENT_FAILED, error)
        else:
            self.continue_preparing(work, small=small)

    def start(self, work: Work) -> None:
        """Start the script; the row says so while it starts up."""
        self.reached("prepared")
        limit_mb = memory_limit(work.attempt.step_run.compute_target_id)
        try:
            process = protocol.start_process(
                work.folder,
                [*limits.begin(work.folder, limit_mb), *work.spec["argv"]],
                log=work.log,
                cwd=work.folder / CODE,
                env=work.spec["env"],
            )
        except (OSError, ValueError) as error:
            self.fail_early(work, Reason.PREPARE_FAILED, f"The script could not start: {error}.")
            return
        self.reached("started")
        self.watch_script(work, process)
        running = steps.mark_running(attempt=work.attempt, pid=process.pid, now=timezone.now())
        self.reached("marked")
        time_limit.begin(work)
        if not running:
            self.cancel({work.attempt.step_run_id})

    def watch_script(self, work: Work, process: Process) -> None:
        work.phase, work.process = Phase.RUNNING, process
        self.works[work.attempt.step_run_id] = work
        self.processes.watch(process, lambda: self.guard(work.attempt, lambda: self.ended(work)))

    def guard(self, attempt: Attempt, action: Callable[[], None]) -> None:
        """Let a mistake of ours fail one step, not the runner and with it every step.

        Errors of the database do end the runner: the next one takes up the same attempt.
        """
        try:
            action()
        except DatabaseError:
            raise
        except Exception as error:
            log.exception("attempt %s failed inside the runner", attempt.folder)
            work = self.works.pop(attempt.step_run_id, None)
            if work is not None and work.process is not None:
                protocol.signal_group(work.process.pid, signal.SIGKILL)
            detail = f"{type(error).__name__}: {error}"
            self._fail_early(attempt, attempt_folder(attempt.folder), Reason.INTERNAL, detail)

    # -- from the script's end to the last transaction --------------------------------------

    def ended(self, work: Work) -> None:
        """The script's wrapper ended: end what it left behind and read the exit code."""
        process = work.process
        assert process is not None
        protocol.signal_group(process.pid, signal.SIGKILL)
        protocol.reap(process)
        self._end_strays(work)
        work.process, work.kill_at = None, None
        work.exit_code = protocol.read_exit_code(work.folder)
        self.reached("ended")
        self.finalize(work)

    def _end_strays(self, work: Work) -> None:
        if work.adopted:
            candidates = strays.all_processes()
        else:
            known = self.processes.own_pids()
            candidates = [pid for pid in strays.own_children() if pid not in known]
        marker = f"FOREBAY_SPOOL={work.spool.path}"
        killed = strays.end_strays(candidates, marker=marker) if candidates else []
        if killed:
            self.had_strays = True
            append_line(work.log, f"Ended {len(killed)} processes that the script left behind.\n")

    def finalize(self, work: Work) -> None:
        """Keep the results: here when they are small, else in a child."""
        work.phase = Phase.FINALIZING
        make_room(work.folder)
        limit_log(work.log, ended=True)
        work.memory = limits.end(work.folder, work.exit_code)
        keep = work.succeeded
        if (work.folder / FINALIZED_FILE).exists():  # done before a restart
            self.conclude(work, read_json(work.folder / FINALIZED_FILE))
        elif is_small(work):
            result = finalize(work.folder, work.spec, keep_outputs=keep)
            self.reached("published")
            self.litter.add(work.folder)
            self.conclude(work, result)
        else:
            if not work.canceling:
                steps.begin_finalizing(attempt=work.attempt, now=timezone.now())
            self.reached("finalizing")
            self.run_stager(work, "finalize", "keep" if keep else "discard")

    def conclude(self, work: Work, result: dict[str, Any]) -> None:
        """Store what is left of the spool, then the outcome; then somebody else's turn."""
        make_room(work.folder, CODE)
        if self.backlog.take_in(work, result):
            self._store_end(work, result)
        elif not (work.folder / FINALIZED_FILE).exists():  # for the next runner
            write_json(work.folder / FINALIZED_FILE, result)

    def _store_end(self, work: Work, result: dict[str, Any]) -> None:
        outcome = decide_outcome(
            work.attempt.step_run,
            exit_code=work.exit_code,
            canceled=work.canceling,
            timed_out=work.timed_out,
            result=result,
            memory=work.memory,
        )
        self.finish(work, outcome)

    def finish(self, work: Work, outcome: Outcome) -> None:
        self.reached("concluding")
        self.works.pop(work.attempt.step_run_id, None)
        steps.finish_step(attempt=work.attempt, outcome=outcome, now=timezone.now())
        self.reached("finished")
        if work.attempt.step_run.status == Status.QUEUED.value:
            self.retried()
        limits.remove_group(work.folder)
        work.spool.discard()
        self.claim()

    def fail_early(self, work: Work, reason: Reason, detail: str) -> None:
        """The script never started."""
        self.works.pop(work.attempt.step_run_id, None)
        self.litter.add(work.folder)
        self._fail_early(work.attempt, work.folder, reason, detail)

    def _fail_early(self, attempt: Attempt, folder: Path, reason: Reason, detail: str) -> None:
        outcome = failed_early(reason, detail, folder / "log")
        steps.finish_step(attempt=attempt, outcome=outcome, now=timezone.now())
        self.claim()

    # -- the stager --------------------------------------------------------------------------

    def run_stager(self, work: Work, stage: str, *arguments: str) -> None:
        """Start the stager child, or watch the one that an earlier runner started."""
        for number in range(1, STAGER_TRIES + 1):
            folder = work.folder / f"{stage}.{number}"
            if folder.exists():
                found = protocol.look(folder)
                if found.alive and found.pid:
                    process = protocol.adopt_process(folder, found.pid)
                    if process is not None:
                        self._watch_stager(work, stage, process)
                        return
                if found.exit_code == 0:
                    self._staged(work, stage)
                    return
                protocol.take_fence(folder)
                continue
            protocol.make_folder(folder)
            process = protocol.start_process(
                folder,
                [
                    *(sys.executable, "-S", "-m", "pipelines.runner.staging"),
                    *(stage, os.fspath(work.folder), *arguments),
                ],
                log=work.folder / "staging.log",
                cwd=settings.BASE_DIR,
                env={
                    "PATH": os.environ.get("PATH", ""),
                    "LANG": "C.UTF-8",
                    "PYTHONPATH": os.fspath(settings.BASE_DIR),
                },
            )
            self.reached(f"{stage}-started")
            self._watch_stager(work, stage, process)
            return
        self._stager_gave_up(work, stage)

    def _watch_stager(self, work: Work, stage: str, process: Process) -> None:
        def ended() -> None:
            protocol.signal_group(process.pid, signal.SIGKILL)
            protocol.reap(process)
            was_killed, work.process, work.kill_at = work.kill_at is None, None, None
            if protocol.read_exit_code(process.folder) == 0:
                self._staged(work, stage)
            elif work.canceling and stage == "prepare":
                self.finish(work, Outcome(Status.CANCELED, Reason.CANCELED_BY_USER))
            elif was_killed:
                self._stager_gave_up(work, stage, f"took more than {STAGER_LIMIT:g} s")
            else:
                self.run_stager(work, stage, *stager_arguments(work, stage))

        work.phase = Phase.PREPARING if stage == "prepare" else Phase.FINALIZING
        work.process, work.kill_at = process, time.monotonic() + STAGER_LIMIT
        self.works[work.attempt.step_run_id] = work
        self.processes.watch(process, lambda: self.guard(work.attempt, ended))

    def _staged(self, work: Work, stage: str) -> None:
        if stage == "finalize":
            self.conclude(work, read_json(work.folder / FINALIZED_FILE))
            return
        error = read_json(work.folder / PREPARED_FILE)["error"]
        if work.canceling:
            self.litter.add(work.folder)
            self.finish(work, Outcome(Status.CANCELED, Reason.CANCELED_BY_USER))
        elif error:
            self.fail_early(work, Reason.PREPARE_FAILED, error)
        else:
            self.start(work)

    def _stager_gave_up(
        self, work: Work, stage: str, how: str = f"failed {STAGER_TRIES} times"
    ) -> None:
        tail = tail_of(work.folder / "staging.log")
        if stage == "prepare":
            self.fail_early(work, Reason.PREPARE_FAILED, f"Copying its files {how}. {tail}".strip())
        else:
            self.litter.add(work.folder)
            self.conclude(work, failed_result(f"Keeping its outputs {how}. {tail}".strip()))

    # -- now and then -------------------------------------------------------------------------

    def cancel(self, step_ids: set[int]) -> None:
        """Begin to end these steps' processes. One whose exit code was read keeps its result."""
        for step_id in step_ids:
            work = self.works.get(step_id)
            if work is None or work.canceling or work.phase is Phase.FINALIZING:
                continue
            work.canceling, work.timeout_at = True, None
            if work.process is None:  # waits for its environment
                self.litter.add(work.folder)
                self.finish(work, Outcome(Status.CANCELED, Reason.CANCELED_BY_USER))
                continue
            append_line(work.log, "Cancel was requested.\n")
            protocol.signal_group(work.process.pid, signal.SIGTERM)
            work.kill_at = time.monotonic() + (GRACE if work.phase is Phase.RUNNING else 0)

    def enforce_deadlines(self, now: float) -> None:
        """TERM to scripts whose time is over; KILL to what did not end within its grace."""
        for work in self.works.values():
            if work.phase is Phase.RUNNING and time_limit.is_over(work, now) and work.process:
                protocol.signal_group(work.process.pid, signal.SIGTERM)
                work.kill_at = now + GRACE
            if work.kill_at is not None and work.kill_at <= now and work.process is not None:
                work.kill_at = None
                protocol.signal_group(work.process.pid, signal.SIGKILL)

    def do_slow_work(self) -> None:
        """Take in what scripts logged; see that what ended attempts left does not heap up."""
        for work in list(self.works.values()):
            if work.phase is Phase.RUNNING:
                if work.attempt.step_run_id not in self.backlog.waiting:
                    self.backlog.take_in(work)
                limit_log(work.log)
        self.litter.keep_small()

    def go_on_ingesting(self) -> None:
        """A turn of the loop: more of what scripts logged, and the ends that waited for it."""
        for work, result in self.backlog.go_on():
            self.guard(work.attempt, lambda w=work, r=result: self._store_end(w, r))  # type: ignore[misc]
