"""The runner: one process and one thread per host that starts, watches and ends every step.

It wakes when a process ends, when the database changes, and on a signal. It claims steps, gives
them to `Attempts`, and never reads or copies a large file itself. See docs/contributing/RUNNER.md.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import time
from datetime import datetime
from pathlib import Path

from django.db import connection
from django.utils import timezone

from pipelines.runner import limits, protocol, strays
from pipelines.runner.adopt import adopt_attempts
from pipelines.runner.attempts import Attempts
from pipelines.runner.changes import DatabaseChanges
from pipelines.runner.environment_builds import EnvironmentBuilds
from pipelines.runner.node_use import NodeUse
from pipelines.runner.only_runner import hold_database
from pipelines.runner.processes import ProcessTable
from pipelines.runner.samples import Sampler, running_scripts
from pipelines.services import steps
from pipelines.services.due import do_what_is_due, next_due
from pipelines.services.repair import repair_open_runs
from pipelines.services.steps import Rotation
from pipelines.services.wake import listen_for_wake_ups

log = logging.getLogger(__name__)

BUSY_WAIT = 0.02  # seconds between looks while steps run, or ran a moment ago
IDLE_WAIT = 0.05
BUSY_AFTER = 5.0
HOST_LENGTH = 100  # of the column
SLOW_WORK_EVERY = 0.5  # spools, build logs, leftovers


class Runner:
    """Owns the steps of one data folder on one host."""

    def __init__(self, *, data: Path, slots: int, host: str | None = None) -> None:
        self.data = data
        self.slots = slots
        self.host = (host or socket.gethostname())[:HOST_LENGTH]
        self.processes = ProcessTable()
        self.environments = EnvironmentBuilds(self.processes, data=data)
        self.attempts = Attempts(
            self.processes,
            self.environments,
            reached=self.reached,
            claim=self.claim,
            retried=self.expect_something_due,
        )
        self.changes = DatabaseChanges()
        self.rotation = Rotation()
        self.sampler = Sampler()
        self.node_use = NodeUse()
        self.stopping = False
        self._claiming = False
        self._last_busy = 0.0
        self._next_slow_work = 0.0
        self._next_due: datetime | None = None  # a delayed retry, a run's time limit
        self._due_known = False

    def reached(self, point: str) -> None:
        """Called between every two steps of the protocol; tests end the process here."""

    def run(self) -> None:
        """Adopt what runs, then work until `stop`. Steps that run then run on."""
        self.processes.wake_on_signals()
        self.processes.wake_on(listen_for_wake_ups())
        strays.become_subreaper()
        self._claiming = True  # not before everything that runs is known
        self.environments.adopt()
        adopt_attempts(self.attempts, host=self.host)
        limits.remove_leftovers(work.folder.name for work in self.attempts.works.values())
        self._claiming = False
        if moved := repair_open_runs(now=timezone.now()):
            log.warning("%d steps were ready and had not moved; they do now", moved)
        self.beat()
        while not self.stopping:
            self.turn()
        self.processes.close()
        self.changes.close()
        connection.close()

    def stop(self) -> None:
        """Claim nothing more and leave the loop; what runs is adopted by the next runner."""
        self.stopping = True

    def turn(self) -> None:
        """One turn of the loop: wait, then look at the database and do what is due."""
        now = time.monotonic()
        if self.attempts.works or self.environments.active:
            self._last_busy = now
        busy = now - self._last_busy < BUSY_AFTER
        pause = BUSY_WAIT if busy else IDLE_WAIT
        if not self.processes.wait(0 if self.attempts.litter else pause):
            self.attempts.litter.tidy_up()
        if self.stopping:
            return
        if self.changes.happened():
            self.beat()
        self.attempts.enforce_deadlines(time.monotonic())
        self.attempts.go_on_ingesting()
        self._look_at_the_clock()
        self.sampler.look(running_scripts(self.attempts.works.values()))
        if time.monotonic() >= self._next_slow_work:
            self._next_slow_work = time.monotonic() + SLOW_WORK_EVERY
            self.attempts.do_slow_work()
            self.environments.do_slow_work()
            works = self.attempts.works.values()
            self.node_use.look([w.attempt.step_run.compute_target_id for w in works], now)
            if self.attempts.works or self.attempts.had_strays:
                strays.reap_orphans(self.processes.own_pids())

    def beat(self) -> None:
        """Something changed: end what is to be canceled, build and claim what waits."""
        if self.attempts.works:
            self.attempts.cancel(steps.steps_to_cancel())
        self.environments.start_pending()
        self.claim()
        self._due_known = False

    def expect_something_due(self) -> None:
        """This process stored a time at which something is due; the database tells of others'."""
        self._due_known = False

    def _look_at_the_clock(self) -> None:
        if not self._due_known:
            self._next_due, self._due_known = next_due(), True
        if self._next_due is not None and self._next_due <= timezone.now():
            do_what_is_due(now=timezone.now())
            self.beat()

    def claim(self) -> None:
        """Take queued steps while there are free slots. A call from within goes on outside."""
        if self._claiming:
            return
        self._claiming = True
        try:
            while not self.stopping:
                claimed = steps.claim_step(
                    host=self.host, limit=self.slots, rotation=self.rotation, now=timezone.now()
                )
                if claimed is None:
                    return
                self.reached("claimed")
                self.node_use.claimed(claimed.step.compute_target_id)
                if claimed.step.run.timeout_seconds:
                    self.expect_something_due()
                self.attempts.take(claimed)
        finally:
            self._claiming = False


def run_until_signaled(runner: Runner) -> int:
    """Run as the process's main work; SIGTERM and SIGINT end it. The exit code."""
    lock = protocol.hold_runner_lock(runner.data / "locks" / "runner.lock")
    if lock is None:
        log.error("Another runner already works on %s; this one ends.", runner.data)
        return 3
    if refused := hold_database(runner.host):
        log.error(refused)
        os.close(lock)
        return 3
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: runner.stop())
    try:
        runner.run()
    finally:
        os.close(lock)
    return 0
