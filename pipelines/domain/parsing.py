"""Graph JSON -> `Graph`, with every problem of form named by node and field."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from pipelines.domain.control import read_retry, seconds_fault
from pipelines.domain.graph import (
    GRAPH_VERSION,
    INPUT_MODES,
    OUTPUT_MODES,
    PARAMETER_TYPES,
    Argument,
    DatasetSource,
    Graph,
    Input,
    InputRef,
    Node,
    Output,
    OutputRef,
    Parameter,
    ParameterRef,
    ParameterSource,
    PathSource,
    Scalar,
    Source,
    StepOutputSource,
)
from pipelines.domain.json_reader import JsonReader
from pipelines.domain.names import port_name_fault, step_environment_faults, variable_fault
from pipelines.domain.node_memory import Recall
from pipelines.domain.output_datasets import (
    Reading,
    Registration,
    destination_fault,
    read_reading,
    read_registration,
)
from pipelines.domain.parameters import FORMS, fits
from workspaces.domain.errors import Problem

NODE_LIMIT = 20_000


def parse_graph(data: Any, recall: Recall | None = None) -> tuple[Graph, list[Problem]]:
    """The graph as far as it can be read, and all that is wrong with its form. `recall`: that of
    compiling it, whose nodes need not be read again."""
    problems: list[Problem] = []
    top = JsonReader(problems, None, None)
    if not isinstance(data, dict):
        top.problem("graph", "The graph must be a JSON object.")
        return Graph(()), problems
    if data.get("version") != GRAPH_VERSION:
        top.problem("graph.version", f"This studio reads graphs of version {GRAPH_VERSION}.")
        return Graph(()), problems
    raw_nodes = top.items(data, "nodes")
    if not raw_nodes:
        top.problem("graph.nodes", "The pipeline has no steps.", "empty")
    if len(raw_nodes) > NODE_LIMIT:
        top.problem("graph.nodes", f"The pipeline has {len(raw_nodes)} steps; {NODE_LIMIT} fit.")
        return Graph(()), problems
    parameters = tuple(
        parameter
        for index, raw in enumerate(top.items(data, "parameters"))
        if (parameter := _parse_parameter(top, raw, index))
    )
    nodes = []
    for index, raw in enumerate(raw_nodes):
        if recall is None:
            node = _parse_node(raw, index, problems)
        else:
            node, wrong = recall.parsed(raw, partial(_read_alone, raw, index))
            problems += wrong
        if node is not None:
            nodes.append(node)
    return Graph(tuple(nodes), parameters), problems


def _read_alone(raw: Any, index: int) -> tuple[Node | None, list[Problem]]:
    problems: list[Problem] = []
    return _parse_node(raw, index, problems), problems


def _parse_parameter(reader: JsonReader, raw: Any, index: int) -> Parameter | None:
    field = f"graph.parameters[{index}]"
    if not isinstance(raw, dict):
        reader.problem(field, "A parameter must be an object.")
        return None
    name = reader.named(raw, field, variable_fault)
    kind = raw.get("type")
    if not isinstance(kind, str) or kind not in PARAMETER_TYPES:
        reader.problem(f"{field}.type", f"type must be one of {', '.join(PARAMETER_TYPES)}.")
        return None
    default = raw.get("default")
    if default is not None and not fits(kind, default):
        message = f"The default of {name} must be of type {kind}: {FORMS[kind]}."
        reader.problem(f"{field}.default", message)
        default = None  # what refers to the parameter is not at fault
    return Parameter(name, kind, default)


def _parse_node(raw: Any, index: int, problems: list[Problem]) -> Node | None:
    if not isinstance(raw, dict):
        problems.append(Problem("A node must be an object.", f"graph.nodes[{index}]"))
        return None
    node_id = raw.get("id")
    if not isinstance(node_id, str) or not 0 < len(node_id) <= 64:
        problems.append(
            Problem("A node's id must be a text of 1 to 64 characters.", f"graph.nodes[{index}].id")
        )
        return None
    name = raw.get("name") if isinstance(raw.get("name"), str) else None
    reader = JsonReader(problems, node_id, name or node_id)
    if raw.get("kind") != "python_script":
        reader.problem("kind", f"This studio can't run steps of kind {raw.get('kind')!r}.")
        return None
    hash_paths = raw.get("hash_paths")
    if hash_paths is not None and not _is_texts(hash_paths):
        reader.problem("hash_paths", "hash_paths must be a list of paths or null.")
        hash_paths = None
    after = reader.items(raw, "after")
    if not _is_texts(after):
        reader.problem("after", "after must be a list of node ids.")
        after = []
    environment = raw.get("environment")
    if environment is not None and not isinstance(environment, dict):
        reader.problem("environment", "environment must be an object or null.")
        environment = None
    for field, message in step_environment_faults(environment or {}):
        reader.problem(f"environment.{field}", message)
    compute_parameter = _parameter_name(raw.get("compute"))
    retry, faults = read_retry(raw.get("retry"))
    for field, message in faults:
        reader.problem(field, message)
    return Node(
        id=node_id,
        name=reader.text(raw, "name"),
        snapshot=reader.text(raw, "snapshot"),
        script=reader.text(raw, "script"),
        compute="" if compute_parameter else reader.text(raw, "compute"),
        compute_parameter=compute_parameter,
        runconfig_parameters=_parse_runconfig_parameters(reader, raw),
        arguments=_parse_arguments(reader, raw),
        inputs=_parse_inputs(reader, raw),
        outputs=_parse_outputs(reader, raw),
        environment=environment,
        parameters=_parse_step_parameters(reader, raw),
        allow_reuse=reader.flag(raw, "allow_reuse", True),
        version=reader.optional_text(raw, "version"),
        hash_paths=tuple(hash_paths) if hash_paths is not None else None,
        after=tuple(after),
        retry=retry,
        timeout_seconds=_seconds(reader, raw, "timeout_seconds"),
        reuse_max_age_seconds=_seconds(reader, raw, "reuse_max_age_seconds"),
        raw=raw,
    )


def _seconds(reader: JsonReader, raw: Mapping[str, Any], key: str) -> int | None:
    if fault := seconds_fault(raw.get(key), key):
        reader.problem(key, fault)
        return None
    return raw.get(key)


def parse_node(raw: Mapping[str, Any]) -> Node:
    """One node that was checked before (a stored step's); a ValueError means it was not."""
    problems: list[Problem] = []
    node = _parse_node(dict(raw), 0, problems)
    if node is None or problems:
        raise ValueError("; ".join(problem.message for problem in problems))
    return node


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


REFERENCES: dict[str, type[InputRef] | type[OutputRef] | type[ParameterRef]] = {
    "input": InputRef,
    "output": OutputRef,
    "parameter": ParameterRef,
}


def _parse_reference(value: Any) -> Argument | None:
    if isinstance(value, dict) and len(value) == 1:
        ((kind, name),) = value.items()
        if kind in REFERENCES and isinstance(name, str):
            return REFERENCES[kind](name)
    return None


def _parse_arguments(reader: JsonReader, raw: Mapping[str, Any]) -> tuple[Argument, ...]:
    arguments: list[Argument] = []
    for index, value in enumerate(reader.items(raw, "arguments")):
        if isinstance(value, (str, int, float, bool)):
            arguments.append(value)
        elif (reference := _parse_reference(value)) is not None:
            arguments.append(reference)
        else:
            reader.problem(
                f"arguments[{index}]",
                "An argument is a text, a number, true, false, or one of "
                '{"input": …}, {"output": …}, {"parameter": …}.',
            )
    return tuple(arguments)


def _parameter_name(value: Any) -> str | None:
    """The name in `{"parameter": name}`; None for anything else."""
    reference = _parse_reference(value)
    return reference.name if isinstance(reference, ParameterRef) else None


def _parse_runconfig_parameters(reader: JsonReader, raw: Mapping[str, Any]) -> dict[str, str]:
    settings: dict[str, str] = {}
    for setting, value in reader.mapping(raw, "runconfig_parameters").items():
        if name := _parameter_name(value):
            settings[setting] = name
        else:
            message = f'{setting} must be {{"parameter": name}}.'
            reader.problem(f"runconfig_parameters.{setting}", message)
    return settings


def _parse_step_parameters(
    reader: JsonReader, raw: Mapping[str, Any]
) -> dict[str, Scalar | ParameterRef | InputRef]:
    values: dict[str, Scalar | ParameterRef | InputRef] = {}
    for name, value in reader.mapping(raw, "parameters").items():
        if fault := variable_fault(name):
            reader.problem(f"parameters.{name}", f"The name {name!r} {fault}.")
        reference = _parse_reference(value)
        if isinstance(value, (str, int, float, bool)):
            values[name] = value
        elif isinstance(reference, (ParameterRef, InputRef)):
            values[name] = reference
        else:
            message = f"{name} must be a value, a pipeline parameter or an input."
            reader.problem(f"parameters.{name}", message)
    return values


def _parse_source(reader: JsonReader, raw: Any, field: str) -> Source | None:
    if isinstance(raw, dict):
        texts = all(isinstance(value, str) for value in raw.values())
        if set(raw) == {"node", "output"} and texts:
            return StepOutputSource(raw["node"], raw["output"])
        if set(raw) == {"dataset"} and texts:
            return DatasetSource(raw["dataset"])
        if set(raw) == {"datastore", "path"} and texts:
            return PathSource(raw["datastore"], raw["path"])
        if set(raw) == {"parameter"} and texts:
            return ParameterSource(raw["parameter"])
    reader.problem(
        field,
        "An input's source is a step's output, a dataset, a path on a datastore, or a parameter "
        "that stands for one of the last two.",
    )
    return None


def _parse_inputs(reader: JsonReader, raw: Mapping[str, Any]) -> tuple[Input, ...]:
    inputs: list[Input] = []
    for index, item in enumerate(reader.items(raw, "inputs")):
        field = f"inputs[{index}]"
        if not isinstance(item, dict):
            reader.problem(field, "An input must be an object.")
            continue
        name = reader.named(item, field, port_name_fault)
        mode = item.get("mode") or "mount"
        if mode not in INPUT_MODES:
            reader.problem(f"{field}.mode", f"mode must be one of {', '.join(INPUT_MODES)}.")
        source = _parse_source(reader, item.get("source"), f"{field}.source")
        if source is not None:
            path = reader.optional_text(item, "path_on_compute", field + ".")
            reading = _parse_reading(reader, item, field)
            overwrite = reader.flag(item, "overwrite", False, field + ".")
            inputs.append(Input(name, source, str(mode), path, reading, overwrite))
    return tuple(inputs)


def _parse_outputs(reader: JsonReader, raw: Mapping[str, Any]) -> tuple[Output, ...]:
    outputs: list[Output] = []
    for index, item in enumerate(reader.items(raw, "outputs")):
        field = f"outputs[{index}]"
        if not isinstance(item, dict):
            reader.problem(field, "An output must be an object.")
            continue
        name = reader.named(item, field, port_name_fault)
        is_directory = item.get("is_directory")
        if is_directory is not None and not isinstance(is_directory, bool):
            reader.problem(f"{field}.is_directory", "is_directory must be true, false or null.")
            is_directory = None
        mode = reader.optional_text(item, "mode", field + ".") or "mount"
        if mode not in OUTPUT_MODES:
            reader.problem(f"{field}.mode", f"mode must be one of {', '.join(OUTPUT_MODES)}.")
        outputs.append(
            Output(
                name=name,
                datastore=reader.text(item, "datastore", field + "."),
                mode=mode,
                is_directory=is_directory,
                path_on_compute=reader.optional_text(item, "path_on_compute", field + "."),
                overwrite=reader.flag(item, "overwrite", False, field + "."),
                destination=_parse_destination(reader, item, name, field),
                register_on_complete=_parse_registration(reader, item, field),
                source=reader.optional_text(item, "source", field + "."),
            )
        )
    return tuple(outputs)


def _parse_reading(reader: JsonReader, item: Mapping[str, Any], field: str) -> Reading | None:
    if item.get("as_dataset") is None:
        return None
    reading, fault = read_reading(item["as_dataset"])
    if fault:
        reader.problem(f"{field}.as_dataset", fault)
    return reading


def _parse_destination(
    reader: JsonReader, item: Mapping[str, Any], name: str, field: str
) -> str | None:
    template = item.get("destination")
    if template is None:
        return None
    if fault := destination_fault(template, name):
        reader.problem(f"{field}.destination", f"The destination {template!r} {fault}.")
        return None
    return str(template)


def _parse_registration(
    reader: JsonReader, item: Mapping[str, Any], field: str
) -> Registration | None:
    if item.get("register_on_complete") is None:
        return None
    registration, fault = read_registration(item["register_on_complete"])
    if fault:
        reader.problem(f"{field}.register_on_complete", fault)
    return registration
