"""What was published stays as it was, whatever happens to what it was made from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from compute.models import EnvironmentBuild, EnvironmentRule
from compute.services.environment_sweep import sweep_environments
from data.models import Datastore
from data.services.datasets import create_dataset, register_dataset
from endpoints.services.publishing import disable_published, enable_published, publish_run
from endpoints.services.submitting import submit_published
from pipelines.domain.status import Status
from pipelines.models import Run
from tests.support.submitting import finish, statuses, submit
from workspaces.domain.errors import InvalidInput
from workspaces.models import Blob
from workspaces.services.snapshots import sweep_unreferenced_blobs

NUMPY = {"name": "mine", "python": {"packages": ["numpy==1.19.0"]}}


@pytest.fixture
def register(workspace: Any, actor: Any) -> Callable[[str], str]:
    """Register the next version of the dataset `iris` at a path; its id."""

    def make(path: str) -> str:
        definition = {"paths": [{"datastore": "workspaceblobstore", "path": path}]}
        made = create_dataset(
            workspace=workspace, actor=actor, kind="file", definition=definition, validate=False
        )
        return register_dataset(
            workspace=workspace, actor=actor, version=made, name="iris", create_new_version=True
        ).uid

    return make


def builds_of(run: Run) -> set[str]:
    return {step.environment.key for step in run.steps.select_related("environment")}


def test_a_later_change_of_the_mapping_changes_new_runs_only(
    workspace: Any, actor: Any, graph: Any, publish: Any
) -> None:
    for node in graph["nodes"]:
        node["environment"] = NUMPY
    published = publish(graph=graph)
    before = builds_of(submit_published(published=published, actor=actor, body={}))
    EnvironmentRule.objects.create(kind="package", asked="numpy==1.19.*", used="numpy==1.23.5")
    assert builds_of(submit_published(published=published, actor=actor, body={})) == before
    fresh = submit(workspace, actor, {"experiment": "e", "graph": graph})
    assert builds_of(fresh).isdisjoint(before)
    # A run's own environments are what is published, not what the mapping says by now.
    old = Run.objects.order_by("id").first()
    again = publish_run(run=old, actor=actor, body={"name": "of the old run"})
    assert builds_of(submit_published(published=again, actor=actor, body={})) == before


def test_a_run_that_is_started_again_keeps_what_was_published(
    workspace: Any, actor: Any, api: Any, graph: Any, publish: Any
) -> None:
    for node in graph["nodes"]:
        node["environment"] = NUMPY
    run = submit_published(published=publish(graph=graph), actor=actor, body={})
    finish(run, "a", Status.COMPLETED)
    finish(run, "b", Status.FAILED)
    EnvironmentRule.objects.create(kind="package", asked="numpy==1.19.*", used="numpy==1.23.5")
    runs = "/api/v1/workspaces/lab/runs"
    foretold = api.post(f"{runs}/forecast", {"run": run.uid, "resume_from": run.uid}).json()
    assert foretold["counts"] == {"reused": 1, "runs": 1}
    again = api.post(f"{runs}/{run.uid}/resume", {}).json()
    assert again["origin"] == {key: run.origin[key] for key in ("published",)}
    resumed = Run.objects.get(uid=again["id"])
    assert statuses(resumed) == "a:Completed* b:Queued"
    assert builds_of(resumed) == builds_of(run)
    third = api.post(f"{runs}/{resumed.uid}/resubmit", {"regenerate_outputs": True}).json()
    assert builds_of(Run.objects.get(uid=third["id"])) == builds_of(run)


def test_the_environment_of_an_active_one_is_never_swept(
    publish: Any, actor: Any, data_folder: Path
) -> None:
    published = publish()
    build = EnvironmentBuild.objects.get()
    assert build.wanted and build.status == "Pending"  # begun when published, not at the first call
    long_ago = timezone.now() - timedelta(days=100)
    ready = {"status": "Ready", "last_asked_at": long_ago, "lock": ["tqdm==4.66.0"]}
    EnvironmentBuild.objects.update(**ready)
    sweep = lambda: sweep_environments(now=timezone.now(), days=90)["environments"]  # noqa: E731
    assert sweep() == 0
    disable_published(published=published, actor=actor)
    assert sweep() == 1
    enable_published(published=published, actor=actor)
    submit_published(published=published, actor=actor, body={})
    build.refresh_from_db()
    assert (build.status, build.lock) == ("Pending", ["tqdm==4.66.0"])


def test_its_source_files_outlive_the_sweep(
    publish: Any, actor: Any, data_folder: Path, graph: Any
) -> None:
    publish()
    before = sorted(path.name for path in (data_folder / "blobs").rglob("*") if path.is_file())
    assert before
    sweep_unreferenced_blobs(now=timezone.now() + timedelta(days=400))
    after = sorted(path.name for path in (data_folder / "blobs").rglob("*") if path.is_file())
    assert after == before
    assert not Blob.objects.exists()  # the fixture writes files only: the manifest keeps them


def test_a_default_dataset_by_name_is_the_version_of_that_day(
    workspace: Any, actor: Any, graph: Any, publish: Any, register: Any, data_folder: Path
) -> None:
    from data.selectors import local_path

    store = Datastore.objects.get(workspace=workspace, name="workspaceblobstore")
    for name in ("a.csv", "b.csv"):
        local_path(store, name).parent.mkdir(parents=True, exist_ok=True)
        local_path(store, name).write_text(name)
    first = register("a.csv")
    graph["parameters"] = [{"name": "data", "type": "dataset", "default": {"name": "iris"}}]
    graph["nodes"][0]["arguments"] = [{"input": "data"}]
    graph["nodes"][0]["inputs"] = [
        {"name": "data", "mode": "mount", "source": {"parameter": "data"}}
    ]
    run = submit(workspace, actor, {"experiment": "e", "graph": graph})
    published = publish(graph=graph)
    second = register("b.csv")
    of_run = publish_run(run=run, actor=actor, body={"name": "of the run"})
    for one in (published, of_run):
        assert one.parameters[0]["default"] == {"dataset": first}
        called = submit_published(published=one, actor=actor, body={})
        assert called.parameters == {"data": {"dataset": first}}
    body = {"parameters": {"data": {"name": "iris"}}}
    called = submit_published(published=published, actor=actor, body=body)
    assert called.parameters == {"data": {"dataset": second}}


def test_a_store_that_is_gone_is_named_at_the_call(
    workspace: Any, publish: Any, actor: Any, graph: Any
) -> None:
    graph["nodes"][0]["outputs"][0]["datastore"] = "workspacefilestore"
    published = publish(graph=graph)
    Datastore.objects.get(workspace=workspace, name="workspacefilestore").delete()
    with pytest.raises(InvalidInput) as caught:
        submit_published(published=published, actor=actor, body={})
    assert [(one.node, one.field) for one in caught.value.problems] == [
        ("a", "outputs[0].datastore")
    ]
    assert "no datastore 'workspacefilestore'" in caught.value.detail


def test_equal_graphs_share_an_id(publish: Any, graph: Any) -> None:
    one, two = publish("one"), publish("two")
    graph["nodes"][0]["name"] = "renamed"
    other = publish("three", graph=graph)
    assert one.graph_id == two.graph_id != other.graph_id
