"""A paused compute target starts nothing; queued steps say so and know their place."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from pipelines.services.steps import Rotation, claim_step
from tests.support.submitting import body_of, make_snapshot, make_target, submit

LAB = "/api/v1/workspaces/lab"


def claim(rotation: Rotation) -> str:
    claimed = claim_step(host="here", limit=9, rotation=rotation, now=timezone.now())
    return "" if claimed is None else f"{claimed.step.run.number}{claimed.step.node_id}"


def test_nothing_is_claimed_while_its_target_is_paused(workspace: Any, actor: Any, api: Any):
    make_target(workspace, actor.user)
    make_target(workspace, actor.user, name="gpu")
    snapshot = make_snapshot(workspace, actor.user, {"main.py": "pass"})
    run = submit(workspace, actor, body_of("a b", snapshot))
    other = body_of("x", snapshot)
    other["graph"]["nodes"][0]["compute"] = "gpu"
    submit(workspace, actor, other)
    answer = api.patch(f"{LAB}/computes/cpu", {"paused": True})
    assert (answer.status_code, answer.json()["paused"]) == (200, True)
    assert answer.json()["queue"]["queued"] == 2
    assert [claim(Rotation()), claim(Rotation())] == ["2x", ""]
    step = api.get(f"{LAB}/runs/{run.uid}").json()["steps"][0]
    assert step["sentence"] == "Waits, because compute target cpu is paused."
    assert api.patch(f"{LAB}/computes/cpu", {"max_nodes": 3}).json()["paused"] is True
    assert api.patch(f"{LAB}/computes/cpu", {"paused": False}).json()["paused"] is False
    assert claim(Rotation()) == "1a"
    wrong = api.patch(f"{LAB}/computes/cpu", {"paused": "yes"})
    assert wrong.json()["problems"][0]["field"] == "paused"


def test_queued_steps_know_their_place(workspace: Any, actor: Any, api: Any) -> None:
    make_target(workspace, actor.user, max_nodes=9)
    snapshot = make_snapshot(workspace, actor.user, {"main.py": "pass"})
    runs = [submit(workspace, actor, body_of("a b c", snapshot)) for _ in range(2)]
    rotation = Rotation()
    assert claim(rotation) == "1a"
    places = {
        f"{run.number}{step['node_id']}": step["queue_position"]
        for run in runs
        for step in api.get(f"{LAB}/runs/{run.uid}/steps").json()["items"]
    }
    assert places.pop("1a") is None
    assert [claim(rotation) for _ in places] == sorted(places, key=lambda name: places[name])
    assert sorted(places.values()) == [1, 2, 3, 4, 5]
