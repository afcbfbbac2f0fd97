"""One statement with little around it, for the few that run many times for every step.

On SQLite Django's cursor spends three times what the statement itself needs. Parameters are
written `%s` as everywhere; nothing else in a statement may hold a percent sign.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connections

Values = Sequence[Any]


def fetch(sql: str, values: Values = ()) -> list[tuple[Any, ...]]:
    """All rows of one statement."""
    database = connections["default"]
    if not _is_plain(database):
        with database.cursor() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall())
    with database.wrap_database_errors:
        found: list[tuple[Any, ...]] = database.connection.execute(
            _as_sqlite(sql), values
        ).fetchall()
        return found


def change(sql: str, values: Values = ()) -> int:
    """How many rows the statement changed."""
    database = connections["default"]
    if not _is_plain(database):
        with database.cursor() as cursor:
            cursor.execute(sql, values)
            return int(cursor.rowcount)
    with database.wrap_database_errors:
        return int(database.connection.execute(_as_sqlite(sql), values).rowcount)


def change_many(sql: str, rows: Iterable[Values]) -> None:
    """The statement once for every row of values."""
    database = connections["default"]
    if not _is_plain(database):
        with database.cursor() as cursor:
            cursor.executemany(sql, list(rows))
        return
    with database.wrap_database_errors:
        database.connection.executemany(_as_sqlite(sql), rows)


@lru_cache(maxsize=16)
def moment(when: datetime) -> Any:
    """A time as the database takes it; each transaction writes one several times."""
    return connections["default"].ops.adapt_datetimefield_value(when)


def _is_plain(database: Any) -> bool:
    """Whether nobody watches or wraps statements, on a sound SQLite connection."""
    if database.vendor != "sqlite" or database.force_debug_cursor or database.execute_wrappers:
        return False
    if database.needs_rollback:
        return False  # Django's cursor raises what it raises then
    database.ensure_connection()
    return True


@lru_cache(maxsize=256)
def _as_sqlite(sql: str) -> str:
    return sql.replace("%s", "?")
