"""Runs by REST, as the SDK and other callers see them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from data.selectors import local_path
from pipelines.api.shapes import new_run_shape
from pipelines.models import Attempt, Run, StepRun
from pipelines.selectors import last_event_id
from pipelines.services.events import record_events
from pipelines.services.progress import mark_runs_started
from pipelines.services.records import ingest_records
from pipelines.services.runs import update_run
from tests.support.submitting import (
    body_of,
    finish,
    make_snapshot,
    make_target,
    submit,
)
from workspaces.services.access import create_token
from workspaces.services.workspaces import create_workspace

LAB = "/api/v1/workspaces/lab"


@pytest.fixture
def snapshot(workspace: Any, owner: Any) -> str:
    make_target(workspace, owner)
    return make_snapshot(workspace, owner, {"main.py": "print(1)"})


def test_submit_answers_with_the_run_and_its_steps(api: Any, snapshot: str):
    answer = api.post(f"{LAB}/runs", body_of("a -> b", snapshot, tags={"who": "me"}))
    assert answer.status_code == 201
    run = answer.json()
    assert (run["name"], run["experiment"], run["status"]) == ("Run 1", "drawn", "NotStarted")
    assert [(s["node_id"], s["status"]) for s in run["steps"]] == [
        ("a", "Queued"),
        ("b", "NotStarted"),
    ]
    assert run["url"].endswith(f"/w/lab/runs/{run['id']}/")
    assert run["tags"] == {"who": "me"}
    assert run["steps"][0]["outputs"][0]["registered"] is False
    assert api.get(f"{LAB}/runs/{run['id']}").json() == run


def test_a_refused_submit_names_node_and_field_and_stores_nothing(api: Any, snapshot: str):
    body = body_of("a -> b\nb -> a", snapshot)
    body["graph"]["nodes"][0]["compute"] = "nowhere"
    answer = api.post(f"{LAB}/runs", body)
    assert answer.status_code == 422
    assert answer["Content-Type"].startswith("application/problem+json")
    found = {(p["node"], p["field"], p["code"]) for p in answer.json()["problems"]}
    assert ("a", "compute", "unknown_compute") in found
    assert any(code == "cycle" for _, _, code in found)
    assert not Run.objects.exists()
    dry = api.post(f"{LAB}/runs/validate", body).json()
    assert {(p["node"], p["field"], p["code"]) for p in dry["problems"]} == found


def test_one_idempotency_key_makes_one_run(api: Any, snapshot: str):
    body = body_of("a", snapshot)
    first = api.post(f"{LAB}/runs", body, HTTP_IDEMPOTENCY_KEY="k1").json()
    again = api.post(f"{LAB}/runs", body, HTTP_IDEMPOTENCY_KEY="k1").json()
    assert first["id"] == again["id"]
    assert Run.objects.count() == 1


def test_events_can_be_followed_from_an_id(api: Any, workspace: Any, actor: Any, snapshot: str):
    run = submit(workspace, actor, body_of("a", snapshot))
    seen = api.get(f"{LAB}/runs/{run.uid}/events").json()
    assert [event["kind"] for event in seen["items"]] == ["run.status", "step.status"]
    finish(run, "a")
    new = api.get(f"{LAB}/runs/{run.uid}/events?after={seen['last']}&wait=5").json()
    assert [event["data"]["status"] for event in new["items"]] == ["Completed", "Completed"]
    none = api.get(f"{LAB}/runs/{run.uid}/events?after={new['last']}").json()
    assert none == {"items": [], "last": new["last"]}


def test_the_answer_to_a_submit_is_as_new_as_its_event(
    workspace: Any, actor: Any, snapshot: str
) -> None:
    """Else who follows the run from `last_event` never hears that it began to run."""
    run = submit(workspace, actor, body_of("a", snapshot))
    events: list[Any] = []
    update_run(run=Run.objects.get(pk=run.pk), changes={"tags": {"a": "1"}})
    mark_runs_started([run.pk], now=timezone.now(), events=events)  # the runner, meanwhile
    record_events(events, now=timezone.now())
    told = new_run_shape(run)
    assert told["last_event"] == last_event_id(run)
    assert told["status"] == "Running"
    assert told["started_at"] is not None
    assert told["tags"] == {"a": "1"}


def test_cancel_and_tags(api: Any, workspace: Any, actor: Any, snapshot: str):
    run = submit(workspace, actor, body_of("a -> b", snapshot))
    changed = api.patch(f"{LAB}/runs/{run.uid}", {"tags": {"a": "1"}, "description": "مرحبا"})
    assert changed.json()["description"] == "مرحبا"
    assert api.post(f"{LAB}/runs/{run.uid}/cancel").json()["status"] == "Canceled"
    wrong = api.patch(f"{LAB}/runs/{run.uid}", {"tags": {"a": 1}})
    assert wrong.json()["problems"][0]["field"] == "tags.a"


def test_a_log_is_read_by_offset(
    api: Any, workspace: Any, actor: Any, snapshot: str, data_folder: Path
):
    run = submit(workspace, actor, body_of("a", snapshot))
    step = StepRun.objects.get(run=run)
    empty = api.get(f"{LAB}/steps/{step.uid}/log")
    assert (empty.content, empty["X-Forebay-Log-Complete"]) == (b"", "0")
    folder = f"runs/{run.uid}/{step.uid}.1"
    (data_folder / folder).mkdir(parents=True)
    (data_folder / folder / "log").write_bytes(b"one\ntwo\n")
    Attempt.objects.create(
        step_run=step, number=1, folder=folder, host="here", created_at=run.submitted_at
    )
    part = api.get(f"{LAB}/steps/{step.uid}/log?offset=4")
    assert part.content == b"two\n"
    assert (part["X-Forebay-Log-Size"], part["X-Forebay-Log-Next"]) == ("8", "8")
    assert api.get(f"{LAB}/steps/{step.uid}/log?offset=-4").content == b"two\n"
    assert api.get(f"{LAB}/steps/{step.uid}/log?attempt=7").status_code == 404


def test_metrics_of_a_step_and_its_run(api: Any, workspace: Any, actor: Any, snapshot: str):
    run = submit(workspace, actor, body_of("a", snapshot))
    step = StepRun.objects.get(run=run)
    at = "2026-07-01T10:00:00Z"
    records = [
        {"kind": "metric", "target": "self", "name": "loss", "value": 0.5, "at": at},
        {"kind": "metric", "target": "self", "name": "loss", "value": 0.25, "at": at},
        {"kind": "metric", "target": "parent", "name": "best", "value": 1, "at": at},
    ]
    ingest_records(run=run, step_run=step, records=records, now=run.submitted_at)
    values = [m["value"] for m in api.get(f"{LAB}/steps/{step.uid}/metrics").json()["items"]]
    assert values == [0.5, 0.25]
    own = api.get(f"{LAB}/runs/{run.uid}/metrics").json()["items"]
    assert [(m["name"], m["value"]) for m in own] == [("best", 1)]
    everything = api.get(f"{LAB}/runs/{run.uid}/metrics?recursive=true").json()["items"]
    assert len(everything) == 3


def test_output_files_are_listed_and_sent_as_attachments(
    api: Any, workspace: Any, actor: Any, snapshot: str
):
    run = submit(workspace, actor, body_of("a", snapshot))
    step = StepRun.objects.get(run=run)
    missing = api.get(f"{LAB}/steps/{step.uid}/outputs/out/files")
    assert missing.status_code == 404
    assert "not published" in missing.json()["detail"]
    finish(run, "a", text="bytes")
    files = api.get(f"{LAB}/steps/{step.uid}/outputs/out/files").json()["items"]
    assert files == [{"path": "data.txt", "size": 5}]
    sent = api.get(f"{LAB}/steps/{step.uid}/outputs/out/files/data.txt")
    assert b"".join(sent.streaming_content) == b"bytes"
    assert sent["Content-Disposition"].startswith("attachment")
    for path in ("../../../../db.sqlite3", "%2e%2e/x", "data.txt/..", "/etc/passwd"):
        refused = api.get(f"{LAB}/steps/{step.uid}/outputs/out/files/{path}")
        assert refused.status_code == 404, path


def test_the_rows_of_an_output_come_as_a_table_or_a_sentence(
    api: Any, workspace: Any, actor: Any, snapshot: str
):
    run = submit(workspace, actor, body_of("a", snapshot))
    step = StepRun.objects.get(run=run)
    finish(run, "a", text="bytes")
    path = f"{LAB}/steps/{step.uid}/outputs/out/rows"
    refused = api.get(path)
    assert refused.status_code == 422
    assert "no table" in refused.json()["detail"]
    output = step.outputs.get()
    folder = local_path(output.datastore, output.path)
    (folder / "rows.csv").write_text('size,kind\n1,"a, b"\n,\n3,c\n')
    (folder / "_about.csv").write_text("not,rows\n1,2\n")
    sent = b"".join(api.get(path + "?limit=2").streaming_content).decode()
    head, _, body = sent.partition("\n")
    assert json.loads(head) == {
        "columns": [{"name": "size", "type": "integer"}, {"name": "kind", "type": "string"}],
        "row_count": 2,
        "total_row_count": 3,
    }
    assert body == '1,"a, b"\n,\n'
    assert api.get(path + "?limit=few").status_code == 422


def test_ids_of_another_workspace_are_not_found(
    api: Any, workspace: Any, actor: Any, snapshot: str, django_user_model: Any
):
    run = submit(workspace, actor, body_of("a", snapshot))
    step = StepRun.objects.get(run=run)
    stranger = django_user_model.objects.create_user("eve", password="x")
    create_workspace(name="evil", owner=stranger)
    _, raw = create_token(user=stranger, name="t")
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {raw}")
    paths = [
        f"runs/{run.uid}",
        f"runs/{run.uid}/steps",
        f"steps/{step.uid}",
        f"steps/{step.uid}/log",
    ]
    for path in paths:
        assert api.get(f"/api/v1/workspaces/evil/{path}").status_code == 404, path
        assert api.get(f"{LAB}/{path}").status_code == 404, path
    assert api.post(f"{LAB}/runs/{run.uid}/cancel").status_code == 404
    run.refresh_from_db()
    assert run.status == "NotStarted"


def test_a_steps_own_token_writes_only_its_own_run(
    api: Any, workspace: Any, owner: Any, actor: Any, snapshot: str
):
    mine = submit(workspace, actor, body_of("a", snapshot))
    other = submit(workspace, actor, body_of("a", snapshot))
    step = StepRun.objects.get(run=mine)
    _, raw = create_token(
        user=owner, name="run", kind="run", workspace=workspace, step_run_uid=step.uid
    )
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {raw}")
    assert api.get(f"{LAB}/runs/{other.uid}").status_code == 200
    assert api.post(f"{LAB}/runs/{other.uid}/cancel").status_code == 403
    assert api.patch(f"{LAB}/runs/{mine.uid}", {"tags": {"a": "b"}}).status_code == 200
    assert api.post(f"{LAB}/computes", {"name": "big"}).status_code == 403


def test_run_lists_are_paged_and_filtered(api: Any, workspace: Any, actor: Any, snapshot: str):
    for experiment in ("one", "two", "one"):
        submit(workspace, actor, {**body_of("a", snapshot), "experiment": experiment})
    page = api.get(f"{LAB}/runs?limit=2").json()
    assert [run["experiment"] for run in page["items"]] == ["one", "two"]
    rest = api.get(f"{LAB}/runs?limit=2&cursor={page['next']}").json()
    assert (len(rest["items"]), rest["next"]) == (1, None)
    assert len(api.get(f"{LAB}/runs?experiment=one").json()["items"]) == 2
    assert len(api.get(f"{LAB}/runs?status=Completed").json()["items"]) == 0
    experiments = api.get(f"{LAB}/experiments").json()["items"]
    assert [(e["name"], e["run_count"]) for e in experiments] == [("one", 2), ("two", 1)]


def test_the_graph_as_dot(api: Any, workspace: Any, actor: Any, snapshot: str):
    run = submit(workspace, actor, body_of("a -> b", snapshot))
    text = api.get(f"{LAB}/runs/{run.uid}/graph.dot").content.decode()
    assert "a -> b" in text
    assert r'label="a.py\nQueued"' in text


def test_an_experiment_without_runs_comes_last(api: Any, workspace: Any, actor: Any, snapshot: str):
    api.post(f"{LAB}/experiments", {"name": "a-empty"})
    submit(workspace, actor, {**body_of("a", snapshot), "experiment": "used"})
    names = [item["name"] for item in api.get(f"{LAB}/experiments").json()["items"]]
    assert names == ["used", "a-empty"]
