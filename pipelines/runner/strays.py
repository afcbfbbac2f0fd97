"""Processes that a script left behind, also those that left its group.

The runner is a *subreaper*: an orphan of a step becomes the runner's child, where it is found
cheaply. After a restart orphans belong to init, so adopted attempts look through /proc instead.
"""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36


def become_subreaper() -> bool:
    """Have orphans of steps reparented to this process. False where the system can't."""
    with suppress(OSError, AttributeError):
        return bool(ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)
    return False


def own_children() -> list[int]:
    """Process ids of this process's children, dead ones included."""
    pid = os.getpid()
    with suppress(OSError):
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def all_processes() -> list[int]:
    """Every process id of this machine that we can see."""
    with suppress(OSError):
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]
    return []


def end_strays(candidates: Iterable[int], *, marker: str) -> list[int]:
    """Kill those whose first environment holds `marker` (as `NAME=value`); who was killed."""
    wanted = marker.encode()
    killed = []
    for pid in candidates:
        try:
            environment = Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            continue
        if wanted in environment.split(b"\0"):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)
    return killed


def reap_orphans(known: Iterable[int]) -> None:
    """Bury dead children that nobody waits for; `known` ones have someone who does."""
    for pid in set(own_children()).difference(known):
        with suppress(ChildProcessError):
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG)
