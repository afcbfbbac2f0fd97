"""What a draft may hold, which of its versions are kept, and a graph up to one of its nodes."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pipelines.domain.graph import GRAPH_VERSION
from pipelines.domain.parsing import NODE_LIMIT
from pipelines.domain.submission import TEXT_LIMIT, check_texts
from workspaces.domain.errors import InvalidInput, Problem

NAME_LIMIT = 255
ID_LIMIT = 64  # characters of a node's id, as in a run
GRAPH_LIMIT = 16 << 20  # bytes as JSON
TAB = re.compile(r"[A-Za-z0-9_-]{1,64}")
CONTENT = (
    "name",
    "description",
    "experiment",
    "graph",
    "parameters",
    "default_compute",
    "continue_on_step_failure",
    "tags",
    "properties",
)
# Autosaves: the last of each span of time is kept; the older they are, the longer the span.
SPANS = (
    (timedelta(hours=1), timedelta(minutes=2)),
    (timedelta(days=1), timedelta(minutes=30)),
    (timedelta(days=30), timedelta(days=1)),
    (timedelta.max, timedelta(days=30)),
)


def check_content(body: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with the fields of a draft that a body has. A graph may be unfinished."""
    problems = []
    name = body.get("name", "draft")
    if not isinstance(name, str) or not name.strip() or len(name.strip()) > NAME_LIMIT:
        message = f"A draft's name has 1 to {NAME_LIMIT} characters."
        problems.append(Problem(message, "name"))
    limits = {"description": TEXT_LIMIT, "experiment": NAME_LIMIT, "default_compute": NAME_LIMIT}
    for field, limit in limits.items():
        value = body.get(field)
        if value is not None and (not isinstance(value, str) or len(value) > limit):
            problems.append(Problem(f"{field} must be a text of at most {limit:,}.", field))
    for field in ("tags", "properties"):
        problems += check_texts(body.get(field), field)
    values = body.get("parameters")
    if values is not None and not isinstance(values, Mapping):
        problems.append(Problem("parameters must be an object of names and values.", "parameters"))
    if not isinstance(body.get("continue_on_step_failure"), (bool, type(None))):
        message = "continue_on_step_failure must be true or false."
        problems.append(Problem(message, "continue_on_step_failure"))
    if "graph" in body:
        problems += check_form(body["graph"]) or _check_size(body["graph"])
    return problems


def _check_size(graph: Any) -> list[Problem]:
    """Each save is kept as a version, so a graph has a limit well below that of a request."""
    try:
        size = len(json.dumps(graph, separators=(",", ":")))
    except RecursionError:
        return [Problem("The graph is nested too deeply.", "graph")]
    if size <= GRAPH_LIMIT:
        return []
    message = f"The graph has {size / 2**20:.1f} MB; {GRAPH_LIMIT // 2**20} fit."
    return [Problem(message, "graph", code="too_large")]


def check_form(graph: Any) -> list[Problem]:
    """Why this is no graph of a draft. Steps may be missing or unfinished."""
    if not isinstance(graph, Mapping) or not isinstance(graph.get("nodes"), list):
        message = "This is no pipeline graph: it must be a JSON object with version and nodes."
        return [Problem(message, "graph")]
    if graph.get("version") != GRAPH_VERSION:
        message = f"This studio reads graphs of version {GRAPH_VERSION}."
        return [Problem(message, "graph.version")]
    parameters = graph.get("parameters")
    if parameters is not None and not (
        isinstance(parameters, list) and all(isinstance(one, Mapping) for one in parameters)
    ):
        return [Problem("graph.parameters must be a list of objects.", "graph.parameters")]
    nodes = graph["nodes"]
    if len(nodes) > NODE_LIMIT:
        message = f"The pipeline has {len(nodes):,} steps; {NODE_LIMIT:,} fit."
        return [Problem(message, "graph.nodes")]
    return [
        Problem(
            "A node must be an object with an id of 1 to 64 characters.", f"graph.nodes[{index}]"
        )
        for index, node in enumerate(nodes)
        if not isinstance(node, Mapping)
        or not isinstance(node.get("id"), str)
        or not 0 < len(node["id"]) <= ID_LIMIT
    ]


def tab_problems(tab: Any) -> list[Problem]:
    """Why this names no tab."""
    if isinstance(tab, str) and TAB.fullmatch(tab):
        return []
    return [Problem("tab must be 1 to 64 letters, digits, - or _, random for each tab.", "tab")]


def empty_graph() -> dict[str, Any]:
    """What a new draft begins with."""
    return {"version": GRAPH_VERSION, "parameters": [], "nodes": []}


def with_default_compute(graph: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """The graph of a run for a draft: what most steps run on becomes the draft's default."""
    nodes = [node for node in graph.get("nodes") or [] if isinstance(node, Mapping)]
    counted = Counter(one["compute"] for one in nodes if isinstance(one.get("compute"), str))
    if not counted:
        return dict(graph), ""
    common = counted.most_common(1)[0][0]
    left = [{**one, "compute": ""} if one.get("compute") == common else one for one in nodes]
    return {**graph, "nodes": left}, common


def values_for(graph: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The kept values of parameters that the graph has. Others are of an earlier version: they
    wait for its parameters to come back, by an undo or from the history."""
    declared = [one for one in graph.get("parameters") or [] if isinstance(one, Mapping)]
    names = {one["name"] for one in declared if isinstance(one.get("name"), str)}
    return {name: value for name, value in values.items() if name in names}


def up_to(graph: Mapping[str, Any], node_id: str) -> dict[str, Any]:
    """The graph with this node and all that it waits for. Raises InvalidInput for no such node."""
    nodes = {str(node["id"]): node for node in graph["nodes"]}
    if node_id not in nodes:
        raise InvalidInput.field("up_to", f"The draft has no step {node_id!r}.", "unknown_node")
    wanted: set[str] = set()
    waiting = [node_id]
    while waiting:
        one = waiting.pop()
        if one in wanted or one not in nodes:
            continue
        wanted.add(one)
        waiting += _before(nodes[one])
    return {**graph, "nodes": [node for node in graph["nodes"] if str(node["id"]) in wanted]}


def _before(node: Mapping[str, Any]) -> Iterable[str]:
    inputs, after = node.get("inputs"), node.get("after")
    for port in inputs if isinstance(inputs, list) else []:
        source = port.get("source") if isinstance(port, Mapping) else None
        if isinstance(source, Mapping) and "node" in source:
            yield str(source["node"])
    yield from (str(one) for one in (after if isinstance(after, list) else []))


def versions_to_drop(versions: Sequence[tuple[int, datetime]], now: datetime) -> list[int]:
    """Numbers of the autosaves that are not kept. `versions` are (number, at), oldest first."""
    last: dict[tuple[timedelta, int], int] = {}
    for number, at in versions:
        age = now - at
        span = next(span for older, span in SPANS if age <= older)
        last[(span, int(at.timestamp() // span.total_seconds()))] = number
    kept = set(last.values())
    return [number for number, _ in versions if number not in kept]
