"""Drafts and modules by REST: saving, conflicts, versions, repair, own modules."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipelines.domain import drafts
from pipelines.domain.drafts import check_content
from pipelines.models import DraftVersion, Module, ModuleVersion
from pipelines.services.library import ensure_library
from tests.support.drafts import classification, node, wire
from tests.support.submitting import body_of, make_snapshot, make_target, submit
from workspaces.models import AuditEntry
from workspaces.services.workspaces import create_workspace

API = "/api/v1/workspaces/lab"


@pytest.fixture
def draft(api: Any, workspace: Any, owner: Any) -> dict[str, Any]:
    make_target(workspace, owner)
    body = {"name": "Iris", "graph": classification(), "default_compute": "cpu"}
    answer = api.post(f"{API}/drafts", body)
    assert answer.status_code == 201, answer.json()
    return dict(answer.json())


def problems_of(api: Any, draft: dict[str, Any], **body: Any) -> list[tuple[Any, str, str]]:
    answer = api.post(f"{API}/drafts/{draft['id']}/validate", body).json()
    return [(one["node"], one["field"], one["code"]) for one in answer["problems"]]


def test_the_palette_has_every_built_in_once(api: Any, workspace: Any, owner: Any) -> None:
    first = api.get(f"{API}/modules")
    items = first.json()["items"]
    assert len(items) >= 50
    split = next(one for one in items if one["key"] == "split-data")
    assert split["spec"]["inputs"][0]["type"] == "table"
    assert api.get(f"{API}/modules", HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304
    assert ModuleVersion.objects.count() == len(items)
    answer = api.patch(f"{API}/modules/{split['id']}", {"status": "Deprecated"})
    assert answer.json()["status"] == "Deprecated"
    again = api.get(f"{API}/modules", HTTP_IF_NONE_MATCH=first["ETag"])
    assert again.status_code == 200
    assert "split-data" not in {one["key"] for one in again.json()["items"]}


def test_changed_content_is_the_next_version_and_drafts_keep_theirs(
    api: Any, workspace: Any, actor: Any, draft: dict[str, Any]
) -> None:
    ensure_library(workspace=workspace, actor=actor)
    row = ModuleVersion.objects.get(module__key="split-data")
    pinned = draft["graph"]
    for one in pinned["nodes"]:
        one["module"]["version"] = "1"
    ModuleVersion.objects.filter(pk=row.pk).update(digest="of an earlier studio")
    ensure_library(workspace=workspace, actor=actor)
    module = Module.objects.get(key="split-data")
    assert module.default_version == "2"
    assert [one.version for one in module.versions.order_by("id")] == ["1", "2"]
    assert Module.objects.exclude(default_version="1").count() == 1
    assert problems_of(api, draft, graph=pinned) == []


def test_a_stale_save_shows_both_and_overwrites_nothing(api: Any, draft: dict[str, Any]) -> None:
    path = f"{API}/drafts/{draft['id']}"
    mine = {**draft["graph"], "nodes": draft["graph"]["nodes"][:1]}
    saved = api.patch(path, {"revision": 1, "graph": mine})
    assert saved.json()["revision"] == 2
    stale = api.patch(path, {"revision": 1, "graph": {**mine, "nodes": []}})
    assert stale.status_code == 409
    answer = stale.json()
    assert (answer["code"], answer["revision"]) == ("stale", 2)
    assert answer["updated_by"] == "ada"
    assert answer["graph"] == mine
    assert api.get(path).json()["graph"] == mine
    kept = api.post(f"{API}/drafts", {"from_draft": draft["id"], "graph": {**mine, "nodes": []}})
    assert kept.json()["name"] == "Iris (copy)"
    assert kept.json()["graph"]["nodes"] == []


def test_saving_what_is_there_is_no_new_revision(api: Any, draft: dict[str, Any]) -> None:
    path = f"{API}/drafts/{draft['id']}"
    assert api.patch(path, {"revision": 1, "graph": draft["graph"]}).json()["revision"] == 1
    assert api.patch(path, {"revision": 1, "name": " Other "}).json()["name"] == "Other"
    assert DraftVersion.objects.count() == 1  # only graphs are versions


def test_versions_are_listed_restored_and_thinned(api: Any, draft: dict[str, Any]) -> None:
    path = f"{API}/drafts/{draft['id']}"
    for number in range(1, 6):
        graph = {**draft["graph"], "nodes": draft["graph"]["nodes"][:number]}
        note = {"note": "Good one"} if number == 2 else {}
        assert api.patch(path, {"revision": number, "graph": graph, **note}).status_code == 200
    items = api.get(f"{path}/versions").json()["items"]
    assert items[0]["version"] == 6
    notes = [one["note"] for one in items]
    assert "Good one" in notes
    assert "Created" in notes
    assert len(items) <= 4  # autosaves within two minutes are one, or two across a border
    good = next(one["version"] for one in items if one["note"] == "Good one")
    assert len(api.get(f"{path}/versions/{good}").json()["graph"]["nodes"]) == 2
    assert api.post(f"{path}/versions/{good}/restore", {"revision": 3}).status_code == 409
    restored = api.post(f"{path}/versions/{good}/restore", {"revision": 6}).json()
    assert len(restored["graph"]["nodes"]) == 2
    assert restored["revision"] == 7
    assert api.get(f"{path}/versions/x").status_code == 404


def test_a_value_waits_for_its_parameter_to_come_back(api: Any, draft: dict[str, Any]) -> None:
    """A version without the parameter runs; with it again, with the value that it had."""
    path, graph = f"{API}/drafts/{draft['id']}", json.loads(json.dumps(draft["graph"]))
    graph["parameters"] = [{"name": "share", "type": "float", "default": 0.5}]
    graph["nodes"][1]["settings"]["fraction"] = {"parameter": "share"}
    body = {"revision": draft["revision"], "graph": graph, "parameters": {"share": 0.6}}
    assert api.patch(path, {**body, "note": "with a parameter"}).status_code == 200

    assert api.post(f"{path}/versions/1/restore", {}).status_code == 200
    assert api.post(f"{path}/forecast", {}).json()["problems"] == []
    run = api.post(f"{path}/submit", {"experiment": "e"})
    assert (run.status_code, run.json().get("parameters", {})) == (201, {})
    assert b"pipeline_parameters" not in api.get(f"{path}/program").content
    told = api.post(f"{path}/submit", {"parameters": {"share": 1}}).json()["problems"]
    assert [one["code"] for one in told] == ["unknown_parameter"]

    assert api.post(f"{path}/versions/2/restore", {}).status_code == 200
    run = api.post(f"{path}/submit", {"experiment": "e"})
    assert run.status_code == 201
    assert api.get(f"{API}/runs/{run.json()['id']}").json()["parameters"] == {"share": 0.6}


def test_a_whole_draft_has_no_problem_and_a_broken_one_says_where(
    api: Any, draft: dict[str, Any]
) -> None:
    assert problems_of(api, draft) == []
    graph = draft["graph"]
    graph["nodes"][1]["inputs"] = []
    graph["nodes"][3]["settings"] = {}
    graph["nodes"][4]["compute"] = "gone"
    graph["nodes"].append(
        node("more", "split-data", [{"name": "dataset", "source": {"dataset": "gone"}}])
    )
    graph["nodes"].append({**node("lost", "x"), "module": {"id": "gone", "name": "Lost"}})
    graph["nodes"].append(node("after", "split-data", [wire("dataset", "lost", "results")]))
    assert sorted(problems_of(api, draft, graph=graph)) == [
        ("lost", "module", "unknown_module"),
        ("more", "inputs[0].source", "unknown_dataset"),
        ("score", "compute", "unknown_compute"),
        ("split", "inputs.dataset", "missing_input"),
        ("train", "settings.label", "missing_setting"),
    ]
    assert (
        api.patch(f"{API}/drafts/{draft['id']}", {"revision": 1, "graph": graph}).status_code == 200
    )
    refused = api.post(f"{API}/drafts/{draft['id']}/submit", {})
    assert refused.status_code == 422
    assert len(refused.json()["problems"]) == 5


def test_what_is_no_graph_is_refused(api: Any, draft: dict[str, Any]) -> None:
    path = f"{API}/drafts/{draft['id']}"
    nodes: list[Any] = [3, {}, {"id": 1}, {"id": ""}, {"id": "x" * 65}]
    wrong = [{"version": 1, "nodes": [node]} for node in nodes]
    for graph in (3, [], {"version": 1}, {"version": 2, "nodes": []}, *wrong):
        answer = api.patch(path, {"revision": 1, "graph": graph})
        assert answer.status_code == 422, graph
        assert answer.json()["problems"][0]["field"].startswith("graph")
    assert api.post(f"{API}/drafts", {"from_run": 3}).status_code == 422
    assert api.post(f"{API}/drafts", {"from_run": "no"}).status_code == 404
    assert api.post(f"{API}/drafts", {"colour": "red"}).status_code == 422
    assert api.patch(path, {"name": "x"}).json()["problems"][0]["field"] == "revision"


def test_a_graph_has_a_size_and_a_depth(
    api: Any, draft: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    deep: Any = []
    for _ in range(5000):
        deep = [deep]
    assert check_content({"graph": {"version": 1, "nodes": [], "ui": deep}})[0].field == "graph"
    monkeypatch.setattr(drafts, "GRAPH_LIMIT", 2000)
    path = f"{API}/drafts/{draft['id']}"
    told = api.patch(path, {"revision": 1, "graph": {**draft["graph"], "ui": "x" * 2000}})
    assert (told.status_code, told.json()["problems"][0]["code"]) == (422, "too_large")
    assert api.get(path).json()["revision"] == 1


@pytest.mark.parametrize("parameters", [5, "a", {"name": "a"}, [-260], [None]])
def test_parameters_of_a_graph_are_a_list_of_objects(
    api: Any, draft: dict[str, Any], parameters: Any
) -> None:
    graph = {**draft["graph"], "parameters": parameters}
    answer = api.post(f"{API}/drafts", {"name": "odd", "graph": graph})
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["field"] == "graph.parameters"
    answer = api.post(f"{API}/drafts/{draft['id']}/validate", {"graph": graph})
    assert answer.json()["problems"][0]["field"] == "graph.parameters"


def test_forecast_and_a_run_up_to_a_node(api: Any, draft: dict[str, Any]) -> None:
    path = f"{API}/drafts/{draft['id']}"
    graph = draft["graph"]
    graph["nodes"][5]["inputs"] = []  # evaluate is unfinished: it is not on the way
    saved = api.patch(path, {"revision": 1, "graph": graph}).json()
    answer = api.post(f"{path}/forecast", {"up_to": "split"}).json()
    assert [one["node"] for one in answer["steps"]] == ["data", "split"]
    body = {"experiment": "half", "up_to": "split", "revision": saved["revision"]}
    run = api.post(f"{path}/submit", body)
    assert run.status_code == 201, run.json()
    assert [one["node_id"] for one in run.json()["steps"]] == ["data", "split"]
    now = api.get(path).json()
    assert now["last_run"]["id"] == run.json()["id"]
    assert now["experiment"] == "half"
    assert api.post(f"{path}/submit", {**body, "revision": 1}).json()["code"] == "stale"
    assert api.post(f"{path}/forecast", {"up_to": "no"}).json()["problems"][0]["field"] == "up_to"
    whole = api.post(f"{path}/forecast", {})
    assert (whole.status_code, whole.json()["steps"]) == (200, [])
    assert [one["node"] for one in whole.json()["problems"]] == ["evaluate"]
    notes = [one["note"] for one in api.get(f"{path}/versions").json()["items"]]
    assert notes[0] == "Submitted as Run 1"


def test_an_sdk_run_becomes_a_draft_that_submits_the_same(
    api: Any, workspace: Any, owner: Any, actor: Any
) -> None:
    make_target(workspace, owner)
    source = make_snapshot(workspace, owner, {"main.py": "print(1)"})
    run = submit(workspace, actor, body_of("a -> b", source, experiment="drawn"))
    draft = api.post(f"{API}/drafts", {"from_run": run.uid}).json()
    assert draft["name"] == "drawn Run 1"
    assert draft["origin"]["run"]["id"] == run.uid
    again = api.post(f"{API}/drafts/{draft['id']}/submit", {}).json()
    assert again["graph"] == run.graph
    made = api.post(f"{API}/runs/{run.uid}/publish", {"name": "nightly"}).json()
    other = api.post(f"{API}/published-pipelines/{made['id']}/draft", {}).json()
    assert (other["name"], other["origin"]["published"]["id"]) == ("nightly", made["id"])
    assert other["default_compute"] == "cpu"


def test_own_modules_have_versions(api: Any, workspace: Any, owner: Any, draft: Any) -> None:
    source = make_snapshot(workspace, owner, {"go.py": "print(1)"})
    ports = {"outputs": [{"name": "table", "type": "table"}]}
    spec = {"name": "Mine", "script": "go.py", **ports}
    wrong = api.post(f"{API}/modules", {"spec": {**spec, "script": "run.py"}, "snapshot": source})
    assert wrong.json()["problems"][0]["field"] == "spec.script"
    made = api.post(f"{API}/modules", {"spec": spec, "snapshot": source})
    assert made.status_code == 201, made.json()
    module = made.json()
    taken = api.post(f"{API}/modules", {"spec": spec, "snapshot": source})
    assert (taken.status_code, taken.json()["code"]) == (409, "name_taken")
    path = f"{API}/modules/{module['id']}"
    changed = {**spec, "changes": "Has a setting.", "parameters": [{"name": "n", "type": "int"}]}
    second = api.post(f"{path}/versions", {"spec": changed, "snapshot": source}).json()
    assert (second["version"], second["changes"]) == ("2", "Has a setting.")
    assert api.get(path).json()["default_version"] == "2"

    def used(version: str, **settings: Any) -> list[Any]:
        one = {**node("mine", "x", **settings), "module": {"id": module["id"], "version": version}}
        return problems_of(api, draft, graph={"version": 1, "nodes": [one]})

    assert used("2", n=3) == []
    assert used("1", n=3) == [("mine", "settings.n", "invalid_setting")]
    refused = api.patch(f"{path}/versions/2", {"status": "Disabled"})
    assert refused.json()["code"] == "is_default"
    assert api.patch(path, {"default_version": "1"}).json()["default_version"] == "1"
    api.patch(f"{path}/versions/2", {"status": "Disabled"})
    assert used("2") == [("mine", "module", "disabled_module")]
    assert "Mine" in {one["name"] for one in api.get(f"{API}/modules").json()["items"]}
    built_in = Module.objects.get(key="split-data")
    answer = api.post(f"{API}/modules/{built_in.uid}/versions", {"spec": spec, "snapshot": source})
    assert answer.json()["code"] == "built_in"


def test_changes_leave_audit_entries(api: Any, draft: dict[str, Any]) -> None:
    path = f"{API}/drafts/{draft['id']}"
    api.post(f"{path}/versions/1/restore", {})
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404
    actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert actions[-3:] == ["draft.created", "draft.restored", "draft.deleted"]


def test_drafts_of_another_workspace_are_unknown(
    api: Any, owner: Any, draft: dict[str, Any]
) -> None:
    create_workspace(name="other", owner=owner)
    other = "/api/v1/workspaces/other/drafts"
    assert api.get(f"{other}/{draft['id']}").status_code == 404
    assert api.post(other, {"from_draft": draft["id"]}).status_code == 404
    assert api.get(other).json()["items"] == []
