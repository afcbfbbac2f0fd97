"""A PostgreSQL of the tests' own: a fresh cluster in a temporary folder, gone afterwards.

PostgreSQL refuses to run as root; for root the cluster belongs to an ordinary user. The server is
a child of the tests and ends with them, also when they are killed; a folder that stays then goes
when the next cluster is made.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from tests.support.ending import ends_with_us
from tests.support.migrated import KEPT, migrate, name_of_migrations, who_makes_it

PREFIX = "forebay-pg-"
MIGRATED = "migrated"  # a database of each cluster, from which others are made
ORDINARY = ("postgres", "nobody")  # who runs it for root, the first that exists
# Nothing here outlives the tests, so nothing is flushed to disk.
SETTINGS = (
    "listen_addresses=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=100",
    "shared_buffers=32MB",
)


def find_programs() -> Path | None:
    """The folder with initdb and pg_ctl: that of the PATH, or Debian's newest."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    kept = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = sorted(kept, key=lambda path: int(path.parent.parent.name.split(".")[0]))
    return newest[-1].parent if newest else None


def ordinary_user() -> str | None:
    """Whom root runs it as; None for somebody who is an ordinary user already."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ORDINARY if name in known), None)


def remove_left_folders() -> None:
    """Folders of clusters whose server is gone: those of tests that were killed."""
    for folder in Path("/tmp").glob(f"{PREFIX}*"):
        try:
            if time.time() - folder.stat().st_mtime < 600:
                continue  # perhaps somebody is making it: initdb's own servers come and go
            lock = folder / "data" / "postmaster.pid"
            if lock.exists():
                os.kill(abs(int(lock.read_text().split()[0])), 0)
            else:
                shutil.rmtree(folder, ignore_errors=True)
        except ProcessLookupError:
            shutil.rmtree(folder, ignore_errors=True)
        except (OSError, ValueError, IndexError):
            pass  # somebody else's, or just going


class Cluster:
    """`with Cluster() as cluster: cluster.url("name")`; listens on a Unix socket only."""

    def __init__(self) -> None:
        remove_left_folders()
        self.user = ordinary_user()
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir="/tmp"))
        self.server: subprocess.Popen[bytes] | None = None

    def _words(self, program: str, *words: str) -> list[str]:
        programs = find_programs()
        assert programs is not None, "PostgreSQL is not installed"
        before = ["setpriv", f"--reuid={self.user}", f"--regid={self._group()}", "--clear-groups"]
        if ends_with_us() is not None:
            before.append("--pdeathsig=INT")  # becoming another user takes away what we set
        return [*(before if self.user else []), str(programs / program), *words]

    def _group(self) -> int:
        assert self.user is not None
        return pwd.getpwnam(self.user).pw_gid

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}

    def start(self) -> None:
        """Make the cluster and start it; answers once it takes connections."""
        kept = self._kept()
        with who_makes_it():
            if not kept.exists():
                self._make(kept)
        shutil.copytree(kept, self.data)
        self._hand_over()
        self._open()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def _kept(self) -> Path:
        """Where a migrated cluster of this PostgreSQL is, or will be."""
        said = subprocess.run(self._words("postgres", "--version"), capture_output=True, check=True)
        version = said.stdout.split()[2].decode()
        return KEPT / f"{name_of_migrations()}.postgresql-{version}"

    def _make(self, kept: Path) -> None:
        """An empty cluster with the database MIGRATED, put where the next one begins with it."""
        for old in KEPT.glob("*.postgresql-*"):
            shutil.rmtree(old)
        self._hand_over()
        form = ("-U", "forebay", "-A", "trust", "-E", "UTF8", "--no-sync")
        with self.log.open("ab") as output:
            done = subprocess.run(
                self._words("initdb", "-D", str(self.data), *form),
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                timeout=60,
                check=False,
            )
        assert done.returncode == 0, self.log.read_text()
        self._open()
        self._create(MIGRATED, "template0")
        with tempfile.TemporaryDirectory() as scratch:
            migrate(Path(scratch), self.url(MIGRATED))
        self._close(signal.SIGINT)  # in order: it is copied
        with tempfile.TemporaryDirectory(dir=KEPT) as place:
            shutil.move(self.data, Path(place) / "data")
            (Path(place) / "data").rename(kept)

    def _hand_over(self) -> None:
        """The folder and all in it belong to who runs the server."""
        if self.user:
            for path in (self.folder, *self.folder.rglob("*")):
                shutil.chown(path, self.user, self._group())

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def _open(self) -> None:
        options = [word for setting in SETTINGS for word in ("-c", setting)]
        with self.log.open("ab") as output:
            self.server = subprocess.Popen(
                self._words("postgres", "-D", str(self.data), "-k", str(self.folder), *options),
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C is for the tests, which end it last
                preexec_fn=ends_with_us(signal.SIGINT),  # noqa: PLW1509
            )
        self._wait()

    def _wait(self) -> None:
        import psycopg

        end = time.monotonic() + 60
        while True:
            try:
                psycopg.connect(self._place()).close()
                return
            except psycopg.OperationalError:
                assert self.server is not None
                assert self.server.poll() is None, self.log.read_text()
                assert time.monotonic() < end, self.log.read_text()
                time.sleep(0.02)

    def stop(self) -> None:
        """End it at once and remove its folder."""
        try:
            self._close(signal.SIGQUIT)
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _close(self, how: int) -> None:
        if self.server is not None:
            self.server.send_signal(how)
            self.server.wait(30)
            self.server = None

    def _place(self) -> str:
        return f"host={self.folder} user=forebay dbname=postgres"

    def url(self, name: str = "postgres") -> str:
        """What FOREBAY_DATABASE_URL is told."""
        return f"postgres://forebay@{quote(str(self.folder), safe='')}/{name}"

    def create_database(self, name: str) -> str:
        """A database without rows, migrated; its URL."""
        self._create(name, MIGRATED)
        return self.url(name)

    def _create(self, name: str, template: str) -> None:
        import psycopg

        with psycopg.connect(self._place(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())

    def __enter__(self) -> Cluster:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
