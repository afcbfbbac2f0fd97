"""Noticing that another process changed the database, for a few microseconds a look."""

from __future__ import annotations

import sqlite3
import time

from django.db import connection

POSTGRES_EVERY = 0.1


class DatabaseChanges:
    """`happened()` is true when something was committed since the last call.

    SQLite has a counter for exactly this, read over a connection of its own that never opens a
    transaction. On PostgreSQL the answer is simply "perhaps", ten times a second.
    """

    def __init__(self) -> None:
        self._sqlite: sqlite3.Connection | None = None
        self._version = -1
        self._next = 0.0
        if connection.vendor == "sqlite":
            name = str(connection.settings_dict["NAME"])
            self._sqlite = sqlite3.connect(
                name, isolation_level=None, timeout=20, uri=name.startswith("file:")
            )

    def happened(self) -> bool:
        if self._sqlite is None:
            now = time.monotonic()
            if now < self._next:
                return False
            self._next = now + POSTGRES_EVERY
            return True
        version = self._sqlite.execute("PRAGMA data_version").fetchone()[0]
        changed: bool = version != self._version
        self._version = version
        return changed

    def close(self) -> None:
        if self._sqlite is not None:
            self._sqlite.close()
