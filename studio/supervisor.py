"""Starts web, runner and queue, restarts what dies, and ends them all within bounds.

start:   orphans of an earlier studio are ended -> web, runner, queue, each in its own session
a child ends  -> restarted after 0.5, 1, 2, 4 … 30 s; from 0.5 s again once it lived a minute
queue hangs   -> its heartbeat is stale: the whole session is killed, then as above
Ctrl-C        -> web, queue and runner end; steps run on; a second one within 5 s cancels them
TERM, HUP     -> the same without the second chance
"""

from __future__ import annotations

import json
import select
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from studio import health
from studio.processes import (
    Identity,
    end_session,
    kill_session,
    last_line,
    rotate_log,
    spawn,
    start_ticks,
)

FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0
HEALTHY_AFTER = 60.0  # seconds a child has to live before its failures are forgotten
# Seconds from TERM to KILL. The queue's pusher sleeps through TERM until its next poll; what the
# queue does is short and may be done again, so nobody waits for that.
PATIENCE = {"web": 5.0, "runner": 8.0, "queue": 1.5}
SECOND_CHANCE = 5.0  # seconds in which another Ctrl-C cancels the steps
LARGEST_LOG = 10 * 1024 * 1024
HOUSEKEEPING = 15.0


@dataclass
class Child:
    """One of the three processes, alive or waiting to be started again."""

    name: str
    process: subprocess.Popen[bytes] | None = None
    identity: Identity | None = None
    started: float = 0.0
    delay: float = FIRST_DELAY
    due: float = 0.0  # when to start it again

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None


@dataclass
class Supervisor:
    """Holds the three processes of one studio. `say` prints one line for the person watching."""

    data: Path
    folder: Path  # where manage.py is
    say: Callable[[str], None]
    count_active_steps: Callable[[], int]
    cancel_active_runs: Callable[[], int]
    children: dict[str, Child] = field(
        default_factory=lambda: {name: Child(name) for name in ("web", "runner", "queue")}
    )

    def __post_init__(self) -> None:
        self._signals: deque[int] = deque()
        self._wake, self._wakened = socket.socketpair()
        self._housekeeping_due = 0.0

    # --- life ---------------------------------------------------------------------------------

    def run(self, *, on_tick: Callable[[], bool] = lambda: True) -> None:
        """Until a signal ends it, or `on_tick` (called about once a second) returns False."""
        self._listen()
        for child in self.children.values():
            self._start(child)
        self._remember()
        interrupted = False
        try:
            while True:
                if self._signals:
                    interrupted = signal.SIGINT in self._signals
                    break
                self.watch()
                if not on_tick():
                    break
                self._sleep(1.0)
        finally:
            self.stop(second_chance=interrupted)
            self.close()

    def watch(self) -> None:
        """One look at every child: starts what is due, ends a queue that hangs."""
        now = time.monotonic()
        for child in self.children.values():
            if child.process is None:
                if now >= child.due:
                    self._start(child)
                    self._remember()
            elif child.process.poll() is not None:
                self._died(child, now)
        if now >= self._housekeeping_due:
            self._housekeeping_due = now + HOUSEKEEPING
            self._check_heartbeat(now)
            for name in self.children:
                rotate_log(self.log(name), largest=LARGEST_LOG)

    def stop(self, *, second_chance: bool) -> None:
        """Ends the three; steps run on unless a second Ctrl-C comes in time."""
        self._signals.clear()
        running = self._steps()
        deadline = time.monotonic() + SECOND_CHANCE
        if not running:
            self.say("stopping")
        elif second_chance:
            again = f"press Ctrl-C again within {SECOND_CHANCE:.0f} s to cancel them"
            self.say(f"stopping; {_steps(running)} on: {again}")
        else:
            self.say(f"stopping; {_steps(running)} on")
        self._end_children()
        if running and second_chance:
            self._sleep(deadline - time.monotonic())
            if signal.SIGINT in self._signals:
                self._cancel_steps()
        left = self._steps()
        after = f"; {_steps(left)} on, the next start picks up the rest" if left else ""
        self.say(f"stopped{after}")
        (self.data / "locks" / "studio.json").unlink(missing_ok=True)

    def close(self) -> None:
        """Gives back what the supervisor itself holds; the last thing it does."""
        signal.set_wakeup_fd(-1)
        self._wake.close()
        self._wakened.close()

    # --- parts --------------------------------------------------------------------------------

    def log(self, name: str) -> Path:
        """Where a child's output goes."""
        return self.data / "logs" / f"{name}.log"

    def end_orphans(self) -> None:
        """Ends processes that an earlier, killed studio of this folder left behind."""
        try:
            left = json.loads((self.data / "locks" / "studio.json").read_text())
        except (OSError, ValueError):
            return
        for name, (pid, started) in left.items():
            leader = Identity(pid, started)
            alive = start_ticks(pid) == started
            end_session(leader, folder=self.folder, patience=PATIENCE.get(name, 5.0))
            if alive:
                self.say(f"ended {name} (process {pid}) of an earlier studio")

    def _start(self, child: Child) -> None:
        argv = [sys.executable, str(self.folder / "manage.py"), child.name]
        child.process = spawn(argv, folder=self.folder, log=self.log(child.name))
        child.identity = Identity(child.process.pid, start_ticks(child.process.pid) or 0)
        child.started = time.monotonic()

    def _died(self, child: Child, now: float) -> None:
        assert child.process is not None and child.identity is not None
        code = child.process.returncode
        kill_session(child.identity, folder=self.folder)
        if now - child.started >= HEALTHY_AFTER:
            child.delay = FIRST_DELAY
        child.process, child.due = None, now + child.delay
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"
        line = last_line(self.log(child.name)) if code > 0 else ""
        self.say(
            f"{child.name} {how}{f': {line}' if line else ''}; "
            f"starting it again in {child.delay:g} s"
        )
        child.delay = min(child.delay * 2, LONGEST_DELAY)

    def _check_heartbeat(self, now: float) -> None:
        queue = self.children["queue"]
        if not queue.alive or now - queue.started < health.BEAT_STALE:
            return
        age = health.beat_age()
        if age is None or age >= health.BEAT_STALE:
            assert queue.identity is not None
            self.say("queue has not answered for a while; it is ended and started again")
            kill_session(queue.identity, folder=self.folder)

    def _end_children(self) -> None:
        for child in self.children.values():
            if child.alive:
                assert child.process is not None
                child.process.send_signal(signal.SIGTERM)
        for child in self.children.values():
            if child.process is None or child.identity is None:
                continue
            try:
                child.process.wait(timeout=PATIENCE[child.name])
            except subprocess.TimeoutExpired:
                if child.name != "queue":
                    self.say(f"{child.name} did not end in {PATIENCE[child.name]:g} s, so killed")
            kill_session(child.identity, folder=self.folder)
            child.process.wait()
            child.process = None

    def _cancel_steps(self) -> None:
        """Asks every run to end and lets a runner carry it out, for at most 20 s."""
        runs = self.cancel_active_runs()
        self.say(f"canceling {runs} run{'' if runs == 1 else 's'}")
        runner = self.children["runner"]
        self._start(runner)
        self._remember()
        deadline = time.monotonic() + 20
        while self._steps() and runner.alive and time.monotonic() < deadline:
            time.sleep(0.2)
        self._end_children()

    def _steps(self) -> int:
        try:
            return self.count_active_steps()
        except Exception as error:  # stopping goes on whatever the database says
            self.say(f"the number of running steps is not known: {error}")
            return 0

    def _remember(self) -> None:
        known = {
            child.name: [child.identity.pid, child.identity.started]
            for child in self.children.values()
            if child.identity is not None
        }
        path = self.data / "locks" / "studio.json"
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(known))
        fresh.replace(path)

    # --- signals ------------------------------------------------------------------------------

    def _listen(self) -> None:
        self._wake.setblocking(False)
        self._wakened.setblocking(False)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._signals.append(number)

    def _sleep(self, seconds: float) -> None:
        """Sleeps until time is up, a stop signal came, or a child ended."""
        deadline = time.monotonic() + seconds
        while not self._signals and (left := deadline - time.monotonic()) > 0:
            if not select.select([self._wakened], [], [], left)[0]:
                return
            try:
                numbers = self._wakened.recv(512)
            except BlockingIOError:
                continue
            if signal.SIGCHLD in numbers and any(
                c.process is not None and not c.alive for c in self.children.values()
            ):
                return


def _steps(number: int) -> str:
    return "1 step runs" if number == 1 else f"{number} steps run"
