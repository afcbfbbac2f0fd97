"""Submitting: what is stored, what is refused, what is reused and why."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from data.models import Datastore
from data.selectors import local_path
from pipelines.domain.status import Status
from pipelines.models import Experiment, Output, Run, StepEdge, StepRun
from tests.support.submitting import (
    body_of,
    event_kinds,
    finish,
    make_snapshot,
    make_target,
    statuses,
    submit,
)
from workspaces.domain.errors import InvalidInput


@pytest.fixture
def snapshot(workspace: Any, owner: Any) -> str:
    make_target(workspace, owner)
    return make_snapshot(workspace, owner, {"main.py": "print(1)", "notes.txt": "n"})


def test_a_submit_queues_what_waits_for_nothing(workspace: Any, actor: Any, snapshot: str):
    run = submit(workspace, actor, body_of("a -> b c -> d", snapshot))
    assert statuses(run) == "a:Queued b:NotStarted c:NotStarted d:NotStarted"
    assert (run.number, run.status, run.open_count) == (1, "NotStarted", 4)
    assert StepEdge.objects.filter(run=run).count() == 4
    assert event_kinds(run) == ["run.status  NotStarted", "step.status a Queued"]
    assert StepRun.objects.get(run=run, node_id="a").why["sentence"] == (
        "no earlier run of this step"
    )


def test_a_diamond_is_walked_to_its_end(workspace: Any, actor: Any, snapshot: str):
    run = submit(workspace, actor, body_of("a -> b c -> d", snapshot))
    finish(run, "a")
    assert statuses(run) == "a:Completed b:Queued c:Queued d:NotStarted"
    finish(run, "b")
    assert statuses(run) == "a:Completed b:Completed c:Queued d:NotStarted"
    finish(run, "c")
    assert statuses(run) == "a:Completed b:Completed c:Completed d:Queued"
    finish(run, "d")
    run.refresh_from_db()
    assert (run.status, run.open_count) == ("Completed", 0)
    assert run.ended_at is not None


def complete(workspace: Any, actor: Any, body: dict[str, Any], order: str) -> Run:
    run = submit(workspace, actor, body)
    for node in order:
        finish(run, node, text=f"made by {node}")
    run.refresh_from_db()
    assert run.status == "Completed"
    return run


def test_the_same_pipeline_again_is_reused_at_once(workspace: Any, actor: Any, snapshot: str):
    body = body_of("a -> b -> c", snapshot)
    first = complete(workspace, actor, body, "abc")
    again = submit(workspace, actor, body)
    assert statuses(again) == "a:Completed* b:Completed* c:Completed*"
    assert (again.status, again.number, again.open_count) == ("Completed", 2, 0)
    for step in StepRun.objects.filter(run=again):
        assert step.why["sentence"] == "Reused from Run 1"
        assert step.why["run"]["id"] == first.uid
        assert step.reused_from.run_id == first.pk
    assert Output.objects.filter(step_run__run=again).count() == 3


def test_a_changed_script_reruns_what_depends_on_it(
    workspace: Any, actor: Any, owner: Any, snapshot: str
):
    body = body_of("a -> b -> c", snapshot)
    complete(workspace, actor, body, "abc")
    body["graph"]["nodes"][1]["snapshot"] = make_snapshot(
        workspace, owner, {"main.py": "print(2)", "notes.txt": "n"}
    )
    run = submit(workspace, actor, body)
    assert statuses(run) == "a:Completed* b:Queued c:NotStarted"
    assert StepRun.objects.get(run=run, node_id="b").why["sentence"] == "main.py changed"
    finish(run, "b", text="other bytes")
    assert statuses(run) == "a:Completed* b:Completed c:Queued"
    assert StepRun.objects.get(run=run, node_id="c").why["sentence"] == "input b changed"


def test_equal_bytes_from_a_rerun_keep_downstream_reused(
    workspace: Any, actor: Any, owner: Any, snapshot: str
):
    body = body_of("a -> b -> c", snapshot)
    complete(workspace, actor, body, "abc")
    body["graph"]["nodes"][1]["snapshot"] = make_snapshot(
        workspace, owner, {"main.py": "print(2)  # same", "notes.txt": "n"}
    )
    run = submit(workspace, actor, body)
    finish(run, "b", text="made by b")
    run.refresh_from_db()
    assert statuses(run) == "a:Completed* b:Completed c:Completed*"
    assert run.status == "Completed"


@pytest.mark.parametrize("harm", ["delete", "change"])
def test_outputs_that_are_gone_or_changed_are_not_reused(
    workspace: Any, actor: Any, snapshot: str, harm: str
):
    body = body_of("a", snapshot)
    complete(workspace, actor, body, "a")
    output = Output.objects.get(step_run__node_id="a")
    folder = local_path(Datastore.objects.get(pk=output.datastore_id), output.path)
    if harm == "delete":
        shutil.rmtree(folder)
    else:
        (folder / "data.txt").write_text("tampered")
    run = submit(workspace, actor, body)
    step = StepRun.objects.get(run=run)
    assert step.status == "Queued"
    assert step.why["kind"] == "outputs_gone"
    assert "output out" in step.why["sentence"]
    assert "Run 1" in step.why["sentence"]


def test_regenerating_and_switched_off_reuse_run_and_say_so(
    workspace: Any, actor: Any, snapshot: str
):
    complete(workspace, actor, body_of("a", snapshot), "a")
    forced = submit(workspace, actor, body_of("a", snapshot, regenerate_outputs=True))
    assert StepRun.objects.get(run=forced).why["kind"] == "forced"
    off = submit(workspace, actor, body_of("a", snapshot, node={"allow_reuse": False}))
    assert StepRun.objects.get(run=off).why["kind"] == "not_allowed"


def test_a_changed_parameter_is_told_with_its_values(workspace: Any, actor: Any, snapshot: str):
    body = body_of("a", snapshot)
    body["graph"]["parameters"] = [{"name": "lr", "type": "float", "default": 0.1}]
    body["graph"]["nodes"][0]["arguments"].append({"parameter": "lr"})
    complete(workspace, actor, body, "a")
    run = submit(workspace, actor, {**body, "parameters": {"lr": 0.2}})
    assert StepRun.objects.get(run=run).why["sentence"] == "lr: 0.1 -> 0.2"
    assert run.parameters == {"lr": 0.2}


def test_a_failure_leaves_the_rest_not_started_with_the_reason(
    workspace: Any, actor: Any, snapshot: str
):
    #  a -> b -> c     d -> e
    run = submit(workspace, actor, body_of("a -> b -> c\nd -> e", snapshot))
    finish(run, "a", Status.FAILED)
    assert statuses(run) == "a:Failed d:NotStarted b:NotStarted e:NotStarted c:NotStarted"
    run.refresh_from_db()
    assert (run.status, run.reason) == ("Failed", "step_failed")
    reasons = dict(StepRun.objects.filter(run=run).values_list("node_id", "reason"))
    assert reasons["b"] == reasons["c"] == "upstream_failed"
    assert reasons["d"] == reasons["e"] == "run_stopped"


def test_continue_on_step_failure_runs_the_other_branch(workspace: Any, actor: Any, snapshot: str):
    body = body_of("a -> b\nd -> e", snapshot, continue_on_step_failure=True)
    run = submit(workspace, actor, body)
    finish(run, "a", Status.FAILED)
    assert statuses(run) == "a:Failed d:Queued b:NotStarted e:NotStarted"
    finish(run, "d")
    finish(run, "e")
    run.refresh_from_db()
    assert run.status == "Failed"
    assert statuses(run) == "a:Failed d:Completed b:NotStarted e:Completed"


def test_bad_input_lists_every_problem_and_stores_nothing(
    workspace: Any, actor: Any, snapshot: str
):
    body = body_of("a -> b", snapshot)
    body["graph"]["nodes"][0]["compute"] = "nowhere"
    body["graph"]["nodes"][1]["script"] = "gone.py"
    body["experiment"] = ""
    with pytest.raises(InvalidInput) as refused:
        submit(workspace, actor, body)
    assert {(p.node, p.field) for p in refused.value.problems} == {
        (None, "experiment"),
        ("a", "compute"),
        ("b", "script"),
    }
    assert not Run.objects.exists()
    assert not Experiment.objects.exists()


def test_another_workspaces_snapshot_is_unknown(
    workspace: Any, actor: Any, owner: Any, snapshot: str
):
    from workspaces.services.workspaces import create_workspace

    other = create_workspace(name="other", owner=owner)
    foreign = make_snapshot(other, owner, {"main.py": "print(3)"})
    with pytest.raises(InvalidInput) as refused:
        submit(workspace, actor, body_of("a", foreign))
    assert refused.value.problems[0].code == "unknown_snapshot"


def test_many_reused_steps_cost_few_queries(
    workspace: Any, actor: Any, snapshot: str, django_assert_max_num_queries: Any
):
    picture = "\n".join(f"n{number}" for number in range(60))
    body = body_of(picture, snapshot)
    for number, node in enumerate(body["graph"]["nodes"]):
        node["arguments"].append(number)
    complete(workspace, actor, body, [f"n{number}" for number in range(60)])
    with django_assert_max_num_queries(40):
        again = submit(workspace, actor, body)
    assert again.status == "Completed"
