"""What must be true before the studio starts; each failure is one sentence."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import socket
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

BACKUPS_KEPT = 5


def prepare_data_folder() -> Path:
    """FOREBAY_DATA with its subfolders; refuses one that can't be written."""
    data = Path(settings.FOREBAY_DATA)
    try:
        data.parent.mkdir(parents=True, exist_ok=True)
        for name in ("", "locks", "logs"):
            (data / name).mkdir(exist_ok=True, mode=0o700)
        probe = data / "locks" / f".probe-{os.getpid()}"
        probe.write_bytes(b"forebay")
        probe.unlink()
    except OSError as error:
        raise CommandError(
            f"The data folder {data} can't be written ({error.strerror}). "
            "Set FOREBAY_DATA to a folder that can."
        ) from None
    return data


def lock_studio(data: Path) -> int:
    """A descriptor that holds the folder for this studio as long as it is open."""
    path = data / "locks" / "studio.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(descriptor, 1000).decode(errors="replace").strip()
        os.close(descriptor)
        raise CommandError(
            f"Another studio already runs on {data}{f' ({holder})' if holder else ''}. "
            "Stop it first, or give this one another folder and port: "
            "FOREBAY_DATA=… FOREBAY_PORT=… make studio"
        ) from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"process {os.getpid()}, {settings.FOREBAY_URL}\n".encode(), 0)
    return descriptor


def check_port_is_free() -> None:
    """Refuses a port on which somebody listens, naming it and the way out."""
    host, port = settings.FOREBAY_HOST, settings.FOREBAY_PORT
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise CommandError(
            f"FOREBAY_HOST={host} is not an address of this machine: {error.strerror}."
        ) from None
    with closing(socket.socket(family, kind, protocol)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except PermissionError:
            raise CommandError(
                f"Port {port} needs root. Choose one above 1023: FOREBAY_PORT=8000"
            ) from None
        except OSError as error:
            reason = "is taken by another program"
            if error.errno != errno.EADDRINUSE:
                reason = f"can't be used ({error.strerror})"
            raise CommandError(
                f"Port {port} on {host} {reason}. "
                f"Choose another: FOREBAY_PORT={port + 1 if port < 65535 else 8000} make studio"
            ) from None


def migrate_database(data: Path) -> list[str]:
    """Brings the database up to date, with a copy first; returns what there is to tell."""
    if connection.vendor == "sqlite":  # elsewhere its name is no path
        _keep_private(Path(str(settings.DATABASES["default"]["NAME"])))
    executor = MigrationExecutor(connection)
    known = set(executor.loader.disk_migrations)
    applied = set(executor.loader.applied_migrations)
    replaced = {old for m in executor.loader.disk_migrations.values() for old in m.replaces}
    unknown = sorted(applied - known - replaced)
    if unknown:
        app, name = unknown[0]
        raise CommandError(
            f"The database in {data} was made by a newer Forebay: this one does not know its "
            f"migration {app}.{name}. Start the newer version, or put back a copy from "
            f"{data / 'backups'}."
        )
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return []
    told = []
    if applied and connection.vendor != "sqlite":
        told.append("the database is brought up to date; copies of PostgreSQL are yours to make")
    elif applied:
        told.append(f"the database was copied to {back_up(data)} before it is brought up to date")
    call_command("migrate", verbosity=0, interactive=False)
    return told


def _keep_private(database: Path) -> None:
    """Other accounts of this machine may not read it: it holds sessions. SQLite copies the mode."""
    database.touch(mode=0o600)
    for suffix in ("", "-wal", "-shm"):
        file = database.with_name(database.name + suffix)
        if file.exists() and file.stat().st_uid == os.getuid():
            file.chmod(0o600)


def back_up(data: Path) -> Path:
    """A consistent copy of the SQLite file in `backups`; the newest five are kept."""
    folder = data / "backups"
    folder.mkdir(exist_ok=True, mode=0o700)
    target = folder / f"db-{datetime.now():%Y%m%d-%H%M%S}.sqlite3"
    database = str(settings.DATABASES["default"]["NAME"])
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
    for old in sorted(folder.glob("db-*.sqlite3"))[:-BACKUPS_KEPT]:
        old.unlink()
    return target


def collect_static_files() -> None:
    """Hashed copies of the static files, made anew only when one of them changed."""
    stamp = Path(settings.STATIC_ROOT) / ".stamp"
    seen = []
    for finder in get_finders():
        for path, storage in finder.list(None):
            state = Path(storage.path(path)).stat()
            seen.append([path, state.st_size, state.st_mtime_ns])
    print_now = json.dumps(sorted(seen))
    if stamp.exists() and stamp.read_text() == print_now:
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(print_now)
