"""Data, dataset and compute parameters through REST: resolved, refused, reused and explained."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest

from data.selectors import default_datastore
from data.services.datasets import create_dataset, register_dataset
from data.services.datastores import write_file
from pipelines.models import Run, StepRun
from tests.support.submitting import body_of, finish, make_snapshot, make_target, statuses

RUNS = "/api/v1/workspaces/lab/runs"
STORE = "workspaceblobstore"


@pytest.fixture
def put(workspace: Any, actor: Any) -> Any:
    def write(path: str, data: bytes) -> None:
        write_file(
            workspace=workspace,
            actor=actor,
            datastore=default_datastore(workspace),
            path=path,
            stream=BytesIO(data),
            overwrite=True,
        )

    return write


@pytest.fixture
def register(workspace: Any, actor: Any) -> Any:
    def make(name: str, path: str) -> Any:
        made = create_dataset(
            workspace=workspace,
            actor=actor,
            kind="file",
            definition={"paths": [{"datastore": STORE, "path": path}]},
            validate=True,
        )
        return register_dataset(
            workspace=workspace, actor=actor, version=made, name=name, create_new_version=True
        )

    return make


def path_of(path: str) -> dict[str, str]:
    return {"datastore": STORE, "path": path}


@pytest.fixture
def body(workspace: Any, owner: Any, put: Any, register: Any) -> dict[str, Any]:
    """One step that reads a path and a dataset on a chosen compute; two versions and folders."""
    make_target(workspace, owner)
    make_target(workspace, owner, "gpu")
    snapshot = make_snapshot(workspace, owner, {"main.py": "print(1)"})
    for name in ("old", "same"):
        put(f"{name}/data.csv", b"a\n1\n")
    put("new/data.csv", b"a\n2\n")
    first = register("titanic", "old")
    register("titanic", "new")
    made = body_of("a", snapshot)
    made["graph"]["parameters"] = [
        {"name": "raw", "type": "datapath", "default": path_of("old")},
        {"name": "people", "type": "dataset", "default": {"dataset": first.uid}},
        {"name": "target", "type": "string", "default": "cpu"},
    ]
    made["graph"]["nodes"][0] |= {
        "inputs": [
            {"name": "raw_data", "mode": "mount", "source": {"parameter": "raw"}},
            {"name": "who", "mode": "mount", "source": {"parameter": "people"}},
        ],
        "arguments": [{"parameter": "raw"}, {"input": "who"}],
        "compute": {"parameter": "target"},
    }
    return made


def submit(api: Any, body: dict[str, Any], **parameters: Any) -> Run:
    answer = api.post(RUNS, {**body, "parameters": parameters})
    assert answer.status_code == 201, answer.json()
    return Run.objects.get(uid=answer.json()["id"])


def why(run: Run) -> str:
    return str(StepRun.objects.get(run=run).why["sentence"])


def test_a_step_row_holds_what_was_chosen_and_the_run_what_was_sent(
    api: Any, body: dict[str, Any]
) -> None:
    sent = json.loads(json.dumps(body["graph"]))
    run = submit(api, body, target="gpu", people={"name": "titanic", "version": "latest"})
    step = StepRun.objects.get(run=run)
    version = run.parameters["people"]["dataset"]
    assert run.graph == sent
    assert run.parameters == {
        "raw": path_of("old"),
        "people": {"dataset": version},
        "target": "gpu",
    }
    assert [port["source"] for port in step.node["inputs"]] == [
        path_of("old"),
        {"dataset": version},
    ]
    assert [port["parameter"] for port in step.node["inputs"]] == ["raw", "people"]
    assert step.node["arguments"] == [{"input": "raw_data"}, {"input": "who"}]
    assert (step.node["compute"], step.compute_target.name) == ("gpu", "gpu")
    (told,) = api.get(f"{RUNS}/{run.uid}").json()["steps"]
    assert told["inputs"][1]["dataset"] == {"name": "titanic", "version": 2}


def test_a_changed_value_reruns_with_its_sentence_and_equal_content_does_not(
    api: Any, body: dict[str, Any], put: Any
) -> None:
    finish(submit(api, body), "a")
    assert statuses(submit(api, body, raw=path_of("same"), target="gpu")) == "a:Completed*"
    run = submit(api, body, raw=path_of("new"))
    assert why(run) == "data path raw: old -> new"
    second = submit(api, body, raw=path_of("new"), people={"name": "titanic", "version": 2})
    assert why(second) == "dataset titanic: version 1 -> 2"
    finish(run, "a")
    put("new/data.csv", b"a\n3\n")
    again = submit(api, body, raw=path_of("new"), people={"name": "titanic", "version": 2})
    assert "files of raw (workspaceblobstore/new) changed" in why(again)


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"raw": "old"}, "raw", '{"datastore": '),
        ({"raw": path_of("nowhere")}, "raw", "no file at 'nowhere'"),
        ({"raw": path_of("../x")}, "raw", "'..'"),
        ({"raw": path_of("old/*.csv")}, "raw", "contains * or ?"),
        ({"raw": {"datastore": "moon", "path": "x"}}, "raw", "'moon'"),
        ({"people": {"dataset": "gone"}}, "people", "'gone'"),
        ({"people": {"name": "iris"}}, "people", "'iris'"),
        ({"people": {"name": "titanic", "version": 9}}, "people", "version 9"),
        ({"people": 3}, "people", '{"dataset": '),
        ({"who": 3}, "who", "raw"),
    ],
)
def test_a_wrong_value_is_named_once_and_nothing_is_stored(
    api: Any, body: dict[str, Any], given: dict[str, Any], field: str, words: str
) -> None:
    for path in (RUNS, f"{RUNS}/validate"):
        answer = api.post(path, {**body, "parameters": given})
        assert answer.status_code == (422 if path == RUNS else 200)
        (problem,) = answer.json()["problems"]
        assert (problem["field"], problem["node"]) == (f"parameters.{field}", None)
        assert repr(field) in problem["message"]
        assert words in problem["message"]
    assert not Run.objects.exists()


def test_an_unknown_compute_target_names_step_and_parameter(api: Any, body: dict[str, Any]) -> None:
    (problem,) = api.post(RUNS, {**body, "parameters": {"target": "tpu"}}).json()["problems"]
    assert (problem["node"], problem["field"]) == ("a", "compute")
    assert "'tpu' (parameter 'target')" in problem["message"]


def test_resubmit_resume_and_forecast_choose_again(api: Any, body: dict[str, Any]) -> None:
    run = submit(api, body, raw=path_of("new"), people={"name": "titanic"})
    finish(run, "a")
    again = api.post(f"{RUNS}/{run.uid}/resubmit", {}).json()
    assert again["parameters"] == run.parameters
    assert again["steps"][0]["reused"]
    other = {"parameters": {"raw": path_of("old")}}
    (step,) = api.post(f"{RUNS}/{run.uid}/resubmit", other).json()["steps"]
    assert step["why"]["sentence"] == "data path raw: new -> old"
    found = api.post("/api/v1/workspaces/lab/runs/forecast", {"run": run.uid, **other}).json()
    assert found["steps"][0]["answer"] == "runs"
    (kept,) = api.post(f"{RUNS}/{run.uid}/resume", {}).json()["steps"]
    assert kept["reused"]


def test_latest_is_pinned_when_it_is_submitted(
    api: Any, body: dict[str, Any], put: Any, register: Any
) -> None:
    first = submit(api, body, people={"name": "titanic"})
    put("third/data.csv", b"a\n9\n")
    register("titanic", "third")
    again = api.post(f"{RUNS}/{first.uid}/resubmit", {}).json()
    assert again["parameters"]["people"] == first.parameters["people"]
    newest = submit(api, body, people={"name": "titanic"})
    assert newest.parameters["people"] != first.parameters["people"]
