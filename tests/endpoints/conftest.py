"""A workspace with a compute target and a source folder, and pipelines published in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from endpoints.models import PublishedPipeline
from endpoints.services.publishing import publish_graph
from tests.pages.conftest import browser, reader
from tests.support.graphs import graph_json
from tests.support.submitting import make_snapshot, make_target

__all__ = ("browser", "reader")  # fixtures of the pages' tests


@pytest.fixture
def source(workspace: Any, owner: Any) -> str:
    """The id of a snapshot with main.py; the compute target `cpu` is there too."""
    make_target(workspace, owner)
    return make_snapshot(workspace, owner, {"main.py": "print(1)"})


@pytest.fixture
def graph(source: str) -> dict[str, Any]:
    """Two steps and one parameter of each plain type, `name` without a default."""
    made = graph_json("a -> b", snapshot=source)
    made["parameters"] = [
        {"name": "rows", "type": "int", "default": 10},
        {"name": "rate", "type": "float", "default": 0.5},
        {"name": "name", "type": "string", "default": "iris"},
        {"name": "fast", "type": "bool", "default": False},
    ]
    made["nodes"][0]["arguments"] += ["--rows", {"parameter": "rows"}]
    return made


@pytest.fixture
def publish(workspace: Any, actor: Any, graph: Any) -> Callable[..., PublishedPipeline]:
    """Publish `graph` (or another) under a name."""

    def make(name: str = "nightly", **body: Any) -> PublishedPipeline:
        return publish_graph(
            workspace=workspace, actor=actor, body={"name": name, "graph": graph, **body}
        )

    return make
