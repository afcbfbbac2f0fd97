"""Typed access to one JSON object of a graph; what doesn't fit becomes a problem."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workspaces.domain.errors import Problem

NAME_LIMIT = 255


class JsonReader:
    """Reads fields by type; collects problems of one node and never raises."""

    def __init__(self, problems: list[Problem], node: str | None, node_name: str | None) -> None:
        self.problems, self.node, self.node_name = problems, node, node_name

    def problem(self, field: str, message: str, code: str = "invalid") -> None:
        self.problems.append(Problem(message, field, self.node, self.node_name, code))

    def text(
        self, data: Mapping[str, Any], key: str, prefix: str = "", *, required: bool = True
    ) -> str:
        value = data.get(key)
        if value is None and not required:
            return ""
        if not isinstance(value, str) or not value.strip():
            self.problem(prefix + key, f"{key} must be a text that is not empty.")
            return ""
        if len(value) > NAME_LIMIT and key != "comment":
            self.problem(prefix + key, f"{key} has {len(value)} characters; {NAME_LIMIT} fit.")
        return value

    def named(
        self, data: Mapping[str, Any], field: str, fault_of: Callable[[str], str | None]
    ) -> str:
        """A `name` that `fault_of` finds nothing wrong with."""
        name = self.text(data, "name", field + ".")
        if name and (fault := fault_of(name)):
            self.problem(f"{field}.name", f"The name {name!r} {fault}.")
        return name

    def optional_text(self, data: Mapping[str, Any], key: str, prefix: str = "") -> str | None:
        value = data.get(key)
        if value is not None and not isinstance(value, str):
            self.problem(prefix + key, f"{key} must be a text or null.")
            return None
        return value

    def flag(self, data: Mapping[str, Any], key: str, default: bool, prefix: str = "") -> bool:
        value = data.get(key, default)
        if not isinstance(value, bool):
            self.problem(prefix + key, f"{key} must be true or false.")
            return default
        return value

    def items(self, data: Mapping[str, Any], key: str) -> list[Any]:
        value = data.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.problem(key, f"{key} must be a list.")
            return []
        return value

    def mapping(self, data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        value = data.get(key)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.problem(key, f"{key} must be an object.")
            return {}
        return value
