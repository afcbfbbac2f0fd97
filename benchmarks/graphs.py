"""Graph JSON of the shapes that are measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def node(name: str, snapshot: str, *, after: Sequence[str] = (), **fields: Any) -> dict[str, Any]:
    """One step that runs `main.py` of the snapshot."""
    return {
        "id": name,
        "name": name,
        "kind": "python_script",
        "snapshot": snapshot,
        "script": "main.py",
        "arguments": [],
        "inputs": [],
        "outputs": [],
        "compute": "bench",
        "environment": None,
        "parameters": {},
        "allow_reuse": True,
        "version": None,
        "hash_paths": None,
        "after": list(after),
        **fields,
    }


def body(name: str, nodes: Sequence[dict[str, Any]], **fields: Any) -> dict[str, Any]:
    """What a submit sends; nothing is reused unless asked."""
    return {
        "experiment": name,
        "regenerate_outputs": True,
        "graph": {"version": 1, "parameters": [], "nodes": list(nodes)},
        **fields,
    }


def chain(snapshot: str, steps: int, *, name: str = "n", **fields: Any) -> list[dict[str, Any]]:
    """Each step waits for the one before."""
    return [
        node(f"{name}{i}", snapshot, after=[f"{name}{i - 1}"] if i else (), **fields)
        for i in range(steps)
    ]


def fan(snapshot: str, width: int) -> list[dict[str, Any]]:
    """1 -> width -> 1."""
    middle = [node(f"m{i}", snapshot, after=["first"]) for i in range(width)]
    return [
        node("first", snapshot),
        *middle,
        node("last", snapshot, after=[one["id"] for one in middle]),
    ]
