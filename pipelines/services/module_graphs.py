"""Graphs whose nodes name modules: what the workspace knows of them, and the finished graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pipelines.domain.drafting import UNKNOWN, compile_graph, has_unfinished
from pipelines.domain.drafts import check_form
from pipelines.domain.node_memory import Recall
from pipelines.services.draft_catalog import load_catalog
from workspaces.domain.errors import Problem
from workspaces.models import Workspace
from workspaces.services.access import Actor


def compile_with_modules(
    *,
    workspace: Workspace,
    actor: Actor,
    graph: Mapping[str, Any],
    compute: str,
    values: Mapping[str, Any],
    recall: Recall | None = None,
) -> tuple[dict[str, Any], list[Problem]]:
    """The graph with what its modules say, and what they have against it. `compute` is for
    nodes that name none; `values` of parameters tell which datasets are tables; with `recall`
    the graph is for checking only."""
    catalog = load_catalog(
        workspace=workspace, actor=actor, graph=graph, compute=compute, values=values
    )
    return compile_graph(graph, catalog, recall)


def finish_modules(
    *, workspace: Workspace, actor: Actor, body: Mapping[str, Any]
) -> tuple[Mapping[str, Any], list[Problem]]:
    """A request's body whose graph may have nodes with a module and nothing else, as a program's
    `ModuleStep`: they are finished as those of a draft. Other bodies come back as they are."""
    graph = body.get("graph")
    if not isinstance(graph, Mapping) or not has_unfinished(graph) or check_form(graph):
        return body, []
    given = body.get("parameters")
    compiled, problems = compile_with_modules(
        workspace=workspace,
        actor=actor,
        graph=graph,
        compute="",
        values=given if isinstance(given, Mapping) else {},
    )
    return {**body, "graph": compiled}, problems


def join_problems(of_modules: list[Problem], of_graph: Iterable[Problem]) -> list[Problem]:
    """Both, without what only follows from a module or compute that is not known."""
    unknown = {problem.node for problem in of_modules if problem.code in UNKNOWN}
    computeless = {problem.node for problem in of_modules if problem.code == "missing_compute"}
    problems = of_modules + [
        problem
        for problem in of_graph
        if not (problem.node in unknown and problem.node is not None)
        and not (problem.node in computeless and problem.field == "compute")
    ]
    seen: set[tuple[str | None, str]] = set()
    told = []
    for problem in problems:  # a wire may be wrong in two ways: the first one is enough
        if (problem.node, problem.field) not in seen:
            told.append(problem)
        seen.add((problem.node, problem.field))
    return told
