"""Signed-in browsers of people with different roles, and runs to look at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from endpoints.models import PipelineEndpoint, PublishedPipeline
from endpoints.services.pipeline_endpoints import add_version, create_endpoint
from endpoints.services.publishing import publish_graph
from pipelines.models import Run
from tests.support.graphs import graph_json
from tests.support.submitting import body_of, make_snapshot, make_target, submit
from workspaces.models import Member


@pytest.fixture
def browser(owner: Any) -> Client:
    """The owner's browser."""
    return sign_in(owner)


def sign_in(user: Any) -> Client:
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    return client


@pytest.fixture
def reader(workspace: Any, django_user_model: Any) -> Client:
    """The browser of a Reader of the workspace."""
    user = django_user_model.objects.create_user("rita")
    Member.objects.create(workspace=workspace, user=user, role="Reader")
    return sign_in(user)


@pytest.fixture
def stranger(django_user_model: Any) -> Client:
    """The browser of somebody who is a member of nothing."""
    return sign_in(django_user_model.objects.create_user("mallory"))


@pytest.fixture
def source(workspace: Any, owner: Any) -> str:
    """A snapshot's id; the compute target that its steps need is there too."""
    make_target(workspace, owner)
    files = {
        "main.py": "print('hello')\n",
        "data/page.html": "<b>bold</b>",
        "raw.csv": "a,b\n1,2\n",
    }
    return make_snapshot(workspace, owner, files)


@pytest.fixture
def run(workspace: Any, actor: Any, source: str) -> Run:
    """`a -> b -> c`, a queued."""
    return submit(workspace, actor, body_of("a -> b -> c", source, experiment="iris"))


@pytest.fixture
def publish(workspace: Any, actor: Any, source: str) -> Callable[..., PublishedPipeline]:
    """Publish two steps with three parameters, `table` without a default."""

    def make(name: str = "nightly", **changes: Any) -> PublishedPipeline:
        graph = graph_json("a -> b", snapshot=changes.pop("snapshot", source))
        graph["parameters"] = [
            {"name": "rows", "type": "int", "default": changes.pop("rows", 10)},
            {"name": "fast", "type": "bool", "default": False},
            {"name": "label", "type": "string", "default": "iris"},
        ]
        body = {"name": name, "graph": graph, **changes}
        return publish_graph(workspace=workspace, actor=actor, body=body)

    return make


@pytest.fixture
def endpoint(workspace: Any, actor: Any, publish: Any) -> PipelineEndpoint:
    """`score`: versions 0 (the default) and 1."""
    made = create_endpoint(workspace=workspace, actor=actor, name="score", published=publish())
    add_version(endpoint=made, actor=actor, published=publish("newer", rows=20))
    made.refresh_from_db()
    return made


def text(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, answer.content[:500]
    return answer.content.decode()
