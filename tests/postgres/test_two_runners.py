"""Two runners on one PostgreSQL: the second says who works there, and ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.postgres import Cluster

ROOT = Path(__file__).resolve().parent.parent.parent
HELD = "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with Cluster() as made:
        yield made


def environment(url: str, data: Path) -> dict[str, str]:
    return {
        **os.environ,
        "FOREBAY_DATABASE_URL": url,
        "FOREBAY_DATA": str(data),
        "FOREBAY_KEY_FILE": str(data) + ".key",
        "FOREBAY_DEFAULT_PACKAGES": "none",
    }


def runner(url: str, data: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "runner"],
        cwd=ROOT, env=environment(url, data), text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def wait_for_lock(cluster: Cluster, name: str) -> None:
    import psycopg

    place = f"host={cluster.folder} user=forebay dbname={name}"
    with psycopg.connect(place, autocommit=True) as connection:
        end = time.monotonic() + 60
        while not (connection.execute(HELD).fetchone() or (0,))[0]:
            assert time.monotonic() < end, "the first runner did not come up"
            time.sleep(0.05)


@pytest.mark.needs("postgresql")
def test_another_runner_on_the_same_database_is_refused(cluster: Cluster, tmp_path: Path) -> None:
    url, one, two = cluster.create_database("two"), tmp_path / "one", tmp_path / "two"
    for data in (one, two):
        words = [sys.executable, "manage.py", "setup_studio"]
        subprocess.run(words, cwd=ROOT, env=environment(url, data), check=True, timeout=120)
    first = runner(url, one)
    try:
        wait_for_lock(cluster, "two")
        second = runner(url, two)
        said, _ = second.communicate(timeout=60)
        assert second.returncode == 3
        assert "Another runner already works on this database (on " in said
    finally:
        first.kill()
        first.communicate(timeout=20)
    third = runner(url, two)  # the lock of a killed runner is free
    try:
        wait_for_lock(cluster, "two")
    finally:
        third.send_signal(signal.SIGTERM)
        said, _ = third.communicate(timeout=30)
    assert third.returncode == 0, said
