"""Follows the event table and tells every socket of this process what happened.

One per process. On SQLite it asks `PRAGMA data_version` every 25 ms (4 µs; it changes only when
another connection committed) and reads the table only then; PostgreSQL tells it by NOTIFY.
Its connection is its own and in autocommit: inside a transaction the version would freeze.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from weakref import WeakKeyDictionary

from django.db import connection
from django.db.models import Max

from pipelines.live.polling import PollThread
from pipelines.models import Event
from pipelines.services.notices import EventNotices

BATCH = 500
FIELDS = ("id", "workspace_id", "run__uid", "kind", "data", "created_at")
RUN_KINDS = frozenset({"run.status", "run.changed"})  # what topic "runs" is told


@dataclass(frozen=True)
class LiveEvent:
    """An event ready to be sent: its JSON is made once, whoever listens."""

    id: int
    workspace_id: int
    run: str | None
    kind: str
    body: str  # `"id": …, "kind": …, "data": …, "at": …` without braces

    def message(self, topic: str) -> str:
        """The frame for one topic."""
        return f'{{"type":"event","topic":{json.dumps(topic)},{self.body}}}'


def live_event(row: tuple[int, int, str | None, str, Any, datetime]) -> LiveEvent:
    """An event row, in the order of `FIELDS`, as it is sent."""
    id_, workspace_id, run, kind, data, created_at = row
    at = created_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    body = json.dumps({"id": id_, "kind": kind, "data": data, "at": at}, separators=(",", ":"))
    return LiveEvent(id_, workspace_id, run, kind, body[1:-1])


def last_event_id() -> int:
    """The newest event's id, 0 when there is none."""
    return Event.objects.aggregate(last=Max("id"))["last"] or 0


Listener = Callable[[Iterable[LiveEvent]], None]  # called on the event loop


class Tailer(PollThread[Listener]):
    """Reads events after the last one seen and gives them to every listener, in order."""

    name = "forebay-event-tailer"
    interval = 0.025

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self.last = 0
        self.version: int | None = None
        self.notices = EventNotices()

    def begin(self) -> None:
        self.version = None
        if connection.vendor == "postgresql":
            self.notices.arrived()  # listens from here on
        self.last = last_event_id()

    def poll(self) -> None:
        if not self._something_changed():
            return
        while True:
            rows = list(
                Event.objects.filter(id__gt=self.last).order_by("id").values_list(*FIELDS)[:BATCH]
            )
            if rows:
                events = [live_event(cast("Any", row)) for row in rows]
                self.last = events[-1].id
                self.tell(self._fan_out, events)
            if len(rows) < BATCH:
                return

    def end(self) -> None:
        self.notices.close()

    def _something_changed(self) -> bool:
        if connection.vendor == "postgresql":
            return self.notices.arrived()
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA data_version")
            version = cursor.fetchone()[0]
        changed: bool = version != self.version
        self.version = version
        return changed

    def _fan_out(self, events: list[LiveEvent]) -> None:
        for listener in self.current():
            listener(events)


_tailers: WeakKeyDictionary[asyncio.AbstractEventLoop, Tailer] = WeakKeyDictionary()


def process_tailer() -> Tailer:
    """The tailer of the running event loop; a server process has one loop."""
    loop = asyncio.get_running_loop()
    if loop not in _tailers:
        _tailers[loop] = Tailer(loop)
    return _tailers[loop]
