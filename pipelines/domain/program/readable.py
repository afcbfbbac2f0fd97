"""A draft's graph without what has no form: the rest of it is a program all the same.

A graph that is still edited, or was pasted, may hold anything where a card's inputs, settings or
module should be. A check tells each as a problem of its node; a program says what it left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Json = dict[str, Any]


def readable(graph: Mapping[str, Any]) -> tuple[Json, list[str]]:
    """The graph with what can be read of its cards, and a sentence for all that is left out."""
    lost: list[str] = []
    nodes = [_card(node, lost) if node.get("module") else node for node in graph["nodes"]]
    return {**graph, "nodes": nodes}, lost


def _card(node: Mapping[str, Any], lost: list[str]) -> Json:
    title = node.get("name") if isinstance(node.get("name"), str) else None

    def left_out(field: str) -> None:
        lost.append(f"{title or node['id']}: {field} can't be read and is left out here.")

    card = dict(node)
    if not isinstance(node["module"], Mapping):
        left_out("module")
        card["module"] = {"name": "module"}
    if node.get("settings") is not None and not isinstance(node["settings"], Mapping):
        left_out("settings")
        card["settings"] = {}
    for field in ("inputs", "outputs"):
        card[field] = list(_ports(node.get(field), field, left_out))
    after = node.get("after")
    if not isinstance(after, list) or not all(isinstance(one, str) for one in after):
        if after is not None:
            left_out("after")
        card["after"] = []
    return card


def _ports(ports: Any, field: str, left_out: Any) -> Iterator[Mapping[str, Any]]:
    if ports is not None and not isinstance(ports, list):
        left_out(field)
        return
    for number, port in enumerate(ports or []):
        if isinstance(port, Mapping) and isinstance(port.get("name"), str):
            yield port
        else:
            left_out(f"{field}[{number}]")
