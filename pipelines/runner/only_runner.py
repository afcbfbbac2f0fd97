"""One runner works on one database, wherever its data folder is.

On PostgreSQL the runner's own connection holds an advisory lock: it is free again the moment the
process or its connection is gone, and a runner that loses its connection ends. SQLite is a file in
the data folder, where `locks/runner.lock` says the same.
"""

from __future__ import annotations

import time

from django.db import connection

from workspaces.raw_sql import fetch

RUNNER_LOCK = 0x466F7272  # any constant; beside EVENT_LOCK in services/notices.py
PATIENCE = 5.0  # seconds: the server notices the end of a killed runner a moment later
PREFIX = "forebay runner on "


def hold_database(host: str, *, patience: float = PATIENCE) -> str | None:
    """Become the only runner of this database; else a sentence about the one that is."""
    if connection.vendor != "postgresql":
        return None
    fetch("SELECT set_config('application_name', %s, false)", [f"{PREFIX}{host}"[:63]])
    give_up = time.monotonic() + patience
    while not fetch("SELECT pg_try_advisory_lock(%s)", [RUNNER_LOCK])[0][0]:
        if time.monotonic() >= give_up:
            return f"Another runner already works on this database{_who()}; this one ends."
        time.sleep(0.1)
    return None


def _who() -> str:
    """Host and start of the runner that holds the lock, as far as the server tells."""
    found = fetch(
        "SELECT a.application_name, a.backend_start FROM pg_locks l "
        "JOIN pg_stat_activity a ON a.pid = l.pid "
        "WHERE l.locktype = 'advisory' AND l.objid = %s AND l.granted "
        "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        [RUNNER_LOCK],
    )
    if not found or not str(found[0][0]).startswith(PREFIX):
        return ""
    name, since = found[0]
    return f" (on {name.removeprefix(PREFIX)}, since {since:%Y-%m-%d %H:%M} UTC)"
