"""The time limit of a script: counted from `Attempt.started_at`, so that a restart changes nothing.

The mark in the attempt's folder is made before the first signal: a runner that is killed then
leaves the next one the reason why the script ended.
"""

from __future__ import annotations

import time
from contextlib import suppress

from django.utils import timezone

from pipelines.runner.work import Work, append_line

MARK = "timed_out"


def begin(work: Work) -> None:
    """Set the deadline of a script that runs, and see whether it was reached before a restart."""
    work.timed_out = (work.folder / MARK).exists()
    seconds = work.attempt.step_run.timeout_seconds
    started = work.attempt.started_at
    if seconds and started is not None:
        over = (timezone.now() - started).total_seconds()
        work.timeout_at = time.monotonic() + max(0.0, seconds - over)


def is_over(work: Work, now: float) -> bool:
    """Whether the script is to be ended now; says so in its log, once."""
    if work.timeout_at is None or work.timeout_at > now or work.canceling:
        return False
    work.timeout_at, work.timed_out = None, True
    with suppress(OSError):  # a full disk: the reason is lost only if the runner dies as well
        (work.folder / MARK).touch()
    append_line(work.log, f"The time limit of {work.attempt.step_run.timeout_seconds} s is over.\n")
    return True
