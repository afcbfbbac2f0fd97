"""A draft published without a run: as it is saved, with its problems, behind an endpoint."""

from __future__ import annotations

from typing import Any

import pytest

from endpoints.models import EndpointVersion, PipelineEndpoint, PublishedPipeline
from tests.support.drafts import classification
from tests.support.submitting import make_target
from workspaces.models import AuditEntry

API = "/api/v1/workspaces/lab"


@pytest.fixture
def draft(api: Any, workspace: Any, owner: Any) -> dict[str, Any]:
    """A whole draft whose C of the learner is a parameter."""
    make_target(workspace, owner)
    graph = classification()
    graph["parameters"] = [{"name": "strength", "type": "float", "default": 1.0}]
    graph["nodes"][2]["settings"] = {"C": {"parameter": "strength"}}
    body = {
        "name": "Iris",
        "description": "by hand",
        "graph": graph,
        "default_compute": "cpu",
        "parameters": {"strength": 2.5, "of an earlier day": 1},
    }
    answer = api.post(f"{API}/drafts", body)
    assert answer.status_code == 201, answer.json()
    return dict(answer.json())


def publish(api: Any, draft: dict[str, Any], **body: Any) -> Any:
    return api.post(f"{API}/drafts/{draft['id']}/publish", {"name": "nightly", **body})


def test_a_draft_is_called_like_what_the_sdk_published(api: Any, draft: dict[str, Any]) -> None:
    answer = publish(api, draft, version="1.0", continue_on_step_failure=True, revision=1)
    assert answer.status_code == 201, answer.json()
    made = answer.json()
    assert (made["name"], made["description"], made["version"]) == ("nightly", "by hand", "1.0")
    assert made["continue_on_step_failure"] is True
    assert made["endpoints"] == []
    strength = {"name": "strength", "type": "float", "default": 2.5}
    assert made["parameters"] == [strength]  # the draft's value; what it has no more is left out
    assert made["step_count"] == 6
    run = api.post(f"{API}/published-pipelines/{made['id']}/submit", {}).json()
    assert run["parameters"] == {"strength": 2.5}
    drawn = api.post(f"{API}/drafts/{draft['id']}/submit", {"parameters": {"strength": 2.5}})
    assert drawn.status_code == 201
    assert drawn.json()["parameters"] == {"strength": 2.5}  # here too
    versions = api.get(f"{API}/drafts/{draft['id']}/versions").json()["items"]
    assert [one["note"] for one in versions] == [
        "Created · Published as nightly · Submitted as Run 1"
    ]
    entry = AuditEntry.objects.get(action="draft.published")
    assert entry.detail == {"published_pipeline": made["id"], "version": 1}


def test_it_becomes_the_next_version_of_an_endpoint(api: Any, draft: dict[str, Any]) -> None:
    new = {"name": "score", "description": "of flowers"}
    first = publish(api, draft, endpoint=new).json()
    assert PipelineEndpoint.objects.get().description == "of flowers"
    place = first["endpoints"][0]
    assert (place["name"], place["version"], place["is_default"]) == ("score", "0", True)
    kept = {"id": place["id"]}
    second = publish(api, draft, name="b", parameters={"strength": 7}, endpoint=kept).json()
    assert second["parameters"][0]["default"] == 7
    assert [(one["version"], one["is_default"]) for one in second["endpoints"]] == [("1", False)]
    third = publish(api, draft, name="c", endpoint={**kept, "make_default": True}).json()
    assert [(one["version"], one["is_default"]) for one in third["endpoints"]] == [("2", True)]


def test_every_problem_is_told_and_nothing_is_left(api: Any, draft: dict[str, Any]) -> None:
    graph = draft["graph"]
    graph["nodes"][1]["inputs"] = []
    graph["nodes"][3]["settings"] = {}
    path = f"{API}/drafts/{draft['id']}"
    api.patch(path, {"revision": 1, "graph": graph})
    answer = publish(
        api,
        draft,
        name=" ",
        colour="red",
        parameters={"strength": "much", "weakness": 1},
        endpoint={"id": "gone"},
    )
    assert answer.status_code == 422
    told = {(one["node"], one["field"]) for one in answer.json()["problems"]}
    assert told == {
        (None, "name"),
        (None, "colour"),
        (None, "endpoint.id"),
        (None, "parameters.weakness"),
        (None, "parameters.strength"),
        ("split", "inputs.dataset"),
        ("train", "settings.label"),
    }
    stale = publish(api, draft, revision=1)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    assert not PublishedPipeline.objects.exists()


@pytest.mark.parametrize(
    ("endpoint", "field"),
    [
        ("score", "endpoint"),
        ({}, "endpoint"),
        ({"id": "x", "name": "y"}, "endpoint"),
        ({"name": ""}, "endpoint.name"),
        ({"id": 3}, "endpoint.id"),
        ({"id": "gone", "make_default": 1}, "endpoint.make_default"),
        ({"name": "x", "description": 1}, "endpoint.description"),
        ({"name": "x", "colour": 1}, "endpoint.colour"),
    ],
)
def test_a_wrong_endpoint_is_named(
    api: Any, draft: dict[str, Any], endpoint: Any, field: str
) -> None:
    answer = publish(api, draft, endpoint=endpoint)
    assert answer.status_code == 422
    assert field in [one["field"] for one in answer.json()["problems"]]


def test_a_name_that_is_taken_publishes_nothing(api: Any, draft: dict[str, Any]) -> None:
    publish(api, draft, endpoint={"name": "score"})
    again = publish(api, draft, endpoint={"name": "score"})
    assert (again.status_code, again.json()["code"]) == (409, "name_taken")
    assert PublishedPipeline.objects.count() == PipelineEndpoint.objects.count() == 1


def test_sent_twice_it_is_published_once(api: Any, draft: dict[str, Any]) -> None:
    path = f"{API}/drafts/{draft['id']}/publish"
    body = {"name": "nightly", "endpoint": {"name": "score"}}
    first = api.post(path, body, HTTP_IDEMPOTENCY_KEY="k")
    second = api.post(path, body, HTTP_IDEMPOTENCY_KEY="k")
    assert first.json() == second.json()
    assert EndpointVersion.objects.count() == 1
