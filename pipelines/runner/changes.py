"""Noticing that another process changed the database, for a few microseconds a look."""

from __future__ import annotations

import sqlite3

from django.db import connection

from pipelines.services.notices import EventNotices


class DatabaseChanges:
    """`happened()` is true when something was committed since the last call.

    SQLite has a counter for exactly this, read over a connection of its own that never opens a
    transaction. PostgreSQL tells us by NOTIFY; once a second the answer is "perhaps".
    """

    def __init__(self) -> None:
        self._sqlite: sqlite3.Connection | None = None
        self._notices: EventNotices | None = None
        self._version = -1
        if connection.vendor == "sqlite":
            name = str(connection.settings_dict["NAME"])
            self._sqlite = sqlite3.connect(
                name, isolation_level=None, timeout=20, uri=name.startswith("file:")
            )
        else:
            self._notices = EventNotices()

    def happened(self) -> bool:
        if self._notices is not None:
            return self._notices.arrived()
        assert self._sqlite is not None
        version = self._sqlite.execute("PRAGMA data_version").fetchone()[0]
        changed: bool = version != self._version
        self._version = version
        return changed

    def close(self) -> None:
        if self._sqlite is not None:
            self._sqlite.close()
        if self._notices is not None:
            self._notices.close()
