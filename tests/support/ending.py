"""Processes that tests start end with the tests, however those end."""

from __future__ import annotations

import ctypes
import signal
import threading
from collections.abc import Callable

LIBC = ctypes.CDLL(None)
SET_DEATH_SIGNAL = 1


def ends_with_us(how: int = signal.SIGTERM) -> Callable[[], None] | None:
    """For `preexec_fn`: the child gets this signal when this process is gone, however it went.

    The kernel means the thread that starts it, so a child of a passing thread goes without.
    """
    if threading.current_thread() is not threading.main_thread():
        return None

    def ask() -> None:
        LIBC.prctl(SET_DEATH_SIGNAL, how, 0, 0, 0)

    return ask
