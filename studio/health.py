"""Which of the three processes are alive, seen from outside of them."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from django.conf import settings

VERSION = "0.1.0"
BEAT_EVERY = 60  # seconds; the queue runs `studio.tasks.beat` this often
BEAT_STALE = 150  # older than this, the queue hangs


def runner_lock() -> Path:
    """The file that a running runner holds locked."""
    return Path(settings.FOREBAY_DATA) / "locks" / "runner.lock"


def queue_beat() -> Path:
    """The file that the queue touches."""
    return Path(settings.FOREBAY_DATA) / "locks" / "queue.beat"


def is_locked(path: Path) -> bool:
    """Whether another process holds a flock on the file."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def runner_is_alive() -> bool:
    """Whether a runner is there to start steps."""
    return is_locked(runner_lock())


def beat_age() -> float | None:
    """Seconds since the queue last showed that it works; None when it never did."""
    try:
        return max(0.0, time.time() - queue_beat().stat().st_mtime)
    except OSError:
        return None


def queue_is_alive() -> bool:
    """Whether the queue has shown lately that it works."""
    age = beat_age()
    return age is not None and age < BEAT_STALE


def health() -> dict[str, object]:
    """What /health answers: no names, no paths, no secrets."""
    return {
        "status": "ok",
        "web": True,
        "runner": runner_is_alive(),
        "queue": queue_is_alive(),
        "version": VERSION,
    }
