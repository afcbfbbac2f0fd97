"""A brake on guessing passwords, kept in the memory of the web process."""

from __future__ import annotations

import time
from collections import OrderedDict, deque

MOST_FAILURES = 8
WINDOW = 300.0  # seconds
REMEMBERED = 10_000


class FailureBrake:
    """Counts failures per key; after 8 within 5 minutes the key has to wait."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, key: str, *, now: float | None = None) -> int:
        """Seconds until the key may try again; 0 when it may now."""
        now = time.monotonic() if now is None else now
        times = self._failures.get(key)
        if times is None:
            return 0
        while times and now - times[0] > WINDOW:
            times.popleft()
        return int(WINDOW - (now - times[0])) + 1 if len(times) >= MOST_FAILURES else 0

    def failed(self, key: str, *, now: float | None = None) -> None:
        """Notes one failure; the oldest keys are forgotten beyond 10,000."""
        now = time.monotonic() if now is None else now
        self._failures.setdefault(key, deque(maxlen=MOST_FAILURES)).append(now)
        self._failures.move_to_end(key)
        while len(self._failures) > REMEMBERED:
            self._failures.popitem(last=False)

    def succeeded(self, key: str) -> None:
        """Forgets the key's failures."""
        self._failures.pop(key, None)
