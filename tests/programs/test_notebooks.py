"""Public v1 notebooks, unchanged but for the host of their sample data.

They are not part of this repository: FOREBAY_PROGRAMS points at a folder that holds a copy of
`MachineLearningNotebooks`. What each must produce is asserted through REST.
"""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.notebooks import program_of

pytestmark = pytest.mark.needs("programs")
INTRO = "how-to-use-azureml/machine-learning-pipelines/intro-to-pipelines"


@pytest.fixture
def notebooks(tmp_path: Path) -> Path:
    source = Path(os.environ["FOREBAY_PROGRAMS"]) / "MachineLearningNotebooks"
    return Path(shutil.copytree(source, tmp_path / "notebooks"))


@pytest.fixture
def sample_data(notebooks: Path) -> Iterator[str]:
    """An http server with Titanic.csv where the notebooks look for it; its address."""
    folder = notebooks / "served" / "demo"
    folder.mkdir(parents=True)
    shutil.copy(notebooks / "how-to-use-azureml/azure-synapse/Titanic.csv", folder)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def run_notebook(
    studio: Any,
    folder: Path,
    name: str,
    host: str,
    *,
    before: str = "",
    places: dict[str, str] | None = None,
) -> str:
    studio.write_config(folder)
    program = folder / f"{name}.py"
    hosts = places or {"https://dprepdata.blob.core.windows.net": host}
    program.write_text(program_of(folder / f"{name}.ipynb", hosts, before=before))
    done = subprocess.run(
        [sys.executable, program.name],
        cwd=folder,
        env=studio.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def runs_of(studio: Any, experiment: str) -> list[dict[str, Any]]:
    items = studio.get(f"/runs?experiment={experiment}")["items"]
    return [studio.wait_for_run(item["id"]) for item in reversed(items)]


def test_g1_getting_started(studio: Any, notebooks: Path, sample_data: str):
    folder = notebooks / INTRO
    run_notebook(studio, folder, "aml-pipelines-getting-started", sample_data)
    (world1,) = runs_of(studio, "Hello_World1")
    assert [(s["name"], s["status"]) for s in world1["steps"]] == [
        ("train_step", "Completed"),
        ("compare_step", "Completed"),
        ("extract_step", "Completed"),
    ]
    assert not any(node["after"] or node["inputs"] for node in world1["graph"]["nodes"])
    (world2,) = runs_of(studio, "Hello_World2")
    assert [s["name"] for s in world2["steps"]] == ["train_step", "compare_step", "extract_step"]
    assert world2["status"] == "Completed"
    run_notebook(studio, folder, "aml-pipelines-getting-started", sample_data)
    for experiment in ("Hello_World1", "Hello_World2"):
        again = runs_of(studio, experiment)[-1]
        assert all(step["reused"] for step in again["steps"]), experiment


def test_g2_steps_joined_by_data(studio: Any, notebooks: Path, sample_data: str):
    folder = notebooks / INTRO
    table = (notebooks / "how-to-use-azureml/azure-synapse/Titanic.csv").read_bytes()
    studio.put("/datastores/workspaceblobstore/files/titanic/Titanic.csv?overwrite=true", table)
    said = run_notebook(studio, folder, "aml-pipelines-with-data-dependency-steps", sample_data)
    (run,) = runs_of(studio, "Data_dependency_sample")
    assert run["status"] == "Completed"
    steps = [step["name"] for step in run["steps"]]
    assert steps == ["train.py", "extract.py", "compare.py"]
    nodes = {node["id"]: node for node in run["graph"]["nodes"]}
    chain = [
        (nodes[one["source"]["node"]]["name"], node["name"], one["name"])
        for node in nodes.values()
        for one in node["inputs"]
        if "node" in one["source"]
    ]
    assert sorted(chain) == [
        ("extract.py", "compare.py", "processed_data2"),
        ("train.py", "extract.py", "processed_data1"),
    ]
    for number, name in enumerate(steps, start=1):
        assert f"Outputs of step {name}\n\tname: processed_data{number}\n" in said
    (trained,) = folder.glob("outputs/azureml/*/processed_data1")
    assert trained.is_dir()


GITHUB = (
    "'https://raw.githubusercontent.com/Azure/MachineLearningNotebooks/'",
    "'4e7b3784d50e81c313c62bcdf9a330194153d9cd/how-to-use-azureml/work-with-data/'",
    "'datasets-tutorial/train-with-datasets/train-dataset/iris.csv'",
)


def test_g7_datasets_as_parameters(studio: Any, notebooks: Path) -> None:
    table = (notebooks / "how-to-use-azureml/azure-synapse/Titanic.csv").read_bytes()
    files = "/datastores/workspaceblobstore/files"
    studio.put(f"{files}/demo/Titanic.csv?overwrite=true", table)
    studio.put(f"{files}/demo/iris.csv?overwrite=true", b"length,species\n5.1,setosa\n")
    places = {
        "'https://dprepdata.blob.core.windows.net/demo/Titanic.csv'": (
            "(ws.get_default_datastore(), 'demo/Titanic.csv')"
        ),
        GITHUB[0]: "(ws.get_default_datastore(), 'demo/iris.csv')",
        GITHUB[1]: "",
        GITHUB[2]: "",
    }
    name = "aml-pipelines-showcasing-dataset-and-pipelineparameter"
    run_notebook(studio, notebooks / INTRO, name, "", before="pipeline.publish(", places=places)
    default, chosen = runs_of(studio, "showcasing-dataset")
    assert (default["status"], chosen["status"]) == ("Completed", "Completed")
    assert default["graph"] == chosen["graph"]
    assert [one["type"] for one in default["graph"]["parameters"]] == ["dataset", "dataset"]
    for run, words in ((default, "Braund, Mr. Owen Harris"), (chosen, "5.1,setosa")):
        log = studio.step_log(run["steps"][0]["id"])
        assert words in log
        assert "Traceback" not in log


def test_g7_data_paths_as_parameters(studio: Any, notebooks: Path, sample_data: str) -> None:
    for folder in ("sample_datapath1", "sample_datapath2"):
        path = f"/datastores/workspaceblobstore/files/{folder}/data.txt?overwrite=true"
        studio.put(path, folder.encode())
    name = "aml-pipelines-showcasing-datapath-and-pipelineparameter"
    run_notebook(studio, notebooks / INTRO, name, sample_data, before="pipeline.publish(")
    default, chosen = runs_of(studio, "showcasing-datapath")
    assert (default["status"], chosen["status"]) == ("Completed", "Completed")
    for number, run in ((1, default), (2, chosen)):
        log = studio.step_log(run["steps"][0]["id"])
        assert f"Sample string argument  : sample_string{number}" in log
        assert f"/sample_datapath{number}\n" in log
    assert (
        "data path input_datapath: sample_datapath1 -> sample_datapath2"
        in (chosen["steps"][0]["why"]["sentence"])
    )
