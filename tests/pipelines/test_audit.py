"""Each change that somebody makes leaves one audit entry; what changes nothing leaves none."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from compute.models import EnvironmentBuild
from compute.services.environment_versions import register_environment
from compute.services.environments import repeat_build
from compute.services.targets import create_target, delete_target, update_target
from data.models import Datastore
from data.services.datasets import create_dataset, register_dataset
from data.services.datastores import set_default_datastore
from pipelines.services.again import resubmit_run, resume_run
from pipelines.services.cancel import cancel_run, cancel_step
from tests.support.submitting import body_of, make_snapshot, make_target, submit
from workspaces.models import AuditEntry


@pytest.fixture
def source(workspace: Any, owner: Any) -> str:
    make_target(workspace, owner)
    return make_snapshot(workspace, owner, {"main.py": "print(1)"})


def log() -> list[str]:
    return [f"{e.action} {e.subject_name}".strip() for e in AuditEntry.objects.order_by("id")]


def test_runs(workspace: Any, actor: Any, source: str) -> None:
    run = submit(workspace, actor, body_of("a -> b", source, experiment="iris"))
    cancel_step(step=run.steps.get(node_id="b"), actor=actor)
    cancel_run(run=run, actor=actor)
    cancel_run(run=run, actor=actor)  # nothing is left to cancel
    resubmit_run(run=run, actor=actor, body={})
    run.refresh_from_db()
    resume_run(run=run, actor=actor, body={})
    assert log() == [
        "run.submitted iris Run 1",
        "step.canceled b.py",
        "run.canceled iris Run 1",
        "run.resubmitted iris Run 2",
        "run.resumed iris Run 3",
    ]
    again = AuditEntry.objects.get(action="run.resubmitted")
    assert again.detail == {"source": "REST", "of": run.uid}
    assert (again.user_name, again.workspace) == ("ada", workspace)


def test_a_refused_submit_leaves_nothing(workspace: Any, actor: Any, source: str) -> None:
    with pytest.raises(Exception, match="nowhere"):
        submit(workspace, actor, body_of("a", source, node={"compute": "nowhere"}))
    assert log() == []


def test_compute_targets(workspace: Any, actor: Any) -> None:
    target = create_target(workspace=workspace, actor=actor, body={"name": "gpu", "max_nodes": 2})
    change: Any = lambda **body: update_target(  # noqa: E731
        workspace=workspace, actor=actor, target=target, body=body
    )
    change(max_nodes=3)
    change(max_nodes=3)  # as it was
    change(paused=True)
    change(paused=False)
    delete_target(workspace=workspace, actor=actor, target=target, now=timezone.now())
    assert log() == [f"compute_target.{done} gpu" for done in DONE]
    changed = AuditEntry.objects.get(action="compute_target.changed")
    assert changed.detail == {"max_nodes": {"was": 2, "is": 3}}


DONE = ("created", "changed", "paused", "resumed", "deleted")


def test_environments_and_data(workspace: Any, actor: Any) -> None:
    body = {"name": "mine", "definition": {"python": {"pip": ["six"]}}}
    for _ in range(2):
        register_environment(workspace=workspace, actor=actor, body=body)
    build = EnvironmentBuild.objects.create(key="k", spec={}, status=EnvironmentBuild.FAILED)
    for _ in range(2):
        repeat_build(workspace=workspace, actor=actor, build=build, now=timezone.now())
    store = Datastore.objects.get(workspace=workspace, name="workspacefilestore")
    set_default_datastore(workspace=workspace, actor=actor, datastore=store)
    version = create_dataset(
        workspace=workspace,
        actor=actor,
        kind="file",
        definition={"paths": [{"datastore": store.name, "path": "a.csv"}]},
        validate=False,
    )
    for _ in range(2):
        register_dataset(workspace=workspace, actor=actor, version=version, name="fruit")
    assert log() == [
        "environment.registered mine",
        "environment.build_again",
        "datastore.default_changed workspacefilestore",
        "dataset.registered fruit",
    ]
