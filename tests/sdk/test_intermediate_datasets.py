"""`examples/intermediate_datasets`, as a user runs it: twice, so that the second one is reused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.needs("packages")

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "intermediate_datasets"


def test_steps_hand_each_other_datasets(full_studio: Any, run_program: Any, tmp_path: Path) -> None:
    program = shutil.copytree(EXAMPLE, tmp_path / "example") / "pipeline.py"
    done = run_program(program)
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout
    assert (
        "columns ['city', 'day', 'hour', 'degrees'] "
        "types ['object', 'datetime64[ns]', 'int64', 'int64']" in said
    )
    for row in ("oslo 2026-01-01     0       -4", "rome 2026-01-01     0       11"):
        assert row in said
    assert "files at data/measured ['oslo', 'readme.txt', 'rome']" in said
    assert "the same True" in said
    assert "'/data/measured' is taken as 'data/measured'" in said
    assert "model at model/latest" in said
    assert "measurements version 1 ['/oslo/2026/01/01/data.csv'" in said
    assert "weather-report version 1 ['/means.csv']" in said
    (run,) = full_studio.get("/runs?experiment=intermediate_datasets")["items"]
    steps = full_studio.get(f"/runs/{run['id']}/steps")["items"]
    outputs = {one["name"]: one for step in steps for one in step["outputs"]}
    assert outputs["measured"]["dataset"]["name"] == "measurements"
    assert outputs["report"]["path"].startswith("reports/")
    store = full_studio.data / "datastores" / full_studio.workspace / "workspaceblobstore"
    model = json.loads((store / outputs["model"]["path"]).read_text())
    assert model == {"oslo": pytest.approx(-7 / 3), "rome": 11.0}

    again = run_program(program)
    assert again.returncode == 0, again.stdout + again.stderr
    assert again.stdout.count("Reused from Run 1") >= 2
    assert "weather-report version 1" in again.stdout
