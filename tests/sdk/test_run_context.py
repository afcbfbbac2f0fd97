"""A script in a step: what it is told by its environment, and what it logs."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from azureml.core import Run
from azureml.core import run as run_module
from azureml.core._run_context import forget_step
from azureml.exceptions import RunEnvironmentException, UserErrorException

SDK = Path(__file__).parent.parent.parent / "sdk" / "src"


@pytest.fixture
def step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The variables of a step whose server is not there; the spool's path."""
    (tmp_path / "inputs.json").write_text(
        json.dumps(
            {
                "iris_data": {"mode": "direct", "dataset_id": "d-1", "kind": "tabular"},
                "raw": {"mode": "download", "path": "/in/raw", "dataset_id": None},
            }
        )
    )
    variables = {
        "AZUREML_RUN_ID": "step-1",
        "AZUREML_ROOT_RUN_ID": "run-1",
        "AZUREML_RUN_TOKEN": "fby_run",
        "AZUREML_SERVICE_ENDPOINT": "http://127.0.0.1:9",
        "AZUREML_ARM_SUBSCRIPTION": "sub",
        "AZUREML_ARM_RESOURCEGROUP": "group",
        "AZUREML_ARM_WORKSPACE_NAME": "lab",
        "AZUREML_ARM_PROJECT_NAME": "iris",
        "AZUREML_EXPERIMENT_ID": "e-1",
        "AZUREML_DATAREFERENCE_raw": "/in/raw",
        "AZUREML_DATAREFERENCE_model": "/out/model",
        "FOREBAY_SPOOL": str(tmp_path / "spool"),
        "FOREBAY_INPUTS": str(tmp_path / "inputs.json"),
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    forget_step()
    yield tmp_path / "spool"
    forget_step()


def records(spool: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in spool.read_text("utf-8").splitlines()]


def test_the_context_costs_no_request(step: Path):
    run = Run.get_context()
    assert type(run) is Run
    assert (run.id, run.experiment.name, run.experiment.id) == ("step-1", "iris", "e-1")
    assert run.parent.id == "run-1"
    assert run.experiment.workspace.name == "lab"


def test_what_is_logged_is_on_disk_at_once(step: Path):
    run = Run.get_context()
    run.log("accuracy", 0.5, description="of the test rows")
    (record,) = records(step)
    assert record.pop("at").endswith("Z")
    assert record == {
        "kind": "metric",
        "target": "self",
        "name": "accuracy",
        "value": 0.5,
        "metric_kind": "scalar",
        "description": "of the test rows",
    }


def test_every_kind_of_record(step: Path):
    run = Run.get_context()
    run.log_list("list", (1, 2))
    run.log_row("row", x=1, y="two")
    run.log_table("table", {"x": [1, 2]})
    run.log_confusion_matrix("matrix", '{"schema_type": "confusion_matrix"}')
    run.parent.log("best", 3)
    run.tag("t")
    run.set_tags({"u": 1})
    run.add_properties({"p": True})
    run.parent.tag("v", "w")
    found = [(one["target"], one["kind"], one["name"], one["value"]) for one in records(step)]
    assert found == [
        ("self", "metric", "list", [1, 2]),
        ("self", "metric", "row", {"x": 1, "y": "two"}),
        ("self", "metric", "table", {"x": [1, 2]}),
        ("self", "metric", "matrix", {"schema_type": "confusion_matrix"}),
        ("parent", "metric", "best", 3),
        ("self", "tag", "t", ""),
        ("self", "tag", "u", "1"),
        ("self", "property", "p", "True"),
        ("parent", "tag", "v", "w"),
    ]


class Scalar:
    """Like numpy's: not a float, but it holds one."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def tolist(self) -> Any:
        return self.value


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (Scalar(1.5), 1.5),
        (Scalar([1, Scalar(2)]), [1, 2]),
        (math.nan, "NaN"),
        ([math.inf, -math.inf], ["Infinity", "-Infinity"]),
        ({1: Scalar(math.nan)}, {"1": "NaN"}),
        (b"text", "text"),
        (None, None),
        ("🌾\nسطر", "🌾\nسطر"),
        (Path("a"), "a"),
    ],
)
def test_values_fit_in_json(given: Any, kept: Any, step: Path):
    Run.get_context().log("v", given)
    assert records(step)[0]["value"] == kept


def test_threads_do_not_mix_their_lines(step: Path):
    run = Run.get_context()

    def log_many(number: int) -> None:
        for value in range(200):
            run.log(f"thread{number}", value)

    threads = [threading.Thread(target=log_many, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = records(step)
    for number in range(4):
        values = [one["value"] for one in found if one["name"] == f"thread{number}"]
        assert values == list(range(200))


def test_a_forked_child_logs_too(step: Path):
    program = (
        "import os\n"
        "from azureml.core import Run\n"
        "run = Run.get_context()\n"
        "run.log('before', 1)\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    run.log('child', 2)\n"
        "    os._exit(0)\n"
        "os.waitpid(child, 0)\n"
        "run.log('after', 3)\n"
    )
    subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(SDK)},
        check=True,
        timeout=60,
    )
    assert [one["name"] for one in records(step)] == ["before", "child", "after"]


def test_a_full_disk_does_not_fail_the_script(step: Path, monkeypatch: Any, capsys: Any):
    monkeypatch.setenv("FOREBAY_SPOOL", "/dev/full")
    forget_step()
    Run.get_context().log("a", 1)
    assert "'a' was not kept" in capsys.readouterr().err


def test_inputs_are_paths_or_datasets(step: Path, monkeypatch: Any):
    asked = []
    dataset = type("Dataset", (), {"get_by_id": lambda ws, uid: asked.append(uid) or "table"})
    monkeypatch.setattr(run_module, "Dataset", dataset)
    run = Run.get_context()
    assert run.input_datasets["raw"] == "/in/raw"
    assert asked == []
    assert run.input_datasets["iris_data"] == "table"
    assert dict(run.input_datasets.items()) == {"iris_data": "table", "raw": "/in/raw"}
    assert asked == ["d-1"]
    run.input_datasets["own"] = 5
    assert run.input_datasets["own"] == 5
    assert run.input_datasets.get("other", "none") == "none"
    with pytest.raises(KeyError, match="iris_data, own, raw"):
        run.input_datasets["other"]


def test_outputs_are_paths(step: Path):
    assert dict(Run.get_context().output_datasets) == {"model": "/out/model"}


def test_an_uploaded_file_is_kept_below_outputs(step: Path, tmp_path: Path):
    (tmp_path / "model.txt").write_text("m")
    run = Run.get_context()
    run.upload_file("outputs/model.txt", str(tmp_path / "model.txt"))
    assert (tmp_path / "outputs" / "model.txt").read_text() == "m"
    with pytest.raises(UserErrorException, match="name of a file"):
        run.upload_file("outputs/../../x", str(tmp_path / "model.txt"))
    with pytest.raises(UserErrorException, match="no file"):
        run.upload_file("outputs/x", str(tmp_path / "none.txt"))


def test_an_image_is_kept_below_outputs(step: Path, tmp_path: Path):
    (tmp_path / "roc.png").write_bytes(b"png")
    run = Run.get_context()
    run.log_image("ROC curve", path="roc.png")
    (record,) = records(step)
    assert (tmp_path / record["value"]["artifact"]).read_bytes() == b"png"
    assert record["value"]["artifact"].startswith("outputs/")


def test_outside_of_a_step_a_context_can_be_demanded(monkeypatch: Any):
    monkeypatch.delenv("AZUREML_RUN_ID", raising=False)
    forget_step()
    with pytest.raises(RunEnvironmentException, match="outside"):
        Run.get_context(allow_offline=False)
