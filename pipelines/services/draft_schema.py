"""Which columns the ports of a draft have, for the editor's choosers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.column_selectors import columns_of_run
from pipelines.domain.columns import Known, Ports
from pipelines.domain.drafting import graph_columns, module_ids
from pipelines.domain.drafts import values_for
from pipelines.models import PipelineDraft
from pipelines.services.draft_catalog import load_catalog
from pipelines.services.draft_runs import unsaved_problems
from workspaces.domain.errors import InvalidInput, Problem
from workspaces.services.access import Actor


def draft_schema(
    *, draft: PipelineDraft, actor: Actor, body: Mapping[str, Any]
) -> dict[str, dict[str, dict[str, Any]]]:
    """`outputs` and `inputs` by node and port: {"columns", "from"}, or None where unknown.

    `body` may have a graph and values that are not saved yet, and `nodes`: ids to tell of.
    What no rule says is what the draft's last run made, where the node has the same module.
    """
    problems = unsaved_problems(body, ("nodes",))
    nodes = body.get("nodes")
    if nodes is not None and not (
        isinstance(nodes, list) and all(isinstance(one, str) for one in nodes)
    ):
        problems.append(Problem("nodes must be a list of ids.", "nodes"))
    if problems:
        raise InvalidInput.of(problems)
    graph = body["graph"] if "graph" in body else draft.graph  # noqa: SIM401 - it may not be loaded yet
    catalog = load_catalog(
        workspace=draft.workspace,
        actor=actor,
        graph=graph,
        compute="",
        values={**values_for(graph, draft.parameters), **(body.get("parameters") or {})},
        read=True,
    )
    traced = graph_columns(graph, catalog, {})
    unknown = {
        (node, name)
        for node, ports in traced.outputs.items()
        for name, known in ports.items()
        if known is None
    }
    if unknown and draft.last_run is not None:
        ran = columns_of_run(draft.last_run, module_ids(graph, catalog), unknown)
        if ran:
            traced = graph_columns(graph, catalog, ran)
    only = None if nodes is None else set(nodes)
    return {"outputs": _told(traced.outputs, only), "inputs": _told(traced.inputs, only)}


def _told(ports: Ports, only: set[str] | None) -> dict[str, dict[str, Any]]:
    shapes: dict[int, Any] = {}  # one object for the ports that share their columns

    def told(known: Known) -> Any:
        if known is None:
            return None
        if id(known) not in shapes:
            shapes[id(known)] = known.as_json()
        return shapes[id(known)]

    return {
        node: {name: told(known) for name, known in of_node.items()}
        for node, of_node in ports.items()
        if only is None or node in only
    }
