"""A PostgreSQL of the tests' own: a fresh cluster in a temporary folder, gone afterwards.

PostgreSQL refuses to run as root; for root the cluster belongs to an ordinary user.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

ORDINARY = ("postgres", "nobody")  # who runs it for root, the first that exists
# Nothing here outlives the tests, so nothing is flushed to disk.
SETTINGS = (
    "listen_addresses=''",
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


class Cluster:
    """`with Cluster() as cluster: cluster.url("name")`; listens on a Unix socket only."""

    def __init__(self) -> None:
        self.user = ordinary_user()
        self.folder = Path(tempfile.mkdtemp(prefix="forebay-pg-", dir="/tmp"))

    def _run(self, program: str, *words: str) -> None:
        programs = find_programs()
        assert programs is not None, "PostgreSQL is not installed"
        before = ["setpriv", f"--reuid={self.user}", f"--regid={self._group()}", "--clear-groups"]
        log = self.folder / f"{program}.out"
        with log.open("ab") as output:
            done = subprocess.run(
                [*(before if self.user else []), str(programs / program), *words],
                cwd=self.folder,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                timeout=60,
                check=False,
            )
        assert done.returncode == 0, log.read_text()

    def _group(self) -> int:
        assert self.user is not None
        return pwd.getpwnam(self.user).pw_gid

    def start(self) -> None:
        """Make the cluster and start it; answers once it takes connections."""
        if self.user:
            shutil.chown(self.folder, self.user, self._group())
        data = str(self.folder / "data")
        self._run("initdb", "-D", data, "-U", "forebay", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = " ".join(f"-c {setting}" for setting in SETTINGS)
        log = str(self.folder / "server.log")
        options += f" -k {self.folder}"
        self._run("pg_ctl", "-D", data, "-l", log, "-w", "-o", options, "start")

    def stop(self) -> None:
        """End it at once and remove its folder."""
        try:
            if (self.folder / "data" / "postmaster.pid").exists():
                self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, name: str = "postgres") -> str:
        """What FOREBAY_DATABASE_URL is told."""
        return f"postgres://forebay@{quote(str(self.folder), safe='')}/{name}"

    def create_database(self, name: str) -> str:
        """An empty database; its URL."""
        import psycopg

        place = f"host={self.folder} user=forebay dbname=postgres"
        with psycopg.connect(place, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return self.url(name)

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
