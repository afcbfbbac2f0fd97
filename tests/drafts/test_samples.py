"""The sample pipelines: complete, neat, on data that comes with them, and they run to the end."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from data.models import Dataset
from data.selectors import default_datastore, local_path
from data.services.datasets import create_dataset, register_dataset
from pipelines.models import PipelineDraft
from pipelines.services.draft_runs import validate_draft
from pipelines.services.samples import FOLDER, ORDER, draft_of_sample, read_samples
from tests.drafts.test_story import send
from tests.support.studio import RunningStudio
from tests.support.submitting import make_target

CARD, PILL = (248, 100), (216, 44)
# What the sample's run logs, and the least of it that makes sense.
METRICS = {
    "iris": ("Accuracy", 0.9),
    "diabetes": ("Coefficient of determination", 0.4),
    "breast-cancer": ("AUC", 0.98),
    "wine": ("Agreement with the cultivar", 0.8),
    "reviews": ("Accuracy", 0.7),
}


def open_sample(workspace: Any, actor: Any, key: str) -> PipelineDraft:
    return draft_of_sample(workspace=workspace, actor=actor, key=key, body={})


@pytest.mark.parametrize("key", ORDER)
def test_a_sample_opens_without_a_problem_as_often_as_wanted(
    workspace: Any, owner: Any, actor: Any, key: str
) -> None:
    make_target(workspace, owner, "cpu")
    first, second = (open_sample(workspace, actor, key) for _ in range(2))
    assert validate_draft(draft=first, actor=actor, body={}) == []
    assert first.uid != second.uid
    assert first.graph == second.graph
    assert first.default_compute == "cpu"
    assert first.origin == {"sample": {"id": key, "name": first.name}}
    (dataset,) = Dataset.objects.filter(workspace=workspace)
    assert dataset.versions.count() == 1


@pytest.mark.parametrize("sample", read_samples(), ids=ORDER)
def test_cards_stand_below_each_other_and_none_on_another(sample: Any) -> None:
    ui = sample.graph["ui"]
    places = [(node["ui"]["x"], node["ui"]["y"], *CARD) for node in sample.graph["nodes"]]
    places += [(pill["x"], pill["y"], *PILL) for pill in ui["sources"]]
    places += [(note["x"], note["y"], note["width"], note["height"]) for note in ui["notes"]]
    for (x, y, w, h), (x2, y2, w2, h2) in combinations(places, 2):
        apart_x, apart_y = max(x2 - x - w, x - x2 - w2), max(y2 - y - h, y - y2 - h2)
        assert apart_x >= 40 or apart_y >= 16, (x, y, x2, y2)
    tops = {node["id"]: node["ui"]["y"] for node in sample.graph["nodes"]}
    for node in sample.graph["nodes"]:
        for port in node["inputs"]:
            if "node" in port["source"]:
                assert tops[port["source"]["node"]] + CARD[1] + 60 <= tops[node["id"]]
    assert ui["notes"] and sum(1 for node in sample.graph["nodes"] if node.get("comment")) >= 3


def test_data_that_somebody_has_there_is_not_touched(workspace: Any, actor: Any) -> None:
    store = default_datastore(workspace)
    place = local_path(store, "samples/iris.csv")
    place.parent.mkdir(parents=True)
    place.write_text("a,b\n1,2\n")
    definition = {"paths": [{"datastore": store.name, "path": "samples/iris.csv"}]}
    mine = create_dataset(
        workspace=workspace, actor=actor, kind="tabular", definition=definition, validate=True
    )
    mine = register_dataset(workspace=workspace, actor=actor, version=mine, name="Sample: iris")
    draft = open_sample(workspace, actor, "iris")
    assert place.read_text() == "a,b\n1,2\n"
    (copy,) = place.parent.glob("iris-*.csv")
    assert copy.read_bytes() == (FOLDER / "data/iris.csv").read_bytes()
    assert draft.graph["ui"]["sources"][0]["source"]["dataset"] != mine.uid
    assert validate_draft(draft=draft, actor=actor, body={"default_compute": ""})[0].code == (
        "missing_compute"
    )


def test_samples_by_rest(api: Any, workspace: Any) -> None:
    root = "/api/v1/workspaces/lab"
    items = api.get(f"{root}/samples").json()["items"]
    assert [one["key"] for one in items] == list(ORDER)
    answer = api.post(f"{root}/drafts", {"sample": "wine", "name": "My wines"})
    assert answer.status_code == 201
    assert answer.json()["name"] == "My wines"
    assert answer.json()["step_count"] == items[3]["step_count"] == 7
    refused = api.post(f"{root}/drafts", {"sample": "beer"})
    assert refused.status_code == 422
    assert "there are: iris, diabetes" in refused.json()["problems"][0]["message"]
    both = api.post(f"{root}/drafts", {"sample": "wine", "from_draft": answer.json()["id"]})
    assert both.status_code == 422


def test_the_data_of_all_samples_by_rest(api: Any, workspace: Any) -> None:
    root = "/api/v1/workspaces/lab"
    made = api.post(f"{root}/samples/datasets")
    assert made.status_code == 201
    names = {one["name"] for one in made.json()["items"]}
    assert names == {one["name"] for sample in read_samples() for one in sample.data}
    assert all(name.startswith("Sample: ") for name in names)
    listed = api.get(f"{root}/samples").json()["items"]
    assert names == {name for sample in listed for name in sample["datasets"]}
    again = api.post(f"{root}/samples/datasets").json()["items"]
    assert {one["id"] for one in again} == {one["id"] for one in made.json()["items"]}
    assert {one["version"] for one in api.get(f"{root}/datasets").json()["items"]} == {1}


def test_every_file_of_the_samples_is_used() -> None:
    named = {one["file"] for sample in read_samples() for one in sample.data}
    assert named == {path.name for path in Path(FOLDER / "data").glob("*.csv")}
    assert {path.stem for path in FOLDER.glob("*.json")} == set(ORDER)


@pytest.mark.needs("packages")
def test_every_sample_runs_to_the_end(studio: RunningStudio) -> None:
    runs = {}
    for key in ORDER:
        status, draft = send(studio, "POST", "/drafts", {"sample": key})
        assert status == 201, draft
        status, run = send(studio, "POST", f"/drafts/{draft['id']}/submit")
        assert status == 201, run
        runs[key] = run["id"]
    for key, run_id in runs.items():
        run = studio.wait_for_run(run_id, 600)
        logs = {step["name"]: studio.step_log(step["id"])[-600:] for step in run["steps"]}
        assert run["status"] == "Completed", logs
        name, least = METRICS[key]
        metrics = studio.get(f"/runs/{run_id}/metrics?recursive=true")["items"]
        values = {one["name"]: one["value"] for one in metrics}
        assert values[name] >= least, values
