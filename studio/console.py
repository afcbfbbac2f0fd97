"""One studio in a terminal: start-up, the supervisor, and a program to follow beside it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from django.conf import settings
from django.core.management import CommandError
from django.db import connections

from pipelines.services.cancel import cancel_run
from studio.selectors import active_runs, count_active_steps
from studio.settings.readers import address_for_people
from studio.setup import Studio, new_sign_in_url
from studio.startup import (
    check_port_is_free,
    collect_static_files,
    lock_studio,
    migrate_database,
    prepare_data_folder,
)
from studio.supervisor import Supervisor
from workspaces.services.access import Actor

COMES_UP_WITHIN = 60.0  # seconds


class Console:
    """Opens a studio and keeps it open; lines on standard output tell how it goes."""

    def __init__(self) -> None:
        self.studio: Studio | None = None
        self._supervisor: Supervisor | None = None
        self._lock = -1
        self._opened = False
        self._deadline = 0.0
        self._program: subprocess.Popen[bytes] | None = None

    def open(self, prepare: Callable[[str], Studio]) -> Studio:
        """Everything before the first process: folder, lock, port, database, set-up.

        `prepare` makes the workspace of the given name if it has to.
        """
        data = prepare_data_folder()
        self._lock = lock_studio(data)
        self._supervisor = Supervisor(
            data=data,
            folder=Path(settings.BASE_DIR),
            say=say,
            count_active_steps=_count,
            cancel_active_runs=_cancel,
        )
        self._supervisor.end_orphans()  # they may hold the port
        check_port_is_free()
        for line in migrate_database(data):
            say(line)
        self.studio = prepare(settings.FOREBAY_WORKSPACE)
        collect_static_files()
        return self.studio

    def run(
        self,
        *,
        program: list[str] | None = None,
        then: Callable[[int], None] = lambda code: None,
        leave_open: bool = True,
    ) -> int:
        """Supervises until Ctrl-C; when the studio is up, follows `program` beside it.

        `then` hears the program's exit code. Returns it, or 0 without a program.
        """
        assert self._supervisor is not None, "open() comes first"
        say(f"starting on {settings.FOREBAY_URL}, data in {settings.FOREBAY_DATA}")
        self._deadline = time.monotonic() + COMES_UP_WITHIN
        code: int | None = None

        def tick() -> bool:
            nonlocal code
            if not self._opened:
                return self._look_whether_up(program)
            if self._program is not None and code is None:
                code = self._program.poll()
                if code is not None:
                    then(code)
                    return leave_open
            return True

        try:
            self._supervisor.run(on_tick=tick)
        finally:
            if self._program is not None and self._program.poll() is None:
                self._program.terminate()
            os.close(self._lock)
        if not self._opened:
            return 1
        return code or 0

    def _look_whether_up(self, program: list[str] | None) -> bool:
        if not _answers():
            if time.monotonic() < self._deadline:
                return True
            say(f"it did not come up in {COMES_UP_WITHIN:.0f} s; its logs:")
            say(f"    {settings.FOREBAY_DATA}/logs")
            return False
        self._opened = True
        assert self.studio is not None
        say(f"open at {settings.FOREBAY_URL}  (Ctrl-C stops it)")
        if self.studio.admin.is_active:
            say(f"sign in: {new_sign_in_url(self.studio.admin)}")
        connections.close_all()
        if program is not None:
            # A session of its own: Ctrl-C in the terminal is for the studio to handle.
            self._program = subprocess.Popen(
                program, cwd=settings.BASE_DIR, stdin=subprocess.DEVNULL, start_new_session=True
            )
        return True


def say(line: str) -> None:
    """One line for the person watching, at once."""
    sys.stdout.write(f"forebay: {line}\n")
    sys.stdout.flush()


def _answers() -> bool:
    """Whether web answers and a runner is there."""
    try:
        with urlopen(f"{local_url()}/health", timeout=2) as answer:  # noqa: S310 - own address
            return b'"runner": true' in answer.read()
    except (URLError, OSError):
        return False


def local_url() -> str:
    """The address at which this machine reaches its own web process."""
    host = address_for_people(settings.FOREBAY_HOST)
    return f"http://{host}:{settings.FOREBAY_PORT}"


def _count() -> int:
    try:
        return count_active_steps()
    finally:
        connections.close_all()


def _cancel() -> int:
    runs = list(active_runs())
    for run in runs:
        cancel_run(run=run, actor=Actor(user=run.submitted_by))
    connections.close_all()
    return len(runs)


def check_example(path: Path) -> None:
    """Refuses to start a demo whose program is missing."""
    if not path.exists():
        raise CommandError(f"The example {path} is missing. Check out the whole repository.")
