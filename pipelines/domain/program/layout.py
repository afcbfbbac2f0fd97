"""What the designer keeps beside a graph, as the `layout` of a Pipeline."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.domain.program.canon import FIELDS
from pipelines.domain.program.python_text import Code, assign, literal, mapped
from pipelines.domain.program.subject import Json
from pipelines.domain.program.work import Work

REMARK = "# Where the designer draws it. No result depends on this."


@dataclass(frozen=True)
class WrittenLayout:
    """The lines, and what they add to each node (by id) and to the graph."""

    lines: list[str]
    beside: Mapping[str, Json]
    beside_graph: Json


def write_layout(
    work: Work,
    nodes: Sequence[Mapping[str, Any]],
    steps: Mapping[str, str],
    names: Sequence[str],
) -> WrittenLayout:
    """`names` are those of the steps, of which the SDK makes ids where none is given."""
    beside = {node["id"]: {key: node[key] for key in node if key not in FIELDS} for node in nodes}
    ids = [str(node["id"]) for node in nodes]
    given = _ids_to_give(names, ids)
    kept = {
        key: value
        for key, value in work.subject.graph.items()
        if key not in ("version", "parameters", "nodes")
    }
    entries: list[tuple[str, Code]] = []
    for node_id, said in zip(ids, given, strict=True):
        entry = {**({"id": node_id} if said else {}), **beside[node_id]}
        if entry:
            entries.append((steps[node_id], work.literal(entry)))
    parts: list[tuple[str, Code]] = []
    if entries:
        parts.append(('"nodes"', mapped(entries)))
    parts += [(literal(key).flat(), work.literal(value)) for key, value in kept.items()]
    lines = [REMARK, assign("layout", mapped(parts))] if parts else []
    return WrittenLayout(lines, beside, kept)


def _ids_to_give(names: Sequence[str], ids: Sequence[str]) -> list[bool]:
    """Which ids the SDK would not make of the names by itself."""
    said = [False] * len(ids)
    while True:
        given = [one if yes else "" for one, yes in zip(ids, said, strict=True)]
        made = name_nodes(names, given)
        wrong = [index for index, one in enumerate(made) if one != ids[index]]
        if not wrong:
            return said
        for index in wrong:
            said[index] = True


def name_nodes(names: Sequence[str], given: Sequence[str]) -> list[str]:
    """Ids as the SDK makes them."""
    taken = set(given)
    ids = []
    for name, known in zip(names, given, strict=True):
        if known:
            ids.append(known)
            continue
        base = re.sub(r"[^A-Za-z0-9_]+", "-", name).strip("-")[:48] or "step"
        candidate, number = base, 2
        while candidate in taken:
            candidate, number = f"{base}-{number}", number + 1
        taken.add(candidate)
        ids.append(candidate)
    return ids
