"""Small checks over one graph; each yields problems, and all of them run.

What the graph refers to outside itself comes in as `World`, so these rules need no database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from graphlib import CycleError, TopologicalSorter
from typing import Any

from pipelines.domain.compute_paths import check_compute_paths
from pipelines.domain.graph import (
    DATA_TYPES,
    DatasetSource,
    Graph,
    Input,
    InputRef,
    Node,
    Output,
    OutputRef,
    ParameterRef,
    ParameterSource,
    PathSource,
    StepOutputSource,
)
from workspaces.domain.errors import Problem


@dataclass(frozen=True)
class World:
    """What exists in the workspace, as far as the graph asks."""

    computes: frozenset[str] = frozenset()
    datastores: frozenset[str] = frozenset()
    datasets: frozenset[str] = frozenset()
    snapshots: Mapping[str, frozenset[str]] = field(default_factory=dict)  # id -> its paths


def validate_graph(graph: Graph, world: World) -> list[Problem]:
    """Every problem of the graph, in the order of its nodes where that makes sense."""
    problems: list[Problem] = []
    for check in (
        check_unique_nodes,
        check_unique_parameters,
        check_references,
        check_parameters,
        check_ports,
        check_compute_paths,
        check_cycle,
    ):
        problems.extend(check(graph))
    problems.extend(check_world(graph, world))
    return problems


def topological_order(graph: Graph) -> list[Node]:
    """Nodes so that each comes after all it waits for; ties keep the order of the graph.

    Raises graphlib.CycleError. Edges to unknown nodes are left out (another check names them).
    """
    known = {node.id: index for index, node in enumerate(graph.nodes)}
    sorter = _prepared(graph, known)
    order: list[Node] = []
    ready = sorted(sorter.get_ready(), key=known.__getitem__)
    while ready:
        following: list[str] = []
        for node_id in ready:
            order.append(graph.nodes[known[node_id]])
            sorter.done(node_id)
            following.extend(sorter.get_ready())
        ready = sorted(following, key=known.__getitem__)
    return order


def _prepared(graph: Graph, known: Collection[str]) -> TopologicalSorter[str]:
    """Raises CycleError."""
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for node in graph.nodes:
        sorter.add(node.id, *(up for up in node.upstream() if up in known))
    sorter.prepare()
    return sorter


def _at(node: Node, field_name: str, message: str, code: str) -> Problem:
    return Problem(message, field_name, node.id, node.name, code)


def _hint(name: str, known: Mapping[str, Any] | frozenset[str] | list[str]) -> str:
    close = get_close_matches(name, list(known), n=1)
    return f" Did you mean {close[0]!r}?" if close else ""


def check_unique_nodes(graph: Graph) -> Iterator[Problem]:
    for node_id, count in Counter(node.id for node in graph.nodes).items():
        if count > 1:
            yield Problem(
                f"{count} nodes have the id {node_id!r}.", "id", node_id, None, "duplicate_node"
            )


def check_unique_parameters(graph: Graph) -> Iterator[Problem]:
    for name, count in Counter(p.name for p in graph.parameters).items():
        if count > 1:
            yield Problem(
                f"{count} pipeline parameters are named {name!r}.",
                "graph.parameters",
                code="duplicate_parameter",
            )


def check_references(graph: Graph) -> Iterator[Problem]:
    """Arguments name ports and parameters that exist."""
    parameters = {p.name for p in graph.parameters}
    for node in graph.nodes:
        for index, argument in enumerate(node.arguments):
            ports: tuple[Input, ...] | tuple[Output, ...]
            if isinstance(argument, InputRef):
                kind, ports = "input", node.inputs
            elif isinstance(argument, OutputRef):
                kind, ports = "output", node.outputs
            else:
                continue
            names = [port.name for port in ports]
            if argument.name not in names:
                yield _at(
                    node,
                    f"arguments[{index}]",
                    f"The step has no {kind} {argument.name!r}.{_hint(argument.name, names)}",
                    f"unknown_{kind}",
                )
        for name in node.used_parameters():
            if name not in parameters:
                yield _at(
                    node,
                    "arguments",
                    f"The pipeline has no parameter {name!r}.{_hint(name, list(parameters))}",
                    "unknown_parameter",
                )


def check_parameters(graph: Graph) -> Iterator[Problem]:
    """Parameters that stand for data, compute and settings exist and are of a type that can."""
    kinds = {p.name: p.type for p in graph.parameters}
    for node in graph.nodes:
        for field_name, name, wanted in _parameter_uses(node):
            if name not in kinds:
                message = f"The pipeline has no parameter {name!r}.{_hint(name, list(kinds))}"
                yield _at(node, field_name, message, "unknown_parameter")
            elif wanted and kinds[name] not in wanted:
                message = f"Parameter {name!r} is of type {kinds[name]}; it must be of type "
                yield _at(node, field_name, message + f"{' or '.join(wanted)} here.", "invalid")
        yield from _check_data_references(node, kinds)
        for name, value in node.parameters.items():
            if isinstance(value, InputRef) and node.input(value.name) is None:
                message = f"The step has no input {value.name!r}."
                yield _at(node, f"parameters.{name}", message, "unknown_input")


def _parameter_uses(node: Node) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """(field, parameter's name, types that can stand there) outside of arguments and values."""
    for index, port in enumerate(node.inputs):
        if isinstance(port.source, ParameterSource):
            yield f"inputs[{index}].source", port.source.parameter, DATA_TYPES
    if node.compute_parameter is not None:
        yield "compute", node.compute_parameter, ("string",)
    for setting, name in node.runconfig_parameters.items():
        yield f"runconfig_parameters.{setting}", name, ()


def _check_data_references(node: Node, kinds: Mapping[str, str]) -> Iterator[Problem]:
    """A data parameter among arguments stands for the path of an input that has it as source.

    Of a resolved graph (domain/parameters.py) those that have one are input references already.
    """
    if not any(kind in DATA_TYPES for kind in kinds.values()):
        return
    fed = {p.source.parameter for p in node.inputs if isinstance(p.source, ParameterSource)}
    uses = [(f"arguments[{index}]", value) for index, value in enumerate(node.arguments)]
    named = [(f"parameters.{name}", value) for name, value in node.parameters.items()]
    for field_name, value in (*uses, *named):
        if isinstance(value, ParameterRef) and kinds.get(value.name) in DATA_TYPES:
            if value.name in fed:
                continue
            message = f"Parameter {value.name!r} stands for data: list it among the step's inputs."
            yield _at(node, field_name, message, "unknown_input")


def check_ports(graph: Graph) -> Iterator[Problem]:
    """Ports have one name each, and inputs come from outputs that exist."""
    nodes = {node.id: node for node in graph.nodes}
    for node in graph.nodes:
        for kind, ports in (("input", node.inputs), ("output", node.outputs)):
            names = [port.name for port in ports]
            if len(set(names)) == len(names):
                continue
            for name, count in Counter(names).items():
                if count > 1:
                    yield _at(
                        node,
                        f"{kind}s",
                        f"{count} {kind}s of the step are named {name!r}.",
                        f"duplicate_{kind}",
                    )
        for index, port in enumerate(node.inputs):
            source = port.source
            if not isinstance(source, StepOutputSource):
                continue
            where = f"inputs[{index}].source"
            before = nodes.get(source.node)
            if before is None:
                yield _at(
                    node,
                    where,
                    f"Input {port.name!r} comes from a step that is not in the pipeline.",
                    "unknown_node",
                )
            elif all(out.name != source.output for out in before.outputs):
                names = [out.name for out in before.outputs]
                yield _at(
                    node,
                    where,
                    f"{before.name} has no output {source.output!r}." + _hint(source.output, names),
                    "unknown_output",
                )
        for index, other in enumerate(node.after):
            if other not in nodes:
                yield _at(
                    node,
                    f"after[{index}]",
                    "The step runs after a step that is not in the pipeline.",
                    "unknown_node",
                )


def check_cycle(graph: Graph) -> Iterator[Problem]:
    try:
        _prepared(graph, {node.id for node in graph.nodes})
    except CycleError as error:
        names = {node.id: node.name for node in graph.nodes}
        cycle: list[str] = list(reversed(error.args[1]))
        path = " -> ".join(names[node_id] for node_id in cycle)
        first = cycle[0]
        yield Problem(
            f"The steps wait for each other: {path}.", "inputs", first, names[first], "cycle"
        )


def check_world(graph: Graph, world: World) -> Iterator[Problem]:
    """Computes, datastores, datasets, snapshots and scripts that the graph names exist."""
    for node in graph.nodes:
        if node.compute and node.compute not in world.computes:
            yield _at(
                node,
                "compute",
                f"The workspace has no compute target {node.compute!r}"
                + (f" (parameter {node.compute_parameter!r})." if node.compute_parameter else ".")
                + _hint(node.compute, world.computes),
                "unknown_compute",
            )
        for index, out in enumerate(node.outputs):
            if out.datastore and out.datastore not in world.datastores:
                yield _at(
                    node,
                    f"outputs[{index}].datastore",
                    f"The workspace has no datastore {out.datastore!r}.",
                    "unknown_datastore",
                )
        for index, port in enumerate(node.inputs):
            where = f"inputs[{index}].source"
            if port.parameter is not None:
                continue  # named by the parameter: check_data_values
            if (
                isinstance(port.source, PathSource)
                and port.source.datastore not in world.datastores
            ):
                yield _at(
                    node,
                    where,
                    f"The workspace has no datastore {port.source.datastore!r}.",
                    "unknown_datastore",
                )
            if isinstance(port.source, DatasetSource) and port.source.dataset not in world.datasets:
                yield _at(
                    node,
                    where,
                    f"The workspace has no dataset {port.source.dataset!r}.",
                    "unknown_dataset",
                )
        yield from _check_snapshot(node, world)


def _check_snapshot(node: Node, world: World) -> Iterator[Problem]:
    if not node.snapshot:
        return
    paths = world.snapshots.get(node.snapshot)
    if paths is None:
        yield _at(
            node,
            "snapshot",
            f"The workspace has no snapshot {node.snapshot!r}.",
            "unknown_snapshot",
        )
        return
    if node.script and node.script not in paths:
        yield _at(
            node,
            "script",
            f"The source directory has no file {node.script!r}.{_hint(node.script, paths)}",
            "missing_script",
        )
    for index, path in enumerate(node.hash_paths or ()):
        clean = path.strip("/").removeprefix("./")
        if clean not in paths and not any(p.startswith(clean + "/") for p in paths):
            yield _at(
                node,
                f"hash_paths[{index}]",
                f"The source directory has no file or folder {path!r}.",
                "missing_file",
            )
