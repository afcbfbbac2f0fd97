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
TITANIC = "how-to-use-azureml/azure-synapse/Titanic.csv"
IRIS = Path(__file__).parent.parent.parent / "examples" / "iris" / "iris.csv"
IRIS_FOLDER = (
    "Azure/MachineLearningNotebooks/4e7b3784d50e81c313c62bcdf9a330194153d9cd/how-to-use-azureml/"
    "work-with-data/datasets-tutorial/train-with-datasets/train-dataset"
)
INTRO = "how-to-use-azureml/machine-learning-pipelines/intro-to-pipelines"


@pytest.fixture
def notebooks(tmp_path: Path) -> Path:
    source = Path(os.environ["FOREBAY_PROGRAMS"]) / "MachineLearningNotebooks"
    return Path(shutil.copytree(source, tmp_path / "notebooks"))


@pytest.fixture
def sample_data(notebooks: Path) -> Iterator[str]:
    """An http server with Titanic.csv and iris.csv where notebooks look for them; its address."""
    served = notebooks / "served"
    for source, place in ((TITANIC, "demo"), (IRIS, IRIS_FOLDER)):
        (served / place).mkdir(parents=True)
        shutil.copy(notebooks / source, served / place)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(served))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def run_notebook(studio: Any, folder: Path, name: str, host: str, *, before: str = "") -> str:
    studio.write_config(folder)
    program = folder / f"{name}.py"
    hosts = {
        "https://dprepdata.blob.core.windows.net": host,
        "https://raw.githubusercontent.com": host,
    }
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


def test_g3_published_and_called_by_rest(studio: Any, notebooks: Path, sample_data: str):
    said = run_notebook(
        studio,
        notebooks / INTRO,
        "aml-pipelines-publish-and-run-using-rest-endpoint",
        sample_data,
    )
    published = studio.get("/published-pipelines")["items"]
    kept = {one["name"]: one for one in published}
    assert kept["My_New_Pipeline"]["continue_on_step_failure"] is True
    assert kept["My_New_Pipeline2"]["version"] == "0.1"
    (by_program,) = runs_of(studio, "Pipeline_experiment_sample")
    assert (by_program["status"], by_program["source"]) == ("Completed", "SDK")
    (by_rest,) = runs_of(studio, "My_Pipeline1")
    assert f"Submitted pipeline run:  {by_rest['id']}" in said
    assert (by_rest["status"], by_rest["source"]) == ("Completed", "REST")
    assert by_rest["properties"]["azureml.pipelineid"] == kept["My_New_Pipeline"]["id"]
    compare = {step["name"]: step for step in by_rest["steps"]}["compare.py"]
    assert "Argument 4: 45" in studio.step_log(compare["id"])
    result = studio.get("/datasets/by-name/compare_result?version=latest")
    files = studio.get(f"/datasets/{result['id']}/files")["items"]
    assert [file["relative_path"].rpartition("/")[2] for file in files] == ["compare.txt"]


def test_g4_versions_behind_an_endpoint(studio: Any, notebooks: Path, sample_data: str):
    folder = notebooks / INTRO
    said = run_notebook(
        studio, folder, "aml-pipelines-setup-versioned-pipeline-endpoints", sample_data
    )
    (endpoint,) = studio.get("/pipeline-endpoints?name=NewName")["items"]
    assert [one["version"] for one in endpoint["versions"]] == ["0", "1"]
    assert endpoint["default_version"] == "1"
    assert studio.get("/pipeline-endpoints?name=PipelineEndpointTest")["items"] == []
    (by_rest,) = runs_of(studio, "default_pipeline")
    assert f"Submitted pipeline run:  {by_rest['id']}" in said
    by_sdk = runs_of(studio, "NewName")
    assert all(f"Id: {run['id']}" in said for run in by_sdk)
    (by_experiment,) = runs_of(studio, "submit_endpoint_sample")
    assert by_experiment["tags"] == {"endpoint_tag": "1"}
    runs = [by_rest, *by_sdk, by_experiment]
    assert [run["origin"]["endpoint"]["version"] for run in runs] == ["0", "0", "1", "0"]
    # The notebook gives its only step no arguments, and the script beside it wants two.
    said_by_script = studio.step_log(by_rest["steps"][0]["id"])
    assert "Argument 1: None" in said_by_script


def test_g7_datasets_as_parameters(studio: Any, notebooks: Path, sample_data: str) -> None:
    name = "aml-pipelines-showcasing-dataset-and-pipelineparameter"
    said = run_notebook(studio, notebooks / INTRO, name, sample_data)
    default, chosen = runs_of(studio, "showcasing-dataset")
    assert default["graph"] == chosen["graph"]
    assert [one["type"] for one in default["graph"]["parameters"]] == ["dataset", "dataset"]
    (published,) = runs_of(studio, "publishedexperiment")
    (by_rest,) = runs_of(studio, "MyRestPipeline")
    assert f"Submitted pipeline run:  {by_rest['id']}" in said
    iris = IRIS.read_text().splitlines()[2]
    for run in (default, chosen, published, by_rest):
        assert run["status"] == "Completed"
        log = studio.step_log(run["steps"][0]["id"])
        assert ("Braund, Mr. Owen Harris" in log) == (run is default)
        assert (iris in log) == (run is not default)


def test_g7_data_paths_as_parameters(studio: Any, notebooks: Path, sample_data: str) -> None:
    for number in (1, 2, 3):
        path = f"sample_datapath{number}/data.txt?overwrite=true"
        studio.put(f"/datastores/workspaceblobstore/files/{path}", f"text {number}".encode())
    name = "aml-pipelines-showcasing-datapath-and-pipelineparameter"
    run_notebook(studio, notebooks / INTRO, name, sample_data)
    default, chosen = runs_of(studio, "showcasing-datapath")
    by_rest = runs_of(studio, "MyRestPipeline")[-1]
    for number, run in ((1, default), (2, chosen), (3, by_rest)):
        assert run["status"] == "Completed"
        log = studio.step_log(run["steps"][0]["id"])
        assert f"Sample string argument  : sample_string{number}" in log
        assert f"/sample_datapath{number}\n" in log
    assert (
        "data path input_datapath: sample_datapath1 -> sample_datapath2"
        in (chosen["steps"][0]["why"]["sentence"])
    )
    (schedule,) = studio.get("/schedules?q=Datastore_trigger_schedule")["items"]
    assert (schedule["status"], schedule["path_on_datastore"]) == (
        "Disabled",
        "sample_datapath_for_folder",
    )


def test_schedules_of_a_published_pipeline(studio: Any, notebooks: Path, sample_data: str) -> None:
    name = "aml-pipelines-setup-schedule-for-a-published-pipeline"
    said = run_notebook(studio, notebooks / INTRO, name, sample_data)
    assert "New frequency: Hour \nNew status: Active" in said
    assert "Count: 1\ndone" in said
    of_endpoint = studio.get("/schedules?q=My_Endpoint_Schedule")["items"][0]
    assert of_endpoint["endpoint"]["name"] == "ScheduledPipelineEndpoint"
    assert of_endpoint["recurrence"]["hours"] == [22]
    assert studio.get("/runs?experiment=Schedule-run-sample")["items"] == []


def test_g11_modules_as_steps(studio: Any, notebooks: Path, sample_data: str) -> None:
    name = "aml-pipelines-how-to-use-modulestep"
    run_notebook(studio, notebooks / INTRO, name, sample_data)
    (run,) = runs_of(studio, "testmodulestesp")
    assert [(one["name"], one["status"]) for one in run["steps"]] == [
        ("AddAndMultiply", "Completed")
    ] * 3
    said = [studio.step_log(one["id"]).strip().splitlines()[-1] for one in run["steps"]]
    assert said == [
        "results: sum: 19 , product: 34",
        "results: sum: 53 , product: 646",
        "results: sum: 699 , product: 34238",
    ]
    assert [node["module"]["version"] for node in run["graph"]["nodes"]] == ["1", "2", "2"]
    module = studio.get("/modules/by-name/AddAndMultiply")
    assert (module["default_version"], module["default_chosen"]) == ("2", True)
    offered = {one["name"]: one["group"] for one in studio.get("/modules")["items"]}
    assert offered["AddAndMultiply"] == "My modules"


def test_pipeline_drafts(studio: Any, notebooks: Path, sample_data: str) -> None:
    name = "aml-pipelines-how-to-use-pipeline-drafts"
    said = run_notebook(studio, notebooks / INTRO, name, sample_data)
    assert "PipelineDraft(Name: TestPipelineDraft, Id: " in said
    (draft,) = studio.get("/drafts?q=UpdatedPipelineDraft")["items"]
    assert (draft["experiment"], draft["tags"]) == ("pipeline_draft_sample", {"dev": "true"})
    assert draft["continue_on_step_failure"] is True
    (run,) = runs_of(studio, "pipeline_draft_sample")
    assert [one["name"] for one in run["steps"]] == ["New_Training_Step"]
    assert run["continue_on_step_failure"] is True
    assert (run["tags"], run["properties"]["train"]) == ({"dev": "true"}, "value")
    assert draft["last_run"]["id"] == run["id"]
    kept = studio.get("/published-pipelines?name=UpdatedPipelineDraft")["items"]
    assert [one["step_count"] for one in kept] == [1]
