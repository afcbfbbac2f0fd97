"""What is published stays as it was; what calls it gets runs."""

from __future__ import annotations

from typing import Any

import pytest

from endpoints.models import RunLink
from endpoints.services.pipeline_endpoints import add_version, create_endpoint
from endpoints.services.publishing import disable_published, publish_graph, publish_run
from endpoints.services.submitting import submit_published
from pipelines.services.again import resubmit_run
from tests.support.submitting import submit
from workspaces.domain.errors import Conflict, InvalidInput


def test_a_call_makes_a_run_that_says_where_it_comes_from(publish: Any, actor: Any) -> None:
    published = publish(version="1.0")
    run = submit_published(
        published=published, actor=actor, body={"experiment": "calls", "parameters": {"rows": 20}}
    )
    assert run.experiment.name == "calls"
    assert run.parameters == {"rows": 20, "rate": 0.5, "name": "iris", "fast": False}
    assert run.origin == {"published": {"id": published.uid, "name": "nightly", "version": "1.0"}}
    assert run.properties["azureml.pipelineid"] == published.uid
    assert run.source == "REST"
    assert RunLink.objects.get(run=run).published == published


def test_without_an_experiment_it_is_called_like_what_was_called(publish: Any, actor: Any) -> None:
    run = submit_published(published=publish("a/b nightly"), actor=actor, body={})
    assert run.experiment.name == "a-b nightly"


def test_publishing_names_every_problem_by_node(workspace: Any, actor: Any, graph: Any) -> None:
    graph["nodes"][0]["compute"] = "gpu"
    graph["nodes"][1]["script"] = "missing.py"
    with pytest.raises(InvalidInput) as caught:
        publish_graph(workspace=workspace, actor=actor, body={"name": "", "graph": graph})
    assert [(p.node, p.field) for p in caught.value.problems] == [
        (None, "name"),
        ("a", "compute"),
        ("b", "script"),
    ]


def test_a_run_is_published_with_the_environments_of_its_steps(
    workspace: Any, actor: Any, graph: Any
) -> None:
    run = submit(workspace, actor, {"experiment": "e", "graph": graph})
    published = publish_run(run=run, actor=actor, body={"name": "from a run"})
    assert published.source_run == run
    frozen = {row.build_id for row in published.environments.all()}
    assert frozen == {step.environment_id for step in run.steps.all()}


def test_a_disabled_one_refuses_calls_and_makes_no_run(publish: Any, actor: Any) -> None:
    published = disable_published(published=publish(), actor=actor)
    with pytest.raises(Conflict, match="'nightly' is disabled"):
        submit_published(published=published, actor=actor, body={})
    assert not RunLink.objects.exists()


def test_versions_count_from_zero_and_the_first_stays_the_default(
    workspace: Any, actor: Any, publish: Any
) -> None:
    endpoint = create_endpoint(
        workspace=workspace, actor=actor, name="score", published=publish("one")
    )
    assert add_version(endpoint=endpoint, actor=actor, published=publish("two")).number == 1
    endpoint.refresh_from_db()
    assert (endpoint.default_version, endpoint.last_version) == (0, 1)


def test_a_run_that_is_submitted_again_is_one_of_its_runs_too(
    publish: Any, workspace: Any, actor: Any
) -> None:
    published = publish()
    endpoint = create_endpoint(
        workspace=workspace, actor=actor, name="nightly", published=published
    )
    version = endpoint.versions.get()
    run = submit_published(published=published, actor=actor, body={}, endpoint_version=version)
    again = resubmit_run(run=run, actor=actor, body={})
    link = RunLink.objects.get(run=again)
    assert (link.published, link.endpoint_version) == (published, version)

    disable_published(published=published, actor=actor)
    with pytest.raises(Conflict, match="is disabled"):
        resubmit_run(run=run, actor=actor, body={})
    assert RunLink.objects.count() == 2
