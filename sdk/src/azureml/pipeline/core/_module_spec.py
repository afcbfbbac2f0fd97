"""A module version as the server's spec, and back.

Modules of the SDK have a spec with `arguments`: the command line as their author wrote it. So the
same module is a `ModuleStep` in a program and a card in the designer.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List, Mapping, Sequence

from azureml.exceptions import UserErrorException
from azureml.pipeline.core._parameters import PipelineParameter, _plain
from azureml.pipeline.core._port_defs import InputPortDef, OutputPortDef, ParamDef, check_name

Json = Dict[str, Any]
PORT_TYPES = ("table", "learner", "model", "transform", "files", "image")
GROUPS = {
    "datasets": "Datasets",
    "data input and output": "Data Input and Output",
    "data transformation": "Data Transformation",
    "feature selection": "Feature Selection",
    "statistical functions": "Statistical Functions",
    "model training": "Model Training",
    "model scoring & evaluation": "Model Scoring & Evaluation",
    "text analytics": "Text Analytics",
    "python language": "Python Language",
}  # of the designer's palette; other categories stand under "My modules"
_TYPES = {bool: "bool", int: "int", float: "float", str: "string"}
_REFERENCE, _PARAMETER = "$AZUREML_DATAREFERENCE_", "$AML_PARAMETER_"


@dataclass
class ModuleInterface:
    """What a version takes and makes."""

    inputs: List[InputPortDef] = field(default_factory=list)
    outputs: List[OutputPortDef] = field(default_factory=list)
    params: List[ParamDef] = field(default_factory=list)


def write_spec(
    *,
    name: str,
    script: str,
    description: str,
    inputs: Sequence[Any] | None,
    outputs: Sequence[Any] | None,
    params: Sequence[ParamDef],
    arguments: Sequence[Any] | None,
    hash_paths: Sequence[str] | None,
    category: str | None,
    environment: Json | None,
) -> Json:
    """The spec of one version. Raises UserErrorException for what can't be one."""
    ins = _ports(inputs, InputPortDef, "inputs")
    outs = _ports(outputs, OutputPortDef, "outputs")
    parameters = [_write_parameter(one) for one in params]
    spec: Json = {
        "name": name,
        "script": script,
        "changes": description or "",
        "inputs": [_write_input(one) for one in ins],
        "outputs": [_write_output(one) for one in outs],
        "parameters": parameters,
    }
    spec["arguments"] = [
        _write_argument(position, one, ins, outs, parameters)
        for position, one in enumerate(_list(arguments, "arguments"))
    ]
    if hash_paths:
        spec["hash_paths"] = [str(path) for path in hash_paths]
    if category:
        spec["category"] = category
        spec["group"] = GROUPS.get(category.strip().lower(), "My modules")
    if environment is not None:
        spec["environment"] = environment
    return spec


def read_interface(spec: Mapping[str, Any]) -> ModuleInterface:
    """The ports and parameters of a spec, also of a module that comes with the studio."""
    return ModuleInterface(
        inputs=[
            InputPortDef(
                one["name"],
                data_types=None if one.get("type") == "any" else [one["type"]],
                default_datastore_mode=one.get("mode"),
                default_path_on_compute=one.get("path_on_compute"),
                is_optional=not one.get("required", True),
                default_overwrite=one.get("overwrite"),
                label=one.get("label"),
            )
            for one in spec.get("inputs") or []
        ],
        outputs=[
            OutputPortDef(
                one["name"],
                default_datastore_name=one.get("datastore"),
                default_datastore_mode=one.get("mode"),
                default_path_on_compute=one.get("path_on_compute"),
                is_directory=one.get("is_directory", True),
                data_type=None if one.get("type") == "any" else one["type"],
                default_overwrite=one.get("overwrite"),
                label=one.get("label"),
            )
            for one in spec.get("outputs") or []
        ],
        params=[
            ParamDef(one["name"], one.get("default"), is_optional=not one.get("required"))
            for one in spec.get("parameters") or []
        ],
    )


def params_of(params: Any) -> List[ParamDef]:
    """`params` of a publish as definitions: a dictionary of names and defaults."""
    if params is None:
        return []
    if not isinstance(params, Mapping):
        raise UserErrorException(f"params is a dictionary of name and default, not {params!r}.")
    return [ParamDef(check_name(name, "parameter"), value) for name, value in params.items()]


def locate_script(source_directory: Any, script: Any) -> tuple[Path, str]:
    """The source directory, and the script's path in it."""
    if not isinstance(script, str) or not script:
        raise UserErrorException("script_name must name a file of the source directory.")
    folder = Path(os.fspath(source_directory) if source_directory else ".")
    if not folder.is_dir():
        raise UserErrorException(f"source_directory '{folder}' is not a folder.")
    script = script.replace("\\", "/")
    if os.path.isabs(script):
        script = os.path.relpath(script, folder.resolve()).replace(os.sep, "/")
    script = os.path.normpath(script).replace(os.sep, "/")
    if script.startswith("../") or not (folder / script).is_file():
        raise UserErrorException(f"'{script}' is not a file in source_directory '{folder}'.")
    return folder, script


def _write_input(port: InputPortDef) -> Json:
    kinds = [one for one in port.data_types if one in PORT_TYPES]
    written = {
        "name": port.name,
        "label": port.label,
        "type": kinds[0] if len(kinds) == len(port.data_types) == 1 else "any",
        "required": not port.is_optional,
        "mode": port.default_datastore_mode,
        "path_on_compute": port.default_path_on_compute,
        "overwrite": port.default_overwrite,
    }
    return {key: value for key, value in written.items() if value is not None}


def _write_output(port: OutputPortDef) -> Json:
    written = {
        "name": port.name,
        "label": port.label,
        "type": port.data_type if port.data_type in PORT_TYPES else "any",
        "datastore": port.default_datastore_name,
        "mode": port.default_datastore_mode,
        "path_on_compute": port.default_path_on_compute,
        "overwrite": port.default_overwrite,
        "is_directory": port.is_directory,
    }
    return {key: value for key, value in written.items() if value is not None}


def _write_parameter(param: Any) -> Json:
    if not isinstance(param, ParamDef):
        raise UserErrorException(f"A parameter of a module is a ParamDef; {param!r} is none.")
    default = param.default_value
    if isinstance(default, PipelineParameter):
        default = default.default_value
    if default is not None:
        default = _plain(default)
    kind = "string" if default is None else _TYPES.get(type(default))
    if kind is None:
        raise UserErrorException(
            f"The default of parameter '{param.name}' is of type {type(default).__name__}: use str,"
            " int, float or bool."
        )
    written: Json = {"name": param.name, "type": kind}
    if default is not None:
        written["default"] = default
    if not param.is_optional and default is None:
        written["required"] = True
    return written


def _write_argument(
    position: int,
    value: Any,
    inputs: Sequence[Any],
    outputs: Sequence[Any],
    parameters: List[Json],
) -> Any:
    """One argument of the module: a literal, or what stands for a port or a parameter."""
    for kind, ports in (("input", inputs), ("output", outputs)):
        if any(value is port for port in ports):
            return {kind: value.name}
    if isinstance(value, (PipelineParameter, ParamDef)):
        if all(one["name"] != value.name for one in parameters):
            definition = ParamDef(check_name(value.name, "parameter"), value.default_value)
            parameters.append(_write_parameter(definition))
        return {"parameter": value.name}
    name = getattr(value, "name", None)
    if isinstance(name, str):  # PipelineData, a binding, a port of the same name
        output_name = getattr(value, "_output_name", name)
        for kind, wanted, ports in (("input", name, inputs), ("output", output_name, outputs)):
            if any(port.name == wanted for port in ports):
                return {kind: wanted}
        raise UserErrorException(
            f"arguments[{position}]: the module has no input or output '{name}'; it has "
            f"{_some([port.name for port in (*inputs, *outputs)])}."
        )
    value = _plain(value)
    if isinstance(value, str):
        return _read_text(value, inputs, outputs, parameters)
    if isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    raise UserErrorException(
        f"arguments[{position}]: a {type(value).__name__} can't be an argument of a module. Use a"
        " text, a number, one of its InputPortDef and OutputPortDef, or a PipelineParameter."
    )


def _read_text(
    text: str,
    inputs: Sequence[InputPortDef],
    outputs: Sequence[OutputPortDef],
    parameters: Sequence[Json],
) -> Any:
    """`$AZUREML_DATAREFERENCE_<port>` and `$AML_PARAMETER_<name>` as what they stand for."""
    if text.startswith(_REFERENCE):
        name = text[len(_REFERENCE) :]
        for kind, ports in (("input", inputs), ("output", outputs)):
            if any(port.name == name for port in ports):
                return {kind: name}
    if text.startswith(_PARAMETER):
        name = text[len(_PARAMETER) :]
        if any(one["name"] == name for one in parameters):
            return {"parameter": name}
    return text


def _ports(given: Any, kind: type, what: str) -> List[Any]:
    ports = _list(given, what)
    for one in ports:
        if not isinstance(one, kind):
            raise UserErrorException(
                f"{what} of a module are {kind.__name__} objects; {one!r} is none."
            )
    names = [one.name for one in ports]
    for name in names:
        if names.count(name) > 1:
            raise UserErrorException(f"{what} has two ports named '{name}'.")
    return ports


def _list(given: Any, what: str) -> List[Any]:
    if given is None:
        return []
    if isinstance(given, (list, tuple)):
        return list(given)
    raise UserErrorException(f"{what} must be a list; this is a {type(given).__name__}.")


def _some(names: Sequence[str]) -> str:
    return ", ".join(names) if names else "none"
