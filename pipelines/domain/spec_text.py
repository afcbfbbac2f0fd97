"""A module's spec as somebody wrote it: the text of a JSON or YAML file."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import yaml

from workspaces.domain.errors import Problem
from workspaces.domain.json_values import is_storable

SPEC_TEXT_LIMIT = 64 * 1024  # of YAML that is a second's work
DEEPEST = 50
FIELD = "spec"


class SpecLoader(yaml.SafeLoader):
    """YAML with the values that JSON has: no dates, `no` is a text, nothing is said twice, no
    aliases, which a few lines of are gigabytes, and no tags."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        line = f"line {event.start_mark.line + 1}"
        if isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError(f"{line}: aliases (*) are not read here")
        if event.tag is not None:
            raise yaml.YAMLError(f"{line}: tags (!) are not read here")
        if self.depth > DEEPEST:
            raise yaml.YAMLError(f"{line}: it is nested too deeply")
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen = set()
        for key, _ in node.value:
            line = f"line {key.start_mark.line + 1}"
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.YAMLError(f"{line}: a key must be a text")
            if key.value in seen:
                raise yaml.YAMLError(f"{line}: {key.value!r} is said twice")
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
    kind = "JSON" if text.lstrip().startswith("{") else "YAML"
    try:
        # A SafeLoader with less in it.
        raw = json.loads(text) if kind == "JSON" else yaml.load(text, Loader=SpecLoader)  # noqa: S506
    except json.JSONDecodeError as error:
        return None, [Problem(f"The JSON breaks off at line {error.lineno}: {error.msg}.", FIELD)]
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        return None, [Problem(f"The YAML can't be read, {line}{error.problem}.", FIELD)]
    except yaml.reader.ReaderError as error:
        where = f"character {error.position + 1} can't stand in a text"
        return None, [Problem(f"The YAML can't be read, {where}.", FIELD)]
    except RecursionError:
        return None, [Problem(f"The {kind} can't be read, it is nested too deeply.", FIELD)]
    except (yaml.YAMLError, ValueError) as error:
        return None, [Problem(f"The {kind} can't be read, {error}.", FIELD)]
    fault = plain_fault(raw)
    return (None, [Problem(fault, FIELD)]) if fault else (raw, [])


def plain_fault(value: Any, depth: int = 0) -> str:
    """Why a spec can't hold the value: it is none of JSON, can't be stored, or is too deep."""
    if depth > DEEPEST:
        return "The spec is nested too deeply."
    if isinstance(value, dict):
        for key, one in value.items():
            if not isinstance(key, str):
                return f"{key!r} is a key: put it in quotes."
            if fault := plain_fault(key) or plain_fault(one, depth + 1):
                return fault
        return ""
    if isinstance(value, list):
        return next((fault for one in value if (fault := plain_fault(one, depth + 1))), "")
    if isinstance(value, str):
        return "" if is_storable(value) else f"{value[:40]!r} holds text that can't be stored."
    if isinstance(value, float) and not math.isfinite(value):
        return "Numbers must be finite."
    if value is None or isinstance(value, (int, float)):
        return ""
    return f"{type(value).__name__} values are not read here: put them in quotes."
