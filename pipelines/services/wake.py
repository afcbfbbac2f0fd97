"""Telling the runner of this machine at once that there is something to do.

The runner holds a FIFO in the data folder open. A wake-up is a hint and may be lost: the runner
looks at the database on its own all the same.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from django.conf import settings

NAME = "locks/runner.wake"


def wake_runner() -> None:
    """To be called after the commit; does nothing where no runner listens."""
    with suppress(OSError):  # no FIFO, nobody who reads it, or it is full of wake-ups
        descriptor = os.open(_place(), os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
                os.write(descriptor, b".")
        finally:
            os.close(descriptor)


def listen_for_wake_ups() -> int | None:
    """A descriptor that becomes readable; None where the file system has no FIFOs."""
    with suppress(OSError):
        place = _place()
        place.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            os.mkfifo(place, 0o600)
        # Opened for writing as well: else it is at its end whenever nobody else has it open.
        return os.open(place, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    return None


def _place() -> Path:
    return Path(settings.FOREBAY_DATA) / NAME
