"""Follows the log files that somebody watches, by offset, every 50 ms.

Log lines never go through the database. A watch waits for a log that does not exist yet, and ends
when the attempt or build has ended and its file was read to the end.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakKeyDictionary

from django.conf import settings

from compute.models import EnvironmentBuild
from compute.selectors import build_log
from pipelines.domain.log_files import LogPiece, read_log
from pipelines.domain.status import FINAL, Status
from pipelines.live.polling import PollThread
from pipelines.models import Attempt, StepRun

NOTHING = LogPiece(b"", 0, 0, 0)
CHUNK = 256 * 1024  # bytes a watch sends at most every 50 ms: 5 MB/s, so that none piles up
ASK_AGAIN = 0.25  # seconds between two questions whether the attempt has ended


def cut_utf8(data: bytes, *, last: bool) -> tuple[str, int]:
    """Decode up to the last whole character; returns the text and how many bytes it took.

    A character cut by the end of the chunk waits for its rest, unless this is the `last` chunk.
    Bytes that are no UTF-8 become U+FFFD.
    """
    end = len(data)
    if not last:
        for back in range(1, min(4, end) + 1):
            byte = data[end - back]
            if byte & 0xC0 == 0x80:
                continue  # the middle of a character
            needs = 4 if byte >= 0xF0 else 3 if byte >= 0xE0 else 2 if byte >= 0xC0 else 1
            if needs > back:
                end -= back
            break
    return data[:end].decode("utf-8", "replace"), end


@dataclass(eq=False)
class Watch:
    """One socket's view of one log. `on_…` run on the event loop, `find` in the thread."""

    find: Callable[[], tuple[Path | None, bool]]  # its file if there is one, whether it has ended
    offset: int
    on_text: Callable[[int, int, str], None]  # offset, next offset, text
    on_end: Callable[[int], None]  # size
    has_room: Callable[[], bool]  # False while the socket has too much to send
    path: Path | None = None
    ended: bool = False
    asked_at: float = field(default=-10.0)


class LogFollower(PollThread[Watch]):
    """Reads what was appended to watched logs."""

    name = "forebay-log-follower"
    interval = 0.05

    def poll(self) -> None:
        for watch in self.current():
            if watch.has_room():
                self._look(watch)

    def _look(self, watch: Watch) -> None:
        now = time.monotonic()
        if (watch.path is None or not watch.ended) and now - watch.asked_at >= ASK_AGAIN:
            watch.asked_at = now
            # Asked before the file is read: what was written before the end is then read too.
            watch.path, watch.ended = watch.find()
        piece = read_log(watch.path, watch.offset, CHUNK) if watch.path else NOTHING
        last = piece.last or (watch.ended and len(piece.data) < CHUNK)
        text, taken = cut_utf8(piece.data, last=last)
        if text:
            start, watch.offset = watch.offset, piece.next - len(piece.data) + taken
            self.tell(watch.on_text, start, watch.offset, text)
        elif watch.ended:
            self.remove(watch)
            self.tell(watch.on_end, watch.offset)


def find_log(step: str, attempt: int) -> tuple[Path | None, bool]:
    """Where the attempt's log is, and whether nothing more will be written to it."""
    row = (
        Attempt.objects.filter(step_run__uid=step, number=attempt)
        .values_list("folder", "ended_at", "step_run__status", "step_run__attempt")
        .first()
    )
    if row is None:
        status = StepRun.objects.filter(uid=step).values_list("status", flat=True).first()
        return None, status is None or Status(status) in FINAL
    folder, ended_at, status, newest = row
    ended = ended_at is not None or newest > attempt or Status(status) in FINAL
    return Path(settings.FOREBAY_DATA) / folder / "log", ended


def find_build_log(key: str) -> tuple[Path | None, bool]:
    """Where an environment's build log is, and whether nothing more will be written to it."""
    row = EnvironmentBuild.objects.filter(key=key).only("key", "status").first()
    if row is None:
        return None, True
    return build_log(row), row.status in EnvironmentBuild.ENDED


_followers: WeakKeyDictionary[asyncio.AbstractEventLoop, LogFollower] = WeakKeyDictionary()


def process_follower() -> LogFollower:
    """The follower of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _followers:
        _followers[loop] = LogFollower(loop)
    return _followers[loop]
