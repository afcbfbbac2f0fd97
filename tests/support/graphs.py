"""Graphs for tests: small ones from a picture, and Graph JSON around them."""

from __future__ import annotations

from typing import Any


def edges_of(picture: str) -> dict[str, list[str]]:
    """`"a b -> c"` lines as {node: upstream}; a lone name is a node without edges."""
    upstream: dict[str, list[str]] = {}
    for line in picture.strip().splitlines():
        before: list[str] = []
        for group in line.split("->"):
            names = group.split()
            for name in names:
                known = upstream.setdefault(name, [])
                known.extend(other for other in before if other not in known)
            before = names
    return upstream


def node_json(node_id: str, **changes: Any) -> dict[str, Any]:
    """One valid node; keywords replace fields."""
    return {
        "id": node_id,
        "name": f"{node_id}.py",
        "kind": "python_script",
        "snapshot": "snap",
        "script": "main.py",
        "arguments": [],
        "inputs": [],
        "outputs": [],
        "compute": "cpu",
        "environment": None,
        "parameters": {},
        "allow_reuse": True,
        "version": None,
        "hash_paths": None,
        "after": [],
        **changes,
    }


def graph_json(picture: str, **node_changes: Any) -> dict[str, Any]:
    """A graph whose edges are data: every node writes `out`, and reads it from each upstream."""
    nodes = []
    for name, upstream in edges_of(picture).items():
        nodes.append(
            node_json(
                name,
                arguments=[{"output": "out"}, *({"input": before} for before in upstream)],
                inputs=[
                    {"name": before, "mode": "mount", "source": {"node": before, "output": "out"}}
                    for before in upstream
                ],
                outputs=[{"name": "out", "datastore": "workspaceblobstore", "is_directory": True}],
                **node_changes,
            )
        )
    return {"version": 1, "parameters": [], "nodes": nodes}
