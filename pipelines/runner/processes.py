"""The processes a runner waits for: one epoll over their pidfds and a wake-up pipe."""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Callable
from contextlib import suppress

from pipelines.runner.protocol import Process


class ProcessTable:
    """Calls back once when a watched process has ended; the callback reaps it."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._watched: dict[int, tuple[Process, Callable[[], None]]] = {}
        self._wake_reader, self._wake_writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._epoll.register(self._wake_reader, select.EPOLLIN)
        self._fifo: int | None = None

    def watch(self, process: Process, ended: Callable[[], None]) -> None:
        self._epoll.register(process.pidfd, select.EPOLLIN)
        self._watched[process.pidfd] = (process, ended)

    def wait(self, seconds: float) -> int:
        """Wait for the end of processes and call back; how many ended."""
        count = 0
        for descriptor, _ in self._epoll.poll(seconds):
            if descriptor in (self._wake_reader, self._fifo):
                with suppress(BlockingIOError):
                    os.read(descriptor, 4096)
                continue
            _, ended = self._watched.pop(descriptor)
            self._epoll.unregister(descriptor)
            count += 1
            ended()
        return count

    def own_pids(self) -> set[int]:
        """Children that somebody waits for."""
        return {process.pid for process, _ in self._watched.values()}

    def wake_on_signals(self) -> None:
        """Let signals end a wait at once."""
        signal.set_wakeup_fd(self._wake_writer, warn_on_full_buffer=False)

    def wake_on(self, fifo: int | None) -> None:
        """Let a byte that somebody writes there end a wait at once. Closes it in the end."""
        if fifo is not None:
            self._fifo = fifo
            self._epoll.register(fifo, select.EPOLLIN)

    def close(self) -> None:
        """Stop watching; the processes run on."""
        signal.set_wakeup_fd(-1)
        if self._fifo is not None:
            os.close(self._fifo)
        for process, _ in self._watched.values():
            os.close(process.pidfd)
        self._watched.clear()
        self._epoll.close()
        os.close(self._wake_reader)
        os.close(self._wake_writer)
