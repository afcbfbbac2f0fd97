"""A run's graph as DOT text for Graphviz."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import graphviz

COLORS = {
    "Completed": "#107c10",
    "Failed": "#c50f1f",
    "Canceled": "#8a8886",
    "Running": "#0f6cbd",
    "Preparing": "#0f6cbd",
    "Finalizing": "#0f6cbd",
}


def graph_dot(graph: Mapping[str, Any], statuses: Mapping[str, str]) -> str:
    """DOT of a Graph JSON: a box a step, coloured by status, an edge a wire with its output."""
    dot = graphviz.Digraph("pipeline", node_attr={"shape": "box", "style": "rounded"})
    for node in graph.get("nodes", []):
        status = statuses.get(node["id"], "NotStarted")
        label = f"{graphviz.escape(node['name'])}\\n{status}"
        dot.node(node["id"], label, color=COLORS.get(status, "#605e5c"))
    for node in graph.get("nodes", []):
        for port in node.get("inputs") or []:
            source = port.get("source") or {}
            if "node" in source:
                dot.edge(source["node"], node["id"], graphviz.escape(source["output"]))
        for before in node.get("after") or []:
            dot.edge(before, node["id"], style="dashed")
    return str(dot.source)
