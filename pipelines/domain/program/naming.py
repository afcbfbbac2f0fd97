"""Which step comes when, and what steps, outputs and source folders are called."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelines.domain.program.module_steps import said_outputs
from pipelines.domain.program.names import Names, identifier
from pipelines.domain.program.outputs import form_of
from pipelines.domain.program.work import MadeOutput, Work
from workspaces.domain.errors import InvalidInput

SOURCE = "source"
STEM = 32  # characters of a step's name in names of variables
GENERIC = ("output", "out", "result", "results", "data", "dataset")


def in_order(nodes: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The nodes, each after those that it waits for and otherwise as they stand."""
    places = {node["id"]: place for place, node in enumerate(nodes)}
    before = {node["id"]: {one for one in _awaited(node) if one in places} for node in nodes}
    followers: dict[str, list[str]] = {}
    for node_id, awaited in before.items():
        for one in awaited:
            followers.setdefault(one, []).append(node_id)
    ready = [places[node_id] for node_id, awaited in before.items() if not awaited]
    heapq.heapify(ready)
    ordered: list[Mapping[str, Any]] = []
    while ready:
        node = nodes[heapq.heappop(ready)]
        ordered.append(node)
        for follower in followers.get(node["id"], ()):
            before[follower].discard(node["id"])
            if not before[follower]:
                heapq.heappush(ready, places[follower])
    if len(ordered) < len(nodes):
        message = "Steps wait for each other in a circle: a program can't say that."
        raise InvalidInput.field("graph", message, "cycle")
    return ordered


def _awaited(node: Mapping[str, Any]) -> Iterator[str]:
    for port in node.get("inputs") or []:
        source = port.get("source")
        if isinstance(source, Mapping) and isinstance(source.get("node"), str):
            yield source["node"]
    yield from node.get("after") or []


def name_steps(work: Work, nodes: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """By node the variable of its step."""
    return {
        node["id"]: work.names.take(f"{identifier(title_of(node))[:STEM]}_step".lstrip("_"), "step")
        for node in nodes
    }


def title_of(node: Mapping[str, Any]) -> str:
    """What a person calls the step."""
    module = node.get("module")
    told = module.get("name") or module.get("key") if isinstance(module, Mapping) else None
    name = str(node.get("name") or told or node.get("script") or node["id"])
    return name.removesuffix(".py")


def name_outputs(work: Work, nodes: Sequence[Mapping[str, Any]], steps: Mapping[str, str]) -> None:
    """Fill `work.outputs`: named as the output where that says enough, else with its step."""
    for node in nodes:
        for port in node.get("inputs") or []:
            source = port.get("source")
            if isinstance(source, Mapping) and set(source) == {"node", "output"}:
                work.read_outputs.setdefault(str(source["node"]), set()).add(str(source["output"]))
    ports = {node["id"]: _ports(work, node) for node in nodes}
    counted = Counter(name for of_node in ports.values() for name in of_node)
    for node in nodes:
        step = steps[node["id"]].removesuffix("_step")
        for name, port in ports[node["id"]].items():
            plain = counted[name] == 1 and name not in GENERIC and name not in work.parameters
            wish = name if plain else f"{step}_{name}"
            variable = work.names.take(wish, f"{step}_output")
            work.outputs[(node["id"], name)] = MadeOutput(variable, form_of(port), name)


def _ports(work: Work, node: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The outputs of a step that stand in the program, by name."""
    given = {str(port["name"]): port for port in node.get("outputs") or []}
    if not node.get("module"):
        return given
    return {name: {"name": name} for name in said_outputs(work, node)}


def name_folders(nodes: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """By snapshot the folder with its files: `source`, or one below it for each of several."""
    first: dict[str, str] = {}
    for node in nodes:
        if node.get("snapshot") and not node.get("module"):
            first.setdefault(str(node["snapshot"]), title_of(node))
    if len(first) == 1:
        return dict.fromkeys(first, SOURCE)
    names = Names(frozenset())
    return {snapshot: f"{SOURCE}/{names.take(title, 'step')}" for snapshot, title in first.items()}
