"""The example of the repository, run as a user runs it: again, changed, and broken."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.needs("packages")

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "iris"


def steps_of_last_run(studio: Any, experiment: str) -> dict[str, tuple[str, str]]:
    (run, *_) = studio.get(f"/runs?experiment={experiment}")["items"]
    steps = studio.get(f"/runs/{run['id']}/steps")["items"]
    return {step["name"]: (step["status"], step["why"].get("sentence", "")) for step in steps}


def test_the_iris_story(full_studio: Any, run_program: Any, tmp_path: Path):
    folder = tmp_path / "iris"
    shutil.copytree(EXAMPLE, folder)
    program = folder / "pipeline.py"

    first = run_program(program)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "150 rows" in first.stdout  # the steps' own lines are streamed
    assert "Run 1 of iris: Finished" in first.stdout
    assert "'best_accuracy'" in first.stdout
    (run,) = full_studio.get("/runs?experiment=iris")["items"]
    metrics = full_studio.get(f"/runs/{run['id']}/metrics")["items"]
    assert [one["name"] for one in metrics] == ["best_accuracy"]
    assert metrics[0]["value"] > 0.9
    compare = full_studio.get(f"/runs/{run['id']}/steps")["items"][-1]
    artifacts = full_studio.get(f"/steps/{compare['id']}/artifacts")["items"]
    assert [one["path"] for one in artifacts] == ["outputs/images/features.png"]
    result = full_studio.get(f"/steps/{compare['id']}/outputs/comparison/files/")
    assert result["neighbours"] == 5

    again = run_program(program)
    assert again.stdout.count("Reused from Run 1") >= 3
    assert "3 steps, 3 reused" in again.stdout

    other = run_program(program, "--neighbours", "7")
    assert "3 steps, 2 reused" in other.stdout
    assert "5 -> 7" in steps_of_last_run(full_studio, "iris")["compare.py"][1]

    train = folder / "train" / "train.py"
    train.write_text(train.read_text() + "# the same files are written\n")
    changed = run_program(program)
    assert "train.py changed" in changed.stdout
    assert "3 steps, 2 reused" in changed.stdout

    extract = folder / "extract" / "extract.py"
    extract.write_text("raise SystemExit('oh no')\n")
    broken = run_program(program)
    assert broken.returncode == 1
    assert "ActivityFailedException" in broken.stderr
    assert "'extract.py'" in broken.stderr
    assert "oh no" in broken.stderr
    states = steps_of_last_run(full_studio, "iris")
    assert states["extract.py"][0] == "Failed"
    assert states["compare.py"][0] == "NotStarted"


def test_the_data_is_whole():
    lines = (EXAMPLE / "iris.csv").read_text().splitlines()
    species = [line.rsplit(",", 1)[1] for line in lines[1:]]
    assert {name: species.count(name) for name in species} == dict.fromkeys(
        ("setosa", "versicolor", "virginica"), 50
    )
