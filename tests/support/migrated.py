"""A migrated, empty SQLite database to copy: made once, and again when a migration changes.

Fifty migrations take longer than most files of tests. What is kept is named by the content of all
migrations and the pinned requirements, in pytest's cache folder; `make clean` removes it. That of
PostgreSQL is kept beside it (support/postgres.py).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
KEPT = ROOT / ".pytest_cache" / "migrated"


def name_of_migrations() -> str:
    """Another one when a migration, a requirement or Python changes."""
    seen = hashlib.sha256(sys.version.encode())
    for path in [*sorted(ROOT.glob("*/migrations/*.py")), ROOT / "requirements.txt"]:
        seen.update(f"{path.relative_to(ROOT)} ".encode() + path.read_bytes())
    return seen.hexdigest()[:32]


def migrated_database() -> Path:
    """The file; who comes first makes it, and the others wait."""
    path = KEPT / f"{name_of_migrations()}.sqlite3"
    with who_makes_it():
        if not path.exists():
            for old in KEPT.glob("*.sqlite3"):
                old.unlink()
            with tempfile.TemporaryDirectory(dir=KEPT) as folder:
                _migrate(Path(folder)).rename(path)
    return path


@contextmanager
def who_makes_it() -> Iterator[None]:
    """One process at a time looks what is kept, and makes what is not."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def migrate(data: Path, url: str = "") -> None:
    """`manage.py migrate` of the database at `url`, else of SQLite in `data`."""
    place = {"FOREBAY_DATA": str(data), "FOREBAY_KEY_FILE": str(data / "key")}
    environment = {k: v for k, v in os.environ.items() if k != "FOREBAY_DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=ROOT,
        env={**environment, **place, **({"FOREBAY_DATABASE_URL": url} if url else {})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _migrate(folder: Path) -> Path:
    """The file that migrating leaves there, as one file without a log beside it."""
    migrate(folder)
    with closing(sqlite3.connect(folder / "db.sqlite3")) as database:
        database.execute("PRAGMA journal_mode=DELETE")
    return folder / "db.sqlite3"


def begin_studio(data: Path) -> None:
    """Make the data folder of a studio, with a database that is migrated already."""
    data.mkdir(parents=True, exist_ok=True)
    shutil.copy(migrated_database(), data / "db.sqlite3")


def copy_into(target: sqlite3.Connection) -> None:
    """Fill an empty database."""
    with closing(sqlite3.connect(migrated_database())) as source:
        source.backup(target)
