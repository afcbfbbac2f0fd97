"""Runs of many steps: a small answer to the submit, steps by the page."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.api import shapes
from pipelines.models import StepEdge, StepRun
from tests.support.submitting import body_of, make_snapshot, make_target

LAB = "/api/v1/workspaces/lab"
CHAIN = "\n".join(f"s{number} -> s{number + 1}" for number in range(6))


@pytest.fixture
def snapshot(workspace: Any, owner: Any) -> str:
    make_target(workspace, owner)
    return make_snapshot(workspace, owner, {"main.py": "print(1)"})


def test_the_answer_to_a_large_submit_leaves_out_what_the_caller_knows(
    api: Any, snapshot: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shapes, "ANSWERED_STEPS", 6)
    run = api.post(f"{LAB}/runs", body_of(CHAIN, snapshot)).json()
    assert (run["step_count"], run["graph"], run["steps"]) == (7, None, None)
    whole = api.get(f"{LAB}/runs/{run['id']}").json()
    assert (len(whole["steps"]), len(whole["graph"]["nodes"])) == (7, 7)


def test_steps_come_in_pages_by_position(api: Any, snapshot: str):
    run = api.post(f"{LAB}/runs", body_of(CHAIN, snapshot)).json()
    address, names, after = f"{LAB}/runs/{run['id']}/steps", [], ""
    while True:
        page = api.get(f"{address}?limit=3{after}").json()
        names.append([step["node_id"] for step in page["items"]])
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert names == [["s0", "s1", "s2"], ["s3", "s4", "s5"], ["s6"]]
    assert api.get(address).json()["items"] == whole_steps(api, run)
    assert api.get(f"{address}?limit=x").status_code == 422


def whole_steps(api: Any, run: Any) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = api.get(f"{LAB}/runs/{run['id']}").json()["steps"]
    return steps


def test_rows_written_by_hand_are_as_the_model_reads_them(api: Any, snapshot: str):
    body = body_of("a -> b\na -> c\nb -> d\nc -> d", snapshot, retry={"count": 2})
    run = api.post(f"{LAB}/runs", body).json()
    rows = {step.node_id: step for step in StepRun.objects.filter(run__uid=run["id"])}
    edges = StepEdge.objects.values_list("before__node_id", "after__node_id")
    assert sorted(edges) == [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")]
    assert rows["a"].queued_at is not None
    assert (rows["a"].status, rows["d"].status, rows["d"].waits_for) == ("Queued", "NotStarted", 2)
    assert rows["d"].node["id"] == "d"
    assert rows["d"].retry["count"] == 2
    assert (rows["a"].fingerprint_parts or {})["script"] == "main.py"
    assert rows["d"].fingerprint_parts is None
    assert (rows["d"].tags, rows["d"].error_lines, rows["d"].reused) == ({}, [], False)
