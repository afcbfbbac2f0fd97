"""Values of pipeline parameters: their forms, what is given at submit, and what it resolves to.

A parameter of type `datapath` has a value like `{"datastore": "blob", "path": "raw/2020"}`, one of
type `dataset` `{"dataset": id}`; a dataset may be asked for by name and version, which the service
turns into an id before a graph is resolved.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pipelines.domain.graph import (
    DATA_TYPES,
    Argument,
    DatasetSource,
    Graph,
    Input,
    InputRef,
    Node,
    ParameterRef,
    ParameterSource,
    PathSource,
)
from workspaces.domain.errors import Problem

FORMS = {
    "int": "a whole number",
    "float": "a number",
    "string": "a text",
    "bool": "true or false",
    "datapath": 'a data path such as {"datastore": "workspaceblobstore", "path": "raw/2020"}',
    "dataset": 'a dataset, {"dataset": "<id>"} or {"name": "titanic", "version": 2} or "latest"',
}
SCALARS: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (int, float),
    "string": (str,),
    "bool": (bool,),
}
INT_LIMIT = 2**63  # a whole number fits in 64 bits with its sign, as in v1
LATEST = "latest"


def fits(kind: str, value: Any) -> bool:
    """Whether a JSON value is of a parameter's type; a bool is no number."""
    if kind == "datapath":
        return _is_data_path(value)
    if kind == "dataset":
        return _is_dataset(value)
    if isinstance(value, bool) != (kind == "bool"):
        return False
    return isinstance(value, SCALARS[kind])


def _is_data_path(value: Any) -> bool:
    if not isinstance(value, Mapping) or set(value) != {"datastore", "path"}:
        return False
    texts = all(isinstance(text, str) for text in value.values())
    return texts and bool(value["datastore"].strip())


def _is_dataset(value: Any) -> bool:
    if not isinstance(value, Mapping):
        return False
    if set(value) == {"dataset"}:
        return isinstance(value["dataset"], str) and bool(value["dataset"])
    if set(value) - {"version"} != {"name"}:
        return False
    version = value.get("version", LATEST)
    is_number = isinstance(version, int) and not isinstance(version, bool) and version > 0
    is_text = isinstance(version, str) and (version == LATEST or version.isdecimal())
    return isinstance(value["name"], str) and bool(value["name"]) and (is_number or is_text)


def coerce(kind: str, value: Any) -> Any:
    """A text that reads as the parameter's type becomes it: REST callers of v1 send texts."""
    if not isinstance(value, str) or kind not in ("bool", "int", "float"):
        return value
    try:
        if kind == "bool":
            return {"true": True, "false": False}.get(value.strip().lower(), value)
        return int(value) if kind == "int" else float(value)
    except ValueError:
        return value


def value_fault(kind: str, value: Any) -> str:
    """Why this is no value of the type, as the end of "Parameter 'x' must be", or ""."""
    if not fits(kind, value):
        return f"of type {kind}: {FORMS[kind]}"
    if kind == "float" and not _is_finite(value):
        return "a finite number"
    if kind == "int" and not -INT_LIMIT <= value < INT_LIMIT:
        return f"a whole number from {-INT_LIMIT} to {INT_LIMIT - 1}"
    return ""


def _is_finite(value: int | float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond all floats
        return False


def resolve_parameters(
    graph: Graph, given: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Problem]]:
    """Every parameter's value in this run: what was given, else the default."""
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    known = {p.name: p for p in graph.parameters}
    for name in given:
        if name not in known:
            names = ", ".join(sorted(known)) or "none"
            message = f"The pipeline has no parameter {name!r}; it has: {names}."
            problems.append(_of_parameter(name, message, "unknown_parameter"))
    for name, parameter in known.items():
        value = coerce(parameter.type, given.get(name, parameter.default))
        if value is None:
            message = (
                f"Parameter {name!r} has no default and needs a value: {FORMS[parameter.type]}."
            )
            problems.append(_of_parameter(name, message, "missing"))
        elif fault := value_fault(parameter.type, value):
            problems.append(_of_parameter(name, f"Parameter {name!r} must be {fault}."))
        else:
            values[name] = float(value) if parameter.type == "float" else value
    return values, problems


def _of_parameter(name: str, message: str, code: str = "invalid") -> Problem:
    return Problem(message, f"parameters.{name}", code=code)


def resolve_graph(graph: Graph, values: Mapping[str, Any]) -> Graph:
    """The graph with data and compute targets as `values` choose them.

    What has no value of the right form stays as it is; other checks name it. A resolved node's
    `raw` says of each such input and of its compute which parameter chose it.
    """
    data = {p.name for p in graph.parameters if p.type in DATA_TYPES}
    if not data and not any(node.compute_parameter for node in graph.nodes):
        return graph
    sources = {name: values[name] for name in data if name in values}
    return replace(graph, nodes=tuple(_resolve(node, sources, values) for node in graph.nodes))


def _resolve(node: Node, sources: Mapping[str, Any], values: Mapping[str, Any]) -> Node:
    inputs = tuple(_resolve_input(port, sources) for port in node.inputs)
    ports = {port.parameter: port.name for port in reversed(inputs) if port.parameter}
    compute, chosen_by = node.compute, node.compute_parameter
    if chosen_by is not None and isinstance(values.get(chosen_by), str):
        compute = values[chosen_by]
    if not ports and compute == node.compute:
        return node
    raw = {
        **node.raw,
        "inputs": [_resolve_raw(one, sources) for one in node.raw.get("inputs") or ()],
        "arguments": [_as_port(one, ports) for one in node.raw.get("arguments") or ()],
        "parameters": {
            name: _as_port(one, ports) for name, one in (node.raw.get("parameters") or {}).items()
        },
    }
    if chosen_by is not None:
        raw |= {"compute": compute, "compute_parameter": chosen_by}
    return replace(
        node,
        inputs=inputs,
        arguments=tuple(_refer(one, ports) for one in node.arguments),
        parameters={
            name: InputRef(ports[one.name])
            if isinstance(one, ParameterRef) and one.name in ports
            else one
            for name, one in node.parameters.items()
        },
        compute=compute,
        raw=raw,
    )


def _resolve_input(port: Input, sources: Mapping[str, Any]) -> Input:
    if not isinstance(port.source, ParameterSource) or port.source.parameter not in sources:
        return port
    name, value = port.source.parameter, sources[port.source.parameter]
    source: DatasetSource | PathSource
    if "dataset" in value:
        source = DatasetSource(value["dataset"])
    else:
        source = PathSource(value["datastore"], value["path"])
    return replace(port, source=source, parameter=name)


def _refer(argument: Argument, ports: Mapping[str, str]) -> Argument:
    if isinstance(argument, ParameterRef) and argument.name in ports:
        return InputRef(ports[argument.name])
    return argument


def _resolve_raw(port: Any, sources: Mapping[str, Any]) -> Any:
    source = port.get("source") if isinstance(port, Mapping) else None
    name = source.get("parameter") if isinstance(source, Mapping) else None
    if not isinstance(name, str) or name not in sources:
        return port
    return {**port, "source": dict(sources[name]), "parameter": name}


def _as_port(value: Any, ports: Mapping[str, str]) -> Any:
    """`{"parameter": p}` as the input that p chose; anything else as it is."""
    name = value.get("parameter") if isinstance(value, Mapping) else None
    return {"input": ports[name]} if isinstance(name, str) and name in ports else value


def check_data_values(
    graph: Graph,
    values: Mapping[str, Any],
    *,
    datastores: frozenset[str],
    datasets: frozenset[str],
) -> Iterator[Problem]:
    """Datastores and datasets that the values name exist."""
    for parameter in graph.parameters:
        value = values.get(parameter.name)
        if value is None or parameter.type not in DATA_TYPES:
            continue
        if "datastore" in value and value["datastore"] not in datastores:
            names = ", ".join(sorted(datastores)) or "none"
            message = (
                f"Parameter {parameter.name!r}: the workspace has no datastore "
                f"{value['datastore']!r}; it has: {names}."
            )
            yield _of_parameter(parameter.name, message, "unknown_datastore")
        if "dataset" in value and value["dataset"] not in datasets:
            message = (
                f"Parameter {parameter.name!r}: the workspace has no dataset {value['dataset']!r}."
            )
            yield _of_parameter(parameter.name, message, "unknown_dataset")
