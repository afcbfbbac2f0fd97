"""Default values of a graph's parameters, as a published pipeline keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def asks_by_name(default: Any) -> bool:
    """Whether a default is a dataset by name, which may be another version tomorrow."""
    return isinstance(default, Mapping) and "name" in default


def with_defaults(graph: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The graph with these defaults in place of its own; by the names of the parameters."""
    parameters = [
        {**one, "default": defaults[one["name"]]} if one["name"] in defaults else one
        for one in graph.get("parameters") or []
    ]
    return {**graph, "parameters": parameters}
