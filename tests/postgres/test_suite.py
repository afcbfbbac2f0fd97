"""The tests that have rows, once more on PostgreSQL, in a pytest of their own.

It is one test for pytest-xdist: it goes first, on one core, and the others beside it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.ending import ends_with_us

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
    "drafts",
)
# Packages, memory and samples of processes: the rows they leave are those of the other tests.
LEFT_OUT = (
    "runner/test_environment_builds.py",
    "runner/test_memory_limit.py",
    "runner/test_samples.py",
)


@pytest.mark.needs("postgresql")
@pytest.mark.skipif(
    os.environ.get("FOREBAY_TEST_DATABASE") == "postgres", reason="it is what runs already"
)
def test_the_suite_passes_on_postgresql() -> None:
    # A worker of pytest-xdist says so in its environment; the other pytest is none.
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    with subprocess.Popen(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--no-header", "-m", "database"]
        + [f"tests/{name}" for name in FOLDERS]
        + [f"--ignore=tests/{name}" for name in LEFT_OUT],
        cwd=ROOT,
        env={**kept, "FOREBAY_TEST_DATABASE": "postgres"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=ends_with_us(),  # noqa: PLW1509
    ) as process:
        try:
            said, _ = process.communicate(timeout=1200)
        except BaseException:
            process.send_signal(signal.SIGINT)  # so that it ends its cluster
            process.communicate(timeout=60)
            raise
    assert process.returncode == 0, said[-20_000:]
    assert " passed" in said
