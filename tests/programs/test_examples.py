"""The examples of the repository that need no packages, run as a user runs them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


def run_example(studio: Any, name: str, folder: Path) -> str:
    shutil.copytree(EXAMPLES / name, folder / name)
    studio.write_config(folder / name)
    done = subprocess.run(
        [sys.executable, "pipeline.py"],
        cwd=folder / name,
        env=studio.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_getting_started(studio: Any, tmp_path: Path) -> None:
    said = run_example(studio, "getting_started", tmp_path)
    assert "Problems: []" in said
    for name in ("train_step", "compare_step", "extract_step"):
        assert f"{name}: Finished" in said
    assert "Order: train_step, compare_step, extract_step" in said
    (run,) = studio.get("/runs?experiment=in_a_row")["items"]
    nodes = {node["name"]: node for node in studio.get(f"/runs/{run['id']}")["graph"]["nodes"]}
    assert nodes["compare_step"]["after"] == [nodes["train_step"]["id"]]
    assert nodes["extract_step"]["after"] == [nodes["compare_step"]["id"]]


def test_data_dependency(studio: Any, tmp_path: Path) -> None:
    said = run_example(studio, "data_dependency", tmp_path)
    for step, output in (
        ("train", "counted"),
        ("extract", "sorted_fruit"),
        ("compare", "compared"),
    ):
        assert f"{step}.py wrote {output}: workspaceblobstore, azureml/" in said
    assert "heaviest: apple" in said
    (totals,) = (tmp_path / "data_dependency").glob("outputs/azureml/*/counted/totals.json")
    assert totals.read_text() == '{"apple": 7, "pear": 2, "plum": 1}'


def test_parameters(studio: Any, tmp_path: Path) -> None:
    said = run_example(studio, "parameters", tmp_path)
    assert "Problems: []" in said
    assert "summer: 2 rows, files ['summer.csv', 'winter'], at least 1" in said
    assert "winter: 3 rows, files ['winter.csv'], at least 2" in said
    second, first = (
        studio.get(f"/runs/{item['id']}")
        for item in studio.get("/runs?experiment=parameters")["items"]
    )
    assert first["graph"]["parameters"] == second["graph"]["parameters"]
    assert second["parameters"]["folder"] == {
        "datastore": "workspaceblobstore",
        "path": "weather/winter",
    }
    (step,) = second["steps"]
    versions = [run["steps"][0]["inputs"][1]["dataset"]["version"] for run in (first, second)]
    assert versions == [1, 2]
    assert step["why"]["sentence"] == (
        'least: 1 -> 2, word: "summer" -> "winter", data path folder: weather -> weather/winter, '
        "dataset weather: version 1 -> 2"
    )
