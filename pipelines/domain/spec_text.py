"""A module's spec as somebody wrote it: the text of a JSON or YAML file."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import yaml

from workspaces.domain.errors import Problem

SPEC_TEXT_LIMIT = 256 * 1024
FIELD = "spec"


class SpecLoader(yaml.SafeLoader):
    """YAML with the values that JSON has: no dates, `no` is a text, nothing is said twice."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.YAMLError(f"line {event.start_mark.line + 1}: aliases (*) are not read here")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                line = key.start_mark.line + 1
                raise yaml.YAMLError(f"line {line}: {key.value!r} is said twice")
            seen.add(key.value)
        return super().construct_mapping(node, deep)


SpecLoader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
SpecLoader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)


def parse_spec_text(text: str) -> tuple[Any, list[Problem]]:
    """What the text says, and why it can't be read: at most one problem, with its line."""
    if len(text.encode("utf-8", "surrogatepass")) > SPEC_TEXT_LIMIT:
        return None, [Problem(f"A spec has at most {SPEC_TEXT_LIMIT // 1024} KB.", FIELD)]
    if not text.strip():
        return None, [Problem("The spec is empty.", FIELD)]
    try:
        if text.lstrip().startswith("{"):
            raw = json.loads(text)
        else:
            raw = yaml.load(text, Loader=SpecLoader)  # noqa: S506 - a SafeLoader with less in it
    except json.JSONDecodeError as error:
        return None, [Problem(f"The JSON breaks off at line {error.lineno}: {error.msg}.", FIELD)]
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        return None, [Problem(f"The YAML can't be read, {line}{error.problem}.", FIELD)]
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return None, [Problem(f"The YAML can't be read, {error}.", FIELD)]
    fault = _plain_fault(raw)
    return (None, [Problem(fault, FIELD)]) if fault else (raw, [])


def _plain_fault(value: Any) -> str:
    """Why JSON can't hold the value."""
    if isinstance(value, dict):
        for key, one in value.items():
            if not isinstance(key, str):
                return f"{key!r} is a key: put it in quotes."
            if fault := _plain_fault(one):
                return fault
        return ""
    if isinstance(value, list):
        return next((fault for one in value if (fault := _plain_fault(one))), "")
    if isinstance(value, float) and not math.isfinite(value):
        return "Numbers must be finite."
    if value is None or isinstance(value, (str, int, float, bool)):
        return ""
    return f"{type(value).__name__} values are not read here: put them in quotes."
