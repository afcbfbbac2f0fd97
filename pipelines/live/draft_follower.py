"""Follows the drafts that pages have open: saved, deleted, and who else is there.

What is told is the difference between two looks at the rows, not a log: an autosave every few
seconds leaves no events behind, and a page that comes back is told how things stand now. One
thread per process. On SQLite it looks when another connection committed; PostgreSQL is asked
twice a second.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection
from django.utils import timezone

from pipelines.api.draft_shapes import person_shape
from pipelines.draft_selectors import DraftState, deleted_by, people_in, states_of
from pipelines.live.polling import PollThread
from workspaces.domain.times import iso


@dataclass(eq=False)
class DraftWatch:
    """One page that has a draft open. `on_event` is called on the loop with a frame."""

    topic: str
    draft: str  # its uid
    on_event: Callable[[str], None]
    last: int  # id of the newest event that the page knows
    state: DraftState | None = None
    people: list[dict[str, Any]] = field(default_factory=list)
    gone: bool = False

    def frame(self, kind: str, data: dict[str, Any]) -> str:
        """Ids grow for the page, whichever process it is connected to next."""
        self.last = max(self.last + 1, time.time_ns() // 1000)
        message = {
            "type": "event",
            "topic": self.topic,
            "id": self.last,
            "kind": kind,
            "data": data,
            "at": iso(timezone.now()),
        }
        return json.dumps(message, separators=(",", ":"))


class DraftFollower(PollThread[DraftWatch]):
    """Compares what the watched drafts are with what each page was told."""

    name = "forebay-draft-follower"
    interval = 0.1
    look_anyway = 2.0  # seconds: people drop out without anybody writing

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self.version: int | None = None
        self.looked = 0.0

    def begin(self) -> None:
        self.version = None

    def poll(self) -> None:
        watches = [watch for watch in self.current() if not watch.gone]
        fresh = any(watch.state is None for watch in watches)
        if not watches or not (self._something_changed() or fresh):
            return
        self.looked = time.monotonic()
        states = states_of({watch.draft for watch in watches})
        now = timezone.now()
        people: dict[int, list[dict[str, Any]]] = {}
        for row in people_in([state.pk for state in states.values()], now):
            people.setdefault(row.draft_id, []).append(person_shape(row))
        for watch in watches:
            state = states.get(watch.draft)
            if state is None:
                watch.gone = True
                data = {"draft": watch.draft, "deleted_by": deleted_by(watch.draft)}
                self.tell(watch.on_event, watch.frame("draft.deleted", data))
                continue
            there = people.get(state.pk, [])
            if state != watch.state:
                self.tell(watch.on_event, watch.frame("draft.saved", state.as_json()))
            if there != watch.people or watch.state is None:
                self.tell(watch.on_event, watch.frame("draft.people", {"people": there}))
            watch.state, watch.people = state, there

    def _something_changed(self) -> bool:
        waited = time.monotonic() - self.looked
        if connection.vendor == "postgresql":
            return waited >= 0.5
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA data_version")
            version = cursor.fetchone()[0]
        changed: bool = version != self.version
        self.version = version
        return changed or waited >= self.look_anyway


_followers: WeakKeyDictionary[asyncio.AbstractEventLoop, DraftFollower] = WeakKeyDictionary()


def process_draft_follower() -> DraftFollower:
    """The follower of the running event loop; a server process has one loop."""
    loop = asyncio.get_running_loop()
    if loop not in _followers:
        _followers[loop] = DraftFollower(loop)
    return _followers[loop]
