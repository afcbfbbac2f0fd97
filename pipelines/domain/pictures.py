"""A small picture of a draft's graph, as shapes that a template draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CARD, PILL = (248, 76), (216, 44)  # as the editor draws them
MARGIN = 24
LOOKS = (  # the end of a module's key -> how its card is marked; the first that fits counts
    ("train-model", "train"),
    ("train-clustering-model", "train"),
    ("tune-model-hyperparameters", "train"),
    ("score-model", "score"),
    ("evaluate-model", "score"),
    ("feature-importance", "score"),
    ("regression", "learner"),
    ("clustering", "learner"),
    ("machine", "learner"),
    ("forest", "learner"),
    ("tree", "learner"),
    ("network", "learner"),
    ("script", "code"),
    ("sql-transformation", "code"),
)


@dataclass(frozen=True)
class Box:
    """A card or a pill; `look` says what kind of work it is."""

    x: float
    y: float
    width: float
    height: float
    look: str


@dataclass(frozen=True)
class Picture:
    """`box` is the SVG's viewBox, `wires` are paths."""

    box: str
    boxes: list[Box]
    wires: list[str]


def draw_graph(graph: Mapping[str, Any]) -> Picture:
    """The picture of a graph whose cards have places (`ui.x`, `ui.y`)."""
    boxes = {
        ("node", node["id"]): Box(node["ui"]["x"], node["ui"]["y"], *CARD, _look(node))
        for node in graph["nodes"]
    }
    for pill in (graph.get("ui") or {}).get("sources") or []:
        boxes["dataset", pill["source"]["dataset"]] = Box(pill["x"], pill["y"], *PILL, "data")
    wires = []
    for node in graph["nodes"]:
        ports = node.get("inputs") or []
        for index, port in enumerate(ports):
            kind = "node" if "node" in port["source"] else "dataset"
            start = boxes.get((kind, port["source"].get(kind)))
            if start is not None:
                share = (index + 1) / (len(ports) + 1)
                wires.append(_wire(start, boxes["node", node["id"]], share))
    shapes = list(boxes.values())
    left = min((one.x for one in shapes), default=0) - MARGIN
    top = min((one.y for one in shapes), default=0) - MARGIN
    right = max((one.x + one.width for one in shapes), default=0) + MARGIN
    bottom = max((one.y + one.height for one in shapes), default=0) + MARGIN
    return Picture(f"{left:g} {top:g} {right - left:g} {bottom - top:g}", shapes, wires)


def _wire(start: Box, end: Box, share: float) -> str:
    x1, y1 = start.x + start.width / 2, start.y + start.height
    x2, y2 = end.x + end.width * share, end.y
    middle = (y1 + y2) / 2
    return f"M{x1:g} {y1:g}C{x1:g} {middle:g} {x2:g} {middle:g} {x2:g} {y2:g}"


def _look(node: Mapping[str, Any]) -> str:
    key = str((node.get("module") or {}).get("key") or "")
    return next((look for ending, look in LOOKS if key.endswith(ending)), "prepare")
