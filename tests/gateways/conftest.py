"""The pieces of the endpoints' tests: a workspace, a graph, `publish`."""

from __future__ import annotations

from tests.endpoints.conftest import graph, publish, source

__all__ = ["graph", "publish", "source"]
