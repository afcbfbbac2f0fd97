"""From a request's body to a plan: parsed, its parameters resolved, checked. Stores nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from compute.models import ComputeTarget, EnvironmentBuild
from data.models import DatasetVersion, Datastore
from data.selectors import local_path
from data.services.content import content_id_of_dataset, content_id_of_path
from pipelines.domain.graph import DatasetSource, Graph, Node, PathSource
from pipelines.domain.graph import Input as InputPort
from pipelines.domain.node_memory import Recall
from pipelines.domain.parameters import check_data_values, resolve_graph, resolve_parameters
from pipelines.domain.parsing import parse_graph
from pipelines.domain.submission import check_body
from pipelines.domain.validation import World, topological_order, validate_graph
from pipelines.services.data_parameters import pin_datasets
from pipelines.services.module_graphs import finish_modules, join_problems
from pipelines.services.run_control import Control, read_control
from workspaces.domain.errors import ForebayError, Problem
from workspaces.models import Snapshot, Workspace
from workspaces.services.access import Actor


@dataclass
class Plan:
    """A checked request, with the rows it refers to; `graph` has its parameters resolved."""

    graph: Graph
    order: list[Node]
    parameters: dict[str, Any]
    computes: dict[str, ComputeTarget]
    datastores: dict[str, Datastore]
    datasets: dict[str, DatasetVersion]
    snapshots: dict[str, Snapshot]
    environments: dict[str, EnvironmentBuild] = field(default_factory=dict)
    contents: dict[tuple[str, str], str] = field(default_factory=dict)  # (node, port) -> id
    control: Control = field(default_factory=Control)


def check_submission(
    *, workspace: Workspace, actor: Actor, body: Mapping[str, Any]
) -> list[Problem]:
    """The dry run of a submit: every problem, and nothing stored."""
    body, faults = finish_modules(workspace=workspace, actor=actor, body=body)
    _, problems = plan_submission(workspace, body, need_experiment=False)
    return join_problems(faults, problems) if faults else problems


def plan_submission(
    workspace: Workspace, body: Mapping[str, Any], *, need_experiment: bool
) -> tuple[Plan | None, list[Problem]]:
    """The rows and values behind a body, or all that is wrong with it. Stores nothing."""
    problems = check_body(body, need_experiment=need_experiment)
    given = body.get("parameters")
    plan, wrong = _plan_graph(workspace, body.get("graph"), given)
    problems += wrong
    if problems:
        return None, problems
    plan.control, wrong = read_control(workspace, body, plan.graph)
    problems += wrong
    problems += _read_contents(workspace, plan)
    if problems:
        return None, problems
    plan.order = topological_order(plan.graph)
    return plan, []


def check_graph(
    workspace: Workspace, graph: Any, recall: Recall | None = None
) -> tuple[Graph, list[Problem]]:
    """The graph with its defaults, and what is wrong with it whatever values will be given."""
    plan, problems = _plan_graph(workspace, graph, {}, recall)
    return plan.graph, [problem for problem in problems if problem.code != "missing"]


def _plan_graph(
    workspace: Workspace, raw: Any, given: Any, recall: Recall | None = None
) -> tuple[Plan, list[Problem]]:
    graph, problems = parse_graph(raw, recall)
    values, wrong = resolve_parameters(graph, given if isinstance(given, dict) else {})
    values, unknown = pin_datasets(workspace, values)
    plan = _load_rows(workspace, resolve_graph(graph, values), values)
    world = World(
        computes=frozenset(plan.computes),
        datastores=frozenset(plan.datastores),
        datasets=frozenset(plan.datasets),
        snapshots={
            uid: frozenset(file["path"] for file in row.files)
            for uid, row in plan.snapshots.items()
        },
    )
    problems += validate_graph(plan.graph, world)
    problems += wrong + unknown
    problems += check_data_values(
        graph, values, datastores=world.datastores, datasets=world.datasets
    )
    return plan, problems


def _load_rows(workspace: Workspace, graph: Graph, values: dict[str, Any]) -> Plan:
    snapshots = {node.snapshot for node in graph.nodes}
    datasets = {
        port.source.dataset
        for node in graph.nodes
        for port in node.inputs
        if isinstance(port.source, DatasetSource)
    }
    datasets |= {
        value["dataset"]
        for value in values.values()
        if isinstance(value, dict) and "dataset" in value
    }
    return Plan(
        graph=graph,
        order=[],
        parameters=values,
        computes={
            row.name: row
            for row in ComputeTarget.objects.filter(workspace=workspace, deleted_at=None)
        },
        datastores={
            row.name: row
            for row in Datastore.objects.filter(workspace=workspace).select_related("workspace")
        },
        datasets={
            row.uid: row
            for row in DatasetVersion.objects.filter(
                workspace=workspace, uid__in=datasets
            ).select_related("workspace", "dataset")
        },
        snapshots={
            row.uid: row for row in Snapshot.objects.filter(workspace=workspace, uid__in=snapshots)
        },
    )


def _read_contents(workspace: Workspace, plan: Plan) -> list[Problem]:
    """Content ids of everything that comes from outside the graph, each read once."""
    problems: dict[Any, Problem] = {}
    known: dict[Any, str] = {}
    for node in plan.graph.nodes:
        for index, port in enumerate(node.inputs):
            source = port.source
            if not isinstance(source, (DatasetSource, PathSource)):
                continue
            try:
                if source not in known:
                    known[source] = _content_of(plan, source)
            except ForebayError as error:
                problem = _missing_data(node, index, port, error.detail)
                problems.setdefault((problem.node, problem.field), problem)
                continue
            plan.contents[(node.id, port.name)] = known[source]
    return list(problems.values())


def _missing_data(node: Node, index: int, port: InputPort, detail: str) -> Problem:
    """Named once by the parameter that chose the data, else by the step's input."""
    if port.parameter is not None:
        message = f"Parameter {port.parameter!r}: {detail}"
        return Problem(message, f"parameters.{port.parameter}", code="missing_data")
    return Problem(detail, f"inputs[{index}].source", node.id, node.name, "missing_data")


def _content_of(plan: Plan, source: DatasetSource | PathSource) -> str:
    if isinstance(source, DatasetSource):
        return content_id_of_dataset(plan.datasets[source.dataset]).id
    store = plan.datastores[source.datastore]
    local_path(store, source.path)  # InvalidInput for a pattern, which no step can be given
    return content_id_of_path(store, source.path).id
