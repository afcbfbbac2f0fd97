"""A pipeline of built-in modules, built and run by REST alone in a real studio."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.support.drafts import classification, node, wire
from tests.support.studio import RunningStudio

pytestmark = pytest.mark.needs("packages")


def send(studio: RunningStudio, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """The status and the JSON of one request below the workspace's address."""
    request = urllib.request.Request(
        f"{studio.url}/api/v1/workspaces/{studio.workspace}{path}",
        json.dumps(body or {}).encode(),
        {"Authorization": f"Bearer {studio.token}", "Content-Type": "application/json"},
        method=method,
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


@pytest.fixture(scope="module")
def compute(studio: RunningStudio) -> str:
    status, answer = send(studio, "POST", "/computes", {"name": "drafts", "max_nodes": 2})
    assert status == 201, answer
    return "drafts"


def test_a_draft_of_built_in_modules_runs_and_is_reused(
    studio: RunningStudio, compute: str
) -> None:
    status, draft = send(
        studio,
        "POST",
        "/drafts",
        {"name": "Two kinds of iris", "graph": classification(), "default_compute": compute},
    )
    assert status == 201, draft
    path = f"/drafts/{draft['id']}"
    assert send(studio, "POST", f"{path}/validate")[1] == {"problems": []}

    status, run = send(studio, "POST", f"{path}/submit", {"experiment": "iris"})
    assert status == 201, run
    assert run["source"] == "Designer"
    assert run["origin"]["draft"]["id"] == draft["id"]
    run = studio.wait_for_run(run["id"], 400)
    logs = {step["name"]: studio.step_log(step["id"])[-600:] for step in run["steps"]}
    assert run["status"] == "Completed", logs

    metrics = studio.get(f"/runs/{run['id']}/metrics?recursive=true")["items"]
    accuracy = [one["value"] for one in metrics if one["name"].lower() == "accuracy"]
    assert accuracy and accuracy[0] > 0.9

    status, again = send(studio, "POST", f"{path}/submit", {"experiment": "iris"})
    assert status == 201, again
    assert again["status"] == "Completed"
    assert all(step["reused"] for step in again["steps"])

    status, copy = send(studio, "POST", "/drafts", {"from_run": run["id"]})
    assert status == 201, copy
    assert copy["default_compute"] == compute
    status, third = send(studio, "POST", f"/drafts/{copy['id']}/submit")
    assert status == 201, third
    assert all(step["reused"] for step in third["steps"])


def test_a_dataset_feeds_a_module_and_a_path_is_imported_and_exported(
    studio: RunningStudio, compute: str
) -> None:
    studio.put("/datastores/workspaceblobstore/files/drafts/a.csv", b"x,y\n1,2\n3,4\n")
    paths = [{"datastore": "workspaceblobstore", "path": "drafts/a.csv"}]
    status, dataset = send(
        studio, "POST", "/datasets", {"kind": "tabular", "definition": {"paths": paths}}
    )
    assert status == 201, dataset
    store = "workspaceblobstore"
    graph = {
        "version": 1,
        "nodes": [
            node("import", "import-data", source={"datastore": store, "path": "drafts/a.csv"}),
            node(
                "rows",
                "add-rows",
                [
                    wire("dataset1", "import", "results"),
                    {"name": "dataset2", "source": {"dataset": dataset["id"]}},
                ],
            ),
            node(
                "export",
                "export-data",
                [wire("dataset", "rows", "results")],
                path={"datastore": store, "path": "drafts/out"},
                name="both",
            ),
        ],
    }
    body = {"name": "Copies", "graph": graph, "default_compute": compute}
    status, draft = send(studio, "POST", "/drafts", body)
    status, run = send(studio, "POST", f"/drafts/{draft['id']}/submit", {"experiment": "copies"})
    assert status == 201, run
    run = studio.wait_for_run(run["id"], 400)
    logs = {step["name"]: studio.step_log(step["id"])[-600:] for step in run["steps"]}
    assert run["status"] == "Completed", logs
    written = studio.read(f"/datastores/{store}/files/drafts/out/both.csv").decode()
    assert written.splitlines() == ["x,y", "1,2", "3,4", "1,2", "3,4"]
