"""A `ModuleStep` as a node of the graph: the module's name, its wires and settings.

What the module says (files, command line, environment) is the server's to fill in, as for a card
of the designer; `overrides` is what the step says itself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Dict, List, Mapping, Sequence

from azureml.pipeline.core._graph_inputs import (
    GivenInput,
    datastore_name,
    read_input,
    same_source,
)
from azureml.pipeline.core._graph_outputs import is_step_output, origin_of, write_output
from azureml.pipeline.core._parameters import PipelineParameter, _plain, convert
from azureml.pipeline.core._ports import InputPortBinding
from azureml.pipeline.core.module_step_base import near

Json = Dict[str, Any]
_SCALARS = ("int", "float", "bool", "string")


def write_module_node(writer: Any, step: Any) -> Json:
    """One step as a node; problems are collected by the writer, never raised."""
    version = step._resolve()
    spec = version._spec
    inputs = _read_inputs(writer, step, spec)
    settings = _write_settings(writer, step, spec)
    overrides: Json = {}
    if step._has_arguments:
        overrides["arguments"] = [
            _write_argument(writer, step, inputs, position, value)
            for position, value in enumerate(step._arguments)
        ]
        _share_parameters(step, spec, settings)
    environment = step._environment_wire()
    if environment is not None:
        overrides["environment"] = environment
    node: Json = {
        "id": writer.ids[id(step)],
        "name": step.name,
        "module": {
            "id": version.module_id,
            "version": version.version,
            "name": version._module_name,
        },
        "settings": settings,
        "inputs": [writer._write_input(step, *one) for one in enumerate(inputs)],
        "outputs": _write_outputs(writer, step, spec),
        "compute": writer._write_compute(step),
        "allow_reuse": bool(step.allow_reuse),
        "after": writer._write_after(step),
        **step._limits_wire(),
        **writer._write_settings(step),
        **step._own_wire(),
    }
    return {**node, "overrides": overrides} if overrides else node


def _read_inputs(writer: Any, step: Any, spec: Mapping[str, Any]) -> List[GivenInput]:
    """The data of `inputs_map` under the names of the ports."""
    ports = {one["name"]: one for one in spec.get("inputs") or []}
    inputs = []
    for name, data in step._inputs_map.items():
        where = f"inputs_map['{name}']"
        one = read_input(data)
        if name not in ports:
            message = f"The module has no input '{name}'. {near(name, list(ports))}"
            writer._problem(step, where, message, "unknown_input")
        elif one is None:
            writer._unknown_value(step, where, data)
        else:
            usual = ports[name].get("mode")
            if usual and _leaves_mode_open(data):
                one = replace(one, mode=usual)
            inputs.append(replace(one, name=name))
    for name, port in ports.items():
        if port.get("required", True) and name not in step._inputs_map:
            message = f"The module needs the input '{name}': name its data in inputs_map."
            writer._problem(step, f"inputs.{name}", message, "missing_input")
    return inputs


def _leaves_mode_open(data: Any) -> bool:
    """Whether the program gave the data itself and not a way to give it to the script."""
    return not isinstance(data, (InputPortBinding, tuple)) and not hasattr(data, "mode")


def _write_settings(writer: Any, step: Any, spec: Mapping[str, Any]) -> Json:
    """`params` as settings; a text that reads as the number a parameter wants is that number."""
    kinds = {one["name"]: one["type"] for one in spec.get("parameters") or []}
    settings: Json = {}
    for name, value in step._params.items():
        if name not in kinds:
            message = f"The module has no parameter '{name}'. {near(name, list(kinds))}"
            writer._problem(step, f"params['{name}']", message, "unknown_parameter")
            continue
        if isinstance(value, PipelineParameter):
            settings[name] = writer._declare(step, value)
            continue
        if value is not None and kinds[name] in _SCALARS:
            try:
                value = convert(name, kinds[name], value)
            except ValueError:
                pass  # the server says what it takes
        elif hasattr(value, "path_on_datastore"):
            store = datastore_name(value) or writer.links.default_datastore()
            value = {"datastore": store, "path": value.path_on_datastore or ""}
        settings[name] = _plain(value) if value is not None else None
    return settings


def _share_parameters(step: Any, spec: Mapping[str, Any], settings: Json) -> None:
    """A pipeline parameter among the arguments is the module's parameter of that name, too."""
    names = {one["name"] for one in spec.get("parameters") or []}
    for value in step._arguments:
        if not isinstance(value, PipelineParameter) or value._is_data:
            continue
        if value.name in names and value.name not in settings:
            settings[value.name] = {"parameter": value.name}


def _write_outputs(writer: Any, step: Any, spec: Mapping[str, Any]) -> List[Json]:
    names = [one["name"] for one in spec.get("outputs") or []]
    written = []
    for name, output in step._outputs_map.items():
        where = f"outputs_map['{name}']"
        if name not in names:
            message = f"The module has no output '{name}'. {near(name, names)}"
            writer._problem(step, where, message, "unknown_output")
            continue
        producer = writer.producers[id(origin_of(output))]
        if producer is not step:
            message = f"'{output.name}' is already written by step '{producer.name}'."
            writer._problem(step, where, message, "duplicate_output")
        port = write_output(output, step._arguments, datastore_name, lambda: "")
        if port is None:
            writer._unknown_value(step, where, output)
            continue
        kept = {key: value for key, value in port.items() if value not in (None, "")}
        written.append({**kept, "name": name})
    return written


def _write_argument(
    writer: Any, step: Any, inputs: Sequence[GivenInput], position: int, value: Any
) -> Any:
    """As an argument of any step; data is found by what it is, whatever the port is called."""
    for name, output in step._outputs_map.items():
        if is_step_output(value) and origin_of(value) is origin_of(output):
            return {"output": name}
    parameter = isinstance(value, PipelineParameter) and not value._is_data
    given = None if parameter else read_input(value)
    if given is None:
        return writer._write_argument(step, inputs, position, value)
    for one in inputs:
        if same_source(one.source, given.source):
            return {"input": one.name}
    message = f"'{given.name}' is neither in inputs_map nor in outputs_map: name its port there."
    writer._problem(step, f"arguments[{position}]", message, "unknown_input")
    return {"input": given.name}
