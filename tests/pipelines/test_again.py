"""New runs of a stored graph, what is forced in them, and the forecast of both."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.domain.status import Status
from pipelines.models import Run, StepRun
from pipelines.services.again import resume_run
from pipelines.services.forecast import forecast_run
from tests.support.submitting import body_of, finish, make_snapshot, make_target, statuses, submit

RUNS = "/api/v1/workspaces/lab/runs"


@pytest.fixture
def snapshot(workspace: Any, owner: Any) -> str:
    make_target(workspace, owner)
    return make_snapshot(workspace, owner, {"main.py": "print(1)"})


def complete(run: Run, *, fail: str = "", text: str = "x") -> Run:
    """Finish what is queued until nothing is."""
    while step := StepRun.objects.filter(run=run, status="Queued").order_by("id").first():
        status = Status.FAILED if step.node_id == fail else Status.COMPLETED
        finish(run, step.node_id, status, text)
    run.refresh_from_db()
    return run


def test_one_step_is_forced_and_equal_bytes_keep_the_rest(
    workspace: Any, actor: Any, snapshot: str, api: Any
) -> None:
    run = complete(submit(workspace, actor, body_of("a -> b -> c", snapshot)))
    asked = {"force_nodes": ["b"]}
    answer = api.post(f"{RUNS}/{run.uid}/resubmit", asked)
    assert answer.status_code == 201
    again = Run.objects.get(uid=answer.json()["id"])
    assert statuses(again) == "a:Completed* b:Queued c:NotStarted"
    assert answer.json()["steps"][1]["why"]["sentence"] == "it was asked to run again"
    assert statuses(complete(again)) == "a:Completed* b:Completed c:Completed*"
    whole = api.post(f"{RUNS}/{run.uid}/resubmit", {"regenerate_outputs": True}).json()
    assert [s["status"] for s in whole["steps"]] == ["Queued", "NotStarted", "NotStarted"]


def test_a_resumed_run_keeps_what_was_completed(
    workspace: Any, actor: Any, snapshot: str, api: Any
) -> None:
    body = body_of("a -> b -> c", snapshot, node={"allow_reuse": False})
    body["tags"] = {"who": "me"}
    run = complete(submit(workspace, actor, body), fail="b")
    assert statuses(run) == "a:Completed b:Failed c:NotStarted"
    answer = api.post(f"{RUNS}/{run.uid}/resume", {}).json()
    assert answer["resumed_from"]["id"] == run.uid
    assert answer["tags"] == {"who": "me"}
    again = Run.objects.get(uid=answer["id"])
    assert statuses(again) == "a:Completed* b:Queued c:NotStarted"
    complete(again)
    assert statuses(again) == "a:Completed* b:Completed c:Completed"
    from_b = api.post(f"{RUNS}/{again.uid}/resume", {"from_node": "b"}).json()
    last = Run.objects.get(uid=from_b["id"])
    assert statuses(last) == "a:Completed* b:Queued c:NotStarted"
    assert StepRun.objects.get(run=last, node_id="a").reused_from.run_id == run.pk
    assert statuses(complete(last)) == "a:Completed* b:Completed c:Completed"


def test_resuming_keeps_a_regenerated_run_s_steps_but_no_changed_one(
    workspace: Any, actor: Any, snapshot: str
) -> None:
    body = body_of("a -> b", snapshot, regenerate_outputs=True)
    body["graph"]["parameters"] = [{"name": "lr", "type": "float", "default": 0.1}]
    body["graph"]["nodes"][0]["arguments"].append({"parameter": "lr"})
    run = complete(submit(workspace, actor, body), fail="b")
    same = resume_run(run=run, actor=actor, body={})
    assert statuses(same) == "a:Completed* b:Queued"
    other = resume_run(run=run, actor=actor, body={"parameters": {"lr": 0.2}})
    assert statuses(other) == "a:Queued b:NotStarted"


@pytest.mark.parametrize(
    ("asked", "field", "words"),
    [
        ({"force_nodes": ["z"]}, "force_nodes", "The pipeline has no step 'z'."),
        ({"force_nodes": "a"}, "force_nodes", "force_nodes must be a list of node ids."),
        ({"parameters": 3}, "parameters", "parameters must be an object of names and values."),
        ({"from_node": "z"}, "rerun_from_node", "The pipeline has no step 'z'."),
        ({"all": True}, "all", "There is no field 'all' here"),
    ],
)
def test_what_can_t_be_asked_of_a_resume(
    workspace: Any, actor: Any, snapshot: str, api: Any, asked: Any, field: str, words: str
) -> None:
    run = complete(submit(workspace, actor, body_of("a", snapshot)))
    answer = api.post(f"{RUNS}/{run.uid}/resume", asked)
    assert answer.status_code == 422
    (problem,) = answer.json()["problems"]
    assert problem["field"] == field and words in problem["message"]


def test_an_open_run_is_not_resumed(workspace: Any, actor: Any, snapshot: str, api: Any) -> None:
    run = submit(workspace, actor, body_of("a", snapshot))
    answer = api.post(f"{RUNS}/{run.uid}/resume", {})
    assert answer.json()["problems"][0]["code"] == "not_ended"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"retry": {"count": 21}}, "retry.count"),
        ({"retry": {"count": 1, "delay_seconds": -1}}, "retry.delay_seconds"),
        ({"retry": {"count": 1, "on": ["bad luck"]}}, "retry.on"),
        ({"retry": {"count": 1, "often": True}}, "retry.often"),
        ({"retry": 3}, "retry"),
        ({"timeout_seconds": 0}, "timeout_seconds"),
        ({"timeout_seconds": True}, "timeout_seconds"),
    ],
)
def test_wrong_control_is_named_for_the_run_and_for_a_step(
    workspace: Any, actor: Any, snapshot: str, api: Any, fields: Any, field: str
) -> None:
    answer = api.post(RUNS, body_of("a", snapshot, **fields)).json()
    assert [p["field"] for p in answer["problems"]] == [field]
    answer = api.post(RUNS, body_of("a", snapshot, node=fields)).json()
    assert [(p["node"], p["field"]) for p in answer["problems"]] == [("a", field)]


def test_a_result_may_be_too_old(workspace: Any, actor: Any, snapshot: str) -> None:
    body = body_of("a", snapshot, node={"reuse_max_age_seconds": 3600})
    run = complete(submit(workspace, actor, body))
    assert statuses(submit(workspace, actor, body)) == "a:Completed*"
    StepRun.objects.filter(run=run).update(ended_at=timezone.now() - timedelta(hours=2))
    late = submit(workspace, actor, body)
    assert statuses(late) == "a:Queued"
    assert late.steps.get().why["sentence"] == "Run 1 is older than 3600 s"


def test_the_forecast_by_rest_stores_nothing(
    workspace: Any, actor: Any, snapshot: str, api: Any
) -> None:
    body = body_of("a -> b -> c", snapshot)
    body["graph"]["nodes"][2]["allow_reuse"] = False
    run = complete(submit(workspace, actor, body))
    asked = {"run": run.uid, "force_nodes": ["a"]}
    answer = api.post(f"{RUNS}/forecast", asked).json()
    assert [(s["node"], s["answer"], s["on"]) for s in answer["steps"]] == [
        ("a", "runs", []),
        ("b", "depends", ["a.py"]),
        ("c", "runs", []),
    ]
    assert answer["counts"] == {"runs": 2, "depends": 1}
    assert answer["steps"][1]["sentence"] == "Depends on what a.py will make."
    plain = api.post(f"{RUNS}/forecast", body).json()
    assert [s["answer"] for s in plain["steps"]] == ["reused", "reused", "runs"]
    assert plain["steps"][0]["run"]["id"] == run.uid
    assert Run.objects.count() == 1
    wrong = api.post(f"{RUNS}/forecast", {"graph": {"version": 1, "nodes": []}})
    assert wrong.status_code == 422


def test_what_never_ran_runs_whatever_is_made_above_it(
    workspace: Any, actor: Any, owner: Any, snapshot: str
) -> None:
    sources = [
        make_snapshot(workspace, owner, {"main.py": f"print({text!r})"}) for text in ("b", "c")
    ]

    def foretold(picture: str) -> dict[str, tuple[str, str]]:
        body = body_of(picture, snapshot)
        for node in body["graph"]["nodes"]:
            if node["id"] != "a":
                node["snapshot"] = sources["bc".index(node["id"][0])]
        said = forecast_run(workspace=workspace, body=body)["steps"]
        return {one["node"]: (one["answer"], one["sentence"]) for one in said}

    said = foretold("a -> b -> c")
    assert [one for one, _ in said.values()] == ["runs"] * 3
    assert said["b"][1] == "Runs: no earlier result of this step"
    # Two of one source: the second may have what the first has just made.
    both = foretold("a -> b1 -> c\na -> b2")
    assert [both[name][0] for name in ("b1", "b2", "c")] == ["depends", "depends", "runs"]
    # Once it has a result, it depends on what it is given.
    alone = body_of("b", sources[0])
    complete(submit(workspace, actor, alone))
    assert foretold("a -> b -> c")["b"][0] == "depends"


NODES = "abcd"
EDGES = [(x, y) for i, x in enumerate(NODES) for y in NODES[i + 1 :]]
CHANGES = st.fixed_dictionaries(
    {
        "edges": st.sets(st.sampled_from(EDGES)),
        "unused": st.sets(st.sampled_from(NODES)),  # allow_reuse is off
        "forced": st.sets(st.sampled_from(NODES)),
        "edited": st.sets(st.sampled_from(NODES)),  # got another argument
        "regenerate": st.booleans(),
        "failed": st.sampled_from(["", *NODES]),
        "resume": st.booleans(),
        "text": st.sampled_from(["x", "y"]),  # what the second run's steps write
    }
)


@given(chosen=CHANGES)
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_submit_does_what_the_forecast_said(
    workspace: Any, actor: Any, snapshot: str, chosen: dict[str, Any]
) -> None:
    picture = "\n".join([*NODES, *(f"{x} -> {y}" for x, y in sorted(chosen["edges"]))])
    body = body_of(picture, snapshot)
    for node in body["graph"]["nodes"]:
        node["allow_reuse"] = node["id"] not in chosen["unused"]
        node["arguments"].append(node["id"])  # or nodes of one shape would share results
    later = json.loads(json.dumps(body)) | {
        "force_nodes": sorted(chosen["forced"]),
        "regenerate_outputs": chosen["regenerate"],
    }
    for node in later["graph"]["nodes"]:
        if node["id"] in chosen["edited"]:
            node["arguments"].append("more")
    with transaction.atomic():
        first = complete(submit(workspace, actor, body), fail=chosen["failed"])
        if chosen["resume"]:
            later["resume_from"] = first.uid
        said = forecast_run(workspace=workspace, body=later)["steps"]
        run = complete(submit(workspace, actor, later), text=chosen["text"])
        reused = {step.node_id: step.reused for step in run.steps.all()}
        for step in said:
            if step["answer"] != "depends":
                assert reused[step["node"]] == (step["answer"] == "reused"), (step, chosen)
            else:
                assert step["on"]
        transaction.set_rollback(True)
