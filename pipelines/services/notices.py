"""Being told at once that events were stored: LISTEN and NOTIFY of PostgreSQL.

`record_events` sends the notice in the transaction of the events, so it arrives when they are
committed. SQLite needs none of it: its `data_version` is read in microseconds.
"""

from __future__ import annotations

import logging
import select
import time
from contextlib import suppress
from typing import Any

from django.db import connection

log = logging.getLogger(__name__)

CHANNEL = "forebay_events"
# Any constant: it makes event ids come in the order of commits.
EVENT_LOCK = 0x466F7265
LOOK_ANYWAY_EVERY = 1.0  # seconds: changes that are told by no event, a lost connection


def announce_events() -> None:
    """Before events are inserted: wait for the writers before us, tell all who listen."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [EVENT_LOCK])
            cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


class EventNotices:
    """A connection that only listens. `arrived` costs one system call while nothing happens."""

    def __init__(self) -> None:
        self._listening: Any = None
        self._look_at = 0.0

    def arrived(self) -> bool:
        """Whether events were committed since the last call, or it is time to look anyway."""
        now = time.monotonic()
        told = now >= self._look_at
        try:
            if self._listening is None:
                self._open()
                told = True  # what happened before is seen by a look
            elif select.select([self._listening.fileno()], [], [], 0)[0]:
                told = sum(1 for _ in self._listening.notifies(timeout=0)) > 0 or told
        except Exception as error:  # the database went away: look again, and listen anew
            log.warning("no notices from the database: %s", error)
            self.close()
            self._look_at = now + LOOK_ANYWAY_EVERY
            return told
        if told:
            self._look_at = now + LOOK_ANYWAY_EVERY
        return told

    def close(self) -> None:
        if self._listening is not None:
            with suppress(Exception):
                self._listening.close()
        self._listening = None

    def _open(self) -> None:
        wrapper: Any = connection
        raw = wrapper.get_new_connection(wrapper.get_connection_params())
        raw.autocommit = True
        raw.execute(f"LISTEN {CHANNEL}")
        self._listening = raw
