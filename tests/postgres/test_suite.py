"""The tests that meet the database, once more on PostgreSQL, in a pytest of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDERS = (
    "pipelines",
    "runner",
    "live",
    "workspaces",
    "data",
    "compute",
    "pages",
    "endpoints",
    "gateways",
)
# These meet no database, or bring a studio with one of its own.
LEFT_OUT = (
    "runner/test_protocol.py",
    "runner/test_kill_series.py",
    "data/test_tables.py",
    "gateways/test_real_callers.py",
)


@pytest.mark.needs("postgresql")
@pytest.mark.skipif(
    os.environ.get("FOREBAY_TEST_DATABASE") == "postgres", reason="it is what runs already"
)
def test_the_suite_passes_on_postgresql() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--no-header"]
        + [f"tests/{name}" for name in FOLDERS]
        + [f"--ignore=tests/{name}" for name in LEFT_OUT],
        cwd=ROOT,
        env={**os.environ, "FOREBAY_TEST_DATABASE": "postgres"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=1200,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-20_000:]
    assert " passed" in done.stdout
