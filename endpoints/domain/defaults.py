"""Default values of a graph's parameters, as a published pipeline keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.domain.parameters import FORMS, coerce, value_fault
from workspaces.domain.errors import Problem


def asks_by_name(default: Any) -> bool:
    """Whether a default is a dataset by name, which may be another version tomorrow."""
    return isinstance(default, Mapping) and "name" in default


def with_defaults(graph: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The graph with these defaults in place of its own; by the names of the parameters."""
    parameters = [
        {**one, "default": defaults[one["name"]]} if _name_of(one) in defaults else one
        for one in graph.get("parameters") or []
    ]
    return {**graph, "parameters": parameters}


def read_defaults(
    graph: Mapping[str, Any], given: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Problem]]:
    """New defaults for a graph's parameters as their types have them, and what is wrong."""
    kinds = {_name_of(one): one.get("type") for one in graph.get("parameters") or []}
    defaults: dict[str, Any] = {}
    problems = []
    for name, raw in given.items():
        if name not in kinds:
            message = f"The pipeline has no parameter {str(name)[:100]!r}."
            problems.append(Problem(message, f"parameters.{name}"))
            continue
        kind = kinds[name]
        if not isinstance(kind, str) or kind not in FORMS:
            continue  # the graph's own fault, which its check names
        value = coerce(kind, raw)
        if value is not None and (fault := value_fault(kind, value)):
            problems.append(
                Problem(f"The default of {name} must be {fault}.", f"parameters.{name}")
            )
        else:
            defaults[name] = value
    return defaults, problems


def _name_of(parameter: Mapping[str, Any]) -> str | None:
    """A draft's graph may hold one without a name yet."""
    name = parameter.get("name")
    return name if isinstance(name, str) else None
