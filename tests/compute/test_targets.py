"""Compute targets: named pools of slots."""

from __future__ import annotations

from typing import Any

import pytest

from compute.domain.targets import count_nodes
from compute.models import ComputeTarget, EnvironmentBuild
from compute.selectors import find_target
from compute.services.targets import create_default_target
from workspaces.services.access import Actor
from workspaces.services.workspaces import create_workspace

API = "/api/v1/workspaces/lab/computes"


def make(api: Any, name: Any = "aml-compute", **more: Any) -> Any:
    return api.post(API, {"name": name, **more})


def step(target: ComputeTarget, actor: Actor, status: str) -> Any:
    """A step run on the target, as small as its row can be."""
    from django.utils import timezone

    from pipelines.models import Experiment, Run, StepRun
    from workspaces.models import Snapshot

    workspace = target.workspace
    experiment, _ = Experiment.objects.get_or_create(workspace=workspace, name="e")
    snapshot, _ = Snapshot.objects.get_or_create(
        workspace=workspace,
        digest="d",
        defaults={"files": [], "file_count": 0, "size": 0, "created_by": actor.user},
    )
    build, _ = EnvironmentBuild.objects.get_or_create(
        key="k", defaults={"spec": {}, "folder": "environments/k"}
    )
    number = Run.objects.count() + 1
    run = Run.objects.create(
        workspace=workspace,
        experiment=experiment,
        number=number,
        graph={},
        submitted_by=actor.user,
        submitted_at=timezone.now(),
    )
    row = StepRun(
        workspace=workspace,
        run=run,
        node_id="n1",
        name="s",
        position=0,
        node={},
        compute_target=target,
        snapshot=snapshot,
        environment=build,
    )
    row.status = status
    row.save()
    return row


def test_the_way_of_a_target(api: Any, workspace: Any) -> None:
    made = make(api, vm_size="STANDARD_NC6", max_nodes=2, idle_seconds_before_scaledown=60)
    assert made.status_code == 201
    body = made.json()
    assert (body["kind"], body["vm_size"], body["min_nodes"], body["max_nodes"]) == (
        "AmlCompute",
        "STANDARD_NC6",
        0,
        2,
    )
    assert body["state"] == "Succeeded"
    assert body["status"]["allocation_state"] == "Steady"
    assert body["status"]["current_node_count"] == 0
    assert api.get(f"{API}/aml-compute").json() == body
    assert [t["name"] for t in api.get(API).json()["items"]] == ["aml-compute"]

    changed = api.patch(f"{API}/aml-compute", {"min_nodes": 1, "max_nodes": None})
    assert changed.json()["min_nodes"] == 1
    assert changed.json()["max_nodes"] == 2, "null means as it is"
    assert changed.json()["status"]["idle_node_count"] == 1

    assert api.delete(f"{API}/aml-compute").status_code == 204
    assert api.get(f"{API}/aml-compute").status_code == 404
    assert api.get(API).json()["items"] == []
    assert make(api).status_code == 201, "the name is free again"


def test_a_name_is_given_once(api: Any, workspace: Any) -> None:
    make(api)
    again = make(api)
    assert (again.status_code, again.json()["code"]) == (409, "exists")
    assert ComputeTarget.objects.count() == 1


@pytest.mark.parametrize(
    "name",
    ["", "a", "1a", "-a", "a-", "a" * 25, "a_b", "a b", "cpü", "🌊🌊", None, 7, "../x", "a\n"],
)
def test_a_name_that_can_not_be_used(api: Any, workspace: Any, name: Any) -> None:
    answer = make(api, name)
    assert answer.status_code == 422
    assert "2 to 24" in answer.json()["detail"]
    assert not ComputeTarget.objects.exists()


@pytest.mark.parametrize("name", ["ab", "a" * 24, "CPU-cluster-2"])
def test_names_that_can(api: Any, workspace: Any, name: str) -> None:
    assert make(api, name).status_code == 201


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("min_nodes", -1),
        ("min_nodes", 5),  # above max_nodes
        ("max_nodes", 0),
        ("max_nodes", 101),
        ("max_nodes", 2.5),
        ("max_nodes", "4"),
        ("max_nodes", True),
        ("idle_seconds_before_scaledown", -1),
        ("vm_size", "x" * 61),
        ("vm_priority", "cheap"),
        ("tags", ["a"]),
        ("max_node", 4),
    ],
)
def test_a_wrong_field_is_named(api: Any, workspace: Any, field: str, value: Any) -> None:
    answer = make(api, **{field: value})
    assert answer.status_code == 422
    assert [p["field"] for p in answer.json()["problems"]] == [field]
    assert not ComputeTarget.objects.exists()
    make(api)
    assert api.patch(f"{API}/aml-compute", {field: value}).status_code == 422


def test_every_problem_at_once(api: Any, workspace: Any) -> None:
    answer = make(api, max_nodes=0, vm_size=1, kind="AmlCompute")
    assert {p["field"] for p in answer.json()["problems"]} == {"max_nodes", "vm_size"}
    assert make(api, kind="Databricks").status_code == 422
    make(api)
    assert api.patch(f"{API}/aml-compute", {"name": "other"}).status_code == 422


def test_nodes_are_counted_from_the_steps_on_them(
    api: Any, workspace: Any, actor: Actor, django_assert_max_num_queries: Any
) -> None:
    make(api, max_nodes=2)
    make(api, "other-one", min_nodes=1)
    target = find_target(workspace, "aml-compute")
    assert target is not None
    for status in ("Running", "Preparing", "Queued", "Completed", "Failed", "NotStarted"):
        step(target, actor, status)
    with django_assert_max_num_queries(8):
        first, second = api.get(API).json()["items"]
    assert first["status"]["running_node_count"] == 2
    assert first["status"]["queued_step_count"] == 1
    assert first["status"]["target_node_count"] == 2
    assert second["status"]["running_node_count"] == 0
    assert second["status"]["idle_node_count"] == 1


def test_a_target_in_use_is_not_deleted_and_past_runs_keep_it(
    api: Any, workspace: Any, actor: Actor
) -> None:
    make(api)
    target = find_target(workspace, "aml-compute")
    assert target is not None
    row = step(target, actor, "Queued")
    refused = api.delete(f"{API}/aml-compute")
    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")
    assert "Cancel their runs" in refused.json()["detail"]
    row.status = "Canceled"
    row.save()
    assert api.delete(f"{API}/aml-compute").status_code == 204
    row.refresh_from_db()
    assert row.compute_target.name == "aml-compute"


@pytest.mark.parametrize("role", ["Reader"])
def test_who_may_change_compute(api: Any, workspace: Any, role: str) -> None:
    make(api)
    workspace.members.update(role=role)
    assert api.get(API).status_code == 200
    assert make(api, "another").status_code == 403
    assert api.patch(f"{API}/aml-compute", {"max_nodes": 3}).status_code == 403
    assert api.delete(f"{API}/aml-compute").status_code == 403


def test_a_steps_own_token_manages_no_compute(workspace: Any, owner: Any) -> None:
    from rest_framework.test import APIClient

    from workspaces.services.access import create_token

    _, raw = create_token(
        user=owner, name="step", kind="run", workspace=workspace, step_run_uid="s"
    )
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {raw}")
    client.default_format = "json"
    answer = make(client)
    assert answer.status_code == 403
    assert "step" in answer.json()["detail"]


def test_another_workspaces_target_is_not_found(
    api: Any, workspace: Any, django_user_model: Any
) -> None:
    eve = django_user_model.objects.create_user("eve")
    other = create_workspace(name="other-lab", owner=eve)
    create_default_target(other, Actor(user=eve))
    assert create_default_target(other, Actor(user=eve)).name == "cpu-cluster"
    assert api.get("/api/v1/workspaces/other-lab/computes/cpu-cluster").status_code == 404
    assert api.get(f"{API}/cpu-cluster").status_code == 404


def test_node_counts() -> None:
    idle = count_nodes(min_nodes=1, max_nodes=4, running=0, queued=0).as_dict()
    assert (idle["allocation_state"], idle["current_node_count"]) == ("Steady", 1)
    growing = count_nodes(min_nodes=0, max_nodes=4, running=2, queued=9).as_dict()
    assert growing["allocation_state"] == "Resizing"
    assert (growing["current_node_count"], growing["target_node_count"]) == (2, 4)
