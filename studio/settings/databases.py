"""Where the rows are: an SQLite file in FOREBAY_DATA, or the PostgreSQL of FOREBAY_DATABASE_URL."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Any

import dj_database_url

from studio.settings.readers import SettingError

NAME = "FOREBAY_DATABASE_URL"


def load_database(data: Path) -> dict[str, Any]:
    """Django's settings of the one database."""
    url = os.environ.get(NAME)
    return postgresql_settings(url) if url else sqlite_settings(data / "db.sqlite3")


def sqlite_settings(file: Path) -> dict[str, Any]:
    """WAL and immediate transactions: readers never wait, writers wait instead of failing."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": file,
        "CONN_MAX_AGE": 0,  # a request under ASGI has its own thread: nothing would be reused
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=20000; "
                "PRAGMA cache_size=-20000; PRAGMA mmap_size=134217728; "
                "PRAGMA journal_size_limit=27103364;"
            ),
        },
    }


def postgresql_settings(url: str) -> dict[str, Any]:
    """From postgres://user:password@host:port/name; a socket's folder as %2Frun%2Fpostgresql."""
    wanted = f"{NAME} must look like postgres://user:password@host:5432/name"
    if not url.startswith(("postgres://", "postgresql://")):
        raise SettingError(f"{wanted}.")  # never the value: it may hold a password
    if importlib.util.find_spec("psycopg") is None:
        raise SettingError(
            f"{NAME} needs a driver: .venv/bin/python -m pip install -r requirements-postgres.txt"
        )
    try:
        found: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=0))
    except ValueError:
        raise SettingError(f"{wanted}.") from None
    if not found.get("NAME"):
        raise SettingError(f"{wanted}; the name of the database is missing.")
    options = dict(found.get("OPTIONS") or {})
    options.setdefault("connect_timeout", 10)
    options.setdefault("application_name", "forebay")
    return {**found, "OPTIONS": options}
