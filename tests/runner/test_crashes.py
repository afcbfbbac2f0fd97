"""kill -9 of the runner between every two steps of its protocol: each script ran exactly once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
POINTS = [
    "claimed",
    "specified",
    "prepared",
    "started",
    "marked",
    "ended",
    "published",
    "concluding",
    "finished",
    "prepare-started",
    "finalizing",
    "finalize-started",
]
TRIED_AGAIN = ["again-ended", "again-concluding", "again-finished"]

# The process that plays them has its rows where FOREBAY_DATABASE_URL says.
pytestmark = pytest.mark.database


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory, bare_environment: Path) -> dict[str, Any]:
    """All points, played one after the other in one process of their own."""
    data = tmp_path_factory.mktemp("crashes")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.runner.crash_scenes",
            str(bare_environment),
            *POINTS,
            *TRIED_AGAIN,
        ],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "studio.settings",
            "FOREBAY_DATA": str(data),
            "FOREBAY_KEY_FILE": str(data / "key"),
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("point", POINTS)
def test_each_script_runs_once(scenes: dict[str, Any], point: str) -> None:
    scene = scenes[point]
    assert scene["killed"], "the first runner was to be killed"
    assert scene["second"] == 0
    assert (scene["run"], scene["steps"]) == ("Completed", ["Completed", "Completed"])
    assert scene["ran"] == [1, 1]
    assert scene["outputs"] == 2
    assert scene["metrics"] == 6
    assert scene["completed_events"] == 2


@pytest.mark.parametrize("point", TRIED_AGAIN)
def test_a_failed_attempt_is_tried_again_once(scenes: dict[str, Any], point: str) -> None:
    """Killed before or after the one transaction that ends the attempt and queues the step."""
    scene = scenes[point]
    assert scene["killed"] and scene["second"] == 0
    assert (scene["run"], scene["attempts"], scene["ran"]) == ("Completed", [2, 2], [2, 2])
    assert (scene["outputs"], scene["metrics"], scene["completed_events"]) == (2, 6, 2)
