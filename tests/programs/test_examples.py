"""The examples of the repository that need no packages, run as a user runs them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.support.pipelines import run_program, write_scripts

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
        for item in studio.get("/runs?experiment=parameters")["items"][:2]
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


def test_publish(studio: Any, tmp_path: Path) -> None:
    said = run_example(studio, "publish", tmp_path)
    assert "Published: Fruit of a run 0.1 with steps extract.py, compare.py" in said
    assert "Names of at least 4 letters: apple, pear, plum\nBelongs to pipeline: True" in said
    assert "Runs of it: 2" in said
    assert "Active: False\nResult: fruit_compared" in said
    (by_rest,) = studio.get("/runs?experiment=publish_example_by_rest")["items"]
    assert f"Submitted pipeline run: {by_rest['id']}" in said
    assert by_rest["parameters"] == {"pipeline_arg": 4}


def test_endpoint(studio: Any, tmp_path: Path) -> None:
    said = run_example(studio, "endpoint", tmp_path)
    assert "Versions: ['0', '1']\nDefault version: 0\nDefault version: 1\n" in said
    assert "Its pipeline: Faster" in said
    rates = [line for line in said.splitlines() if line.endswith(("0.1", "0.2", "0.5"))]
    assert rates == ["Default: rate 0.2", "Version 0: rate 0.1", "Chosen: rate 0.5"]
    assert said.endswith("Default version: 0\nArchived: True\n")
    (by_rest,) = studio.get("/runs?experiment=endpoint_example_by_rest")["items"]
    assert studio.wait_for_run(by_rest["id"])["origin"]["endpoint"]["version"] == "0"


def test_schedule(studio: Any, tmp_path: Path) -> None:
    said = run_example(studio, "schedule", tmp_path)
    assert "Created: Every other evening Active\nRuns so far: 0\n" in said
    assert "Updated: Every two hours Hour 2\nDisabled: Disabled\n" in said
    assert "Of the pipeline: ['Every two hours']\n" in said
    assert "Watching: workspaceblobstore schedule_example\n" in said
    assert "Of the endpoint: ['When data comes']\nLast run: None\n" in said
    for name in ("Every", "When data comes"):
        assert studio.get(f"/schedules?active_only=true&q={quote(name)}")["items"] == []
    assert studio.get("/runs?experiment=schedule_example")["items"] == []


def test_modules(studio: Any, tmp_path: Path) -> None:
    said = run_example(studio, "modules", tmp_path)
    assert "Module: Keep long words version 1.0\n" in said
    assert "Problems: []" in said
    assert "long: Kept 5 of 6 words of at least 4 letters\n" in said
    assert "longer: Kept 2 of 5 words of at least 6 letters\n" in said
    assert "All reused: True\nLast run is this one: True\n" in said
    assert said.endswith("Published: Long words with steps long, longer\n")
    palette = studio.get("/modules/by-name/Keep%20long%20words")
    assert (palette["name"], palette["group"]) == ("Keep long words", "My modules")
    again = run_example(studio, "modules", tmp_path / "again")
    assert "All reused: True" in again
    first, *_, last = reversed(studio.get("/runs?experiment=modules_example")["items"])
    assert not any(one["reused"] for one in studio.get(f"/runs/{first['id']}")["steps"])
    assert all(one["reused"] for one in studio.get(f"/runs/{last['id']}")["steps"])


def test_callers_without_the_sdk(studio: Any, tmp_path: Path) -> None:
    write_scripts(tmp_path, say="import sys\nprint('said', sys.argv[1])\n")
    published = run_program(
        studio,
        tmp_path,
        "step = PythonScriptStep('say.py', arguments=[PipelineParameter('word', 'nothing')],"
        " compute_target=target, source_directory='say')\n"
        "print(Pipeline(ws, [step]).publish('Callers').endpoint)",
    )
    environment = {
        "PATH": os.environ["PATH"],
        "ENDPOINT": published.stdout.split()[-1],
        "FOREBAY_TOKEN": studio.token,
    }

    def call(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*words],
            cwd=EXAMPLES / "call_rest",
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    by_curl = call("sh", "call.sh", "callers", "word=curl")
    assert by_curl.returncode == 0, by_curl.stderr
    by_requests = call(sys.executable, "call.py", "callers", "word=requests")
    assert by_requests.returncode == 0, by_requests.stderr
    assert by_requests.stdout.endswith("It ended: Finished\n")
    ran = studio.wait_for_run(json.loads(by_curl.stdout)["Id"])
    assert ran["parameters"] == {"word": "curl"}
    assert "said curl" in studio.step_log(ran["steps"][0]["id"])
    refused = call("sh", "call.sh", "callers", "wrod=typo")
    assert refused.returncode == 22
    assert "'wrod'" in refused.stdout
    refused = call(sys.executable, "call.py", "callers", "wrod=typo")
    assert refused.returncode == 1
    assert "422: " in refused.stderr
    assert "'wrod'" in refused.stderr
