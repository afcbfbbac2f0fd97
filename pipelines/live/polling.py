"""A thread that looks at something many times a second, only while somebody listens.

Sockets live on an event loop, the database and files must not be touched there. A `PollThread`
does both jobs' bookkeeping: it starts with its first listener, ends after its last one, owns its
thread's database connection, and hands what it found back to the loop.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from typing import Generic, TypeVar

from django.db import connection

logger = logging.getLogger("forebay.live")

Listener = TypeVar("Listener")


class PollThread(Generic[Listener]):
    """Base of the event tailer and the log follower; `poll` and `begin` run in the thread."""

    name = "forebay-poll"
    interval = 0.05  # seconds between two looks
    rest_after_error = 1.0

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.lock = threading.Lock()
        self.listeners: set[Listener] = set()
        self.wake = threading.Event()
        self.thread: threading.Thread | None = None
        self.begun: asyncio.Future[None] | None = None

    async def add(self, listener: Listener) -> None:
        """Listen from now on; returns once nothing that happens later can be missed."""
        with self.lock:
            self.listeners.add(listener)
            if self.thread is None:
                self.begun = self.loop.create_future()
                self.wake = threading.Event()
                self.thread = threading.Thread(
                    target=self._run, args=(self.wake, self.begun), name=self.name, daemon=True
                )
                self.thread.start()
            begun = self.begun
        assert begun is not None
        await asyncio.shield(begun)

    def remove(self, listener: Listener) -> None:
        """Stop listening; the thread ends when this was the last one."""
        with self.lock:
            self.listeners.discard(listener)
            if not self.listeners and self.thread is not None:
                self.thread = None
                self.wake.set()

    def current(self) -> list[Listener]:
        """The listeners of this moment, safe to walk."""
        with self.lock:
            return list(self.listeners)

    def begin(self) -> None:
        """Note where things stand; called once, before `add` returns."""

    def poll(self) -> None:
        """Look once and tell the listeners, through `tell`."""
        raise NotImplementedError

    def end(self) -> None:
        """Give back what `begin` and `poll` opened; called in the thread, as its last work."""

    def tell(self, callback: object, *args: object) -> None:
        """Call something on the event loop; a loop that is gone needs no news."""
        try:
            self.loop.call_soon_threadsafe(callback, *args)  # type: ignore[arg-type]
        except RuntimeError:
            self.wake.set()

    def _run(self, wake: threading.Event, begun: asyncio.Future[None]) -> None:
        try:
            while not self._attempt(self.begin):
                if wake.wait(self.rest_after_error):
                    return
            self.tell(_settle, begun)
            while not wake.wait(self.interval):
                if not self._attempt(self.poll):
                    wake.wait(self.rest_after_error)
        finally:
            self.end()
            connection.close()

    def _attempt(self, work: object) -> bool:
        try:
            work()  # type: ignore[operator]
        except Exception:
            logger.exception("%s failed; it tries again in a second", self.name)
            connection.close()  # a broken connection is never used twice
            return False
        return True


def _settle(begun: asyncio.Future[None]) -> None:
    if not begun.done():
        begun.set_result(None)
