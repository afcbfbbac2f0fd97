"""A card of the designer -> a ModuleStep, and the node that the SDK makes of it.

What the module says (files, command line, ports) is not in the program: the studio fills it in,
as it does for the draft.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.domain.catalog import ModuleFace
from pipelines.domain.parameters import fits
from pipelines.domain.program.canon import parameter_of
from pipelines.domain.program.inputs import bind_input
from pipelines.domain.program.outputs import make_output
from pipelines.domain.program.python_text import Code, Raw, assign, listed, literal, mapped
from pipelines.domain.program.script_steps import (
    argument_codes,
    compute_of,
    configuration_of,
    settings_of,
    write_limits,
)
from pipelines.domain.program.subject import Json
from pipelines.domain.program.work import WORKSPACE, Work
from pipelines.domain.reuse import canonical
from pipelines.domain.script_modules import given_output, is_script_module


def write_module_step(work: Work, node: Mapping[str, Any], variable: str) -> tuple[list[str], Json]:
    """The paragraph of the step, and its node without `id` and `after`."""
    lines: list[str] = []
    face = work.face(node)
    spec: Mapping[str, Any] = face.spec if face else {}
    inputs, in_ports = _inputs_map(work, node, spec)
    outputs, out_ports = _outputs_map(work, node, spec, lines)
    settings, sent_settings = _settings(work, node, spec, variable, lines)
    compute, sent_compute = compute_of(work, node)
    overrides = node.get("overrides")
    overrides = overrides if isinstance(overrides, Mapping) else {}
    configuration, environment = configuration_of(work, overrides)
    arguments, sent_arguments = argument_codes(
        work, {**node, "arguments": overrides.get("arguments") or []}, inputs, out_ports
    )
    own_line = isinstance(overrides.get("arguments"), list)
    sent_arguments = _known_by_data(sent_arguments, in_ports)
    _share_parameters(spec, sent_arguments, sent_settings)
    run_settings, sent_run_settings = settings_of(work, node)
    module, wire, title = _module(work, node, face)
    version = _version(node)
    name = str(node.get("name") or "")
    step = work.call(
        "ModuleStep",
        module=module,
        version=literal(version) if version else None,
        name=literal(name) if name and name != title else None,
        inputs_map=mapped((literal(k).flat(), v) for k, v in inputs.items()) if inputs else None,
        outputs_map=mapped((literal(k).flat(), v) for k, v in outputs.items()) if outputs else None,
        params=settings,
        arguments=listed(arguments) if own_line else None,
        compute_target=compute,
        runconfig=configuration,
        runconfig_pipeline_params=run_settings,
    )
    lines.append(assign(variable, step))
    reused = node.get("allow_reuse") is not False
    if not reused:
        lines.append(f"{variable}.allow_reuse = False")
    own = write_limits(work, node, variable, lines)
    more: Json = {}
    if own_line:
        more["arguments"] = sent_arguments
    if environment is not None:
        more["environment"] = environment
    return lines, {
        "name": name or title,
        "module": wire,
        "settings": sent_settings,
        "inputs": in_ports,
        "outputs": out_ports,
        "compute": sent_compute,
        "allow_reuse": reused,
        **({"runconfig_parameters": sent_run_settings} if sent_run_settings else {}),
        **own,
        **({"overrides": more} if more else {}),
    }


def _known_by_data(arguments: list[Any], ports: list[Json]) -> list[Any]:
    """The SDK knows an input among the arguments by its data: the first port that has it."""
    by_data: dict[str, str] = {}
    first = {
        one["name"]: by_data.setdefault(canonical(one["source"]), one["name"]) for one in ports
    }
    return [
        {"input": first[one["input"]]}
        if isinstance(one, Mapping) and one.get("input") in first
        else one
        for one in arguments
    ]


def _share_parameters(spec: Mapping[str, Any], arguments: list[Any], settings: Json) -> None:
    """The SDK takes a parameter among the arguments for the module's one of that name, too."""
    for one in spec.get("parameters") or []:
        if {"parameter": one["name"]} in arguments:
            settings.setdefault(one["name"], {"parameter": one["name"]})


def _version(node: Mapping[str, Any]) -> str:
    """The version that the card keeps; "" for the default one."""
    version = node["module"].get("version")
    return str(version) if version not in (None, "") else ""


def _module(work: Work, node: Mapping[str, Any], face: ModuleFace | None) -> tuple[Code, Json, str]:
    """The variable of the module, what the SDK sends of it, and its name."""
    given = node["module"]
    title = face.name if face else str(given.get("name") or given.get("key") or "module")
    uid = face.uid if face else given.get("id")
    by_name = work.around.modules_by_name.get(title) == uid or not isinstance(uid, str)
    if by_name:
        made = work.call("Module.get", WORKSPACE, name=literal(title))
    else:
        made = work.call("Module.get", WORKSPACE, module_id=literal(uid))
    version = _version(node) or (face.version if face else "")
    return work.module(str(uid), title, made), {"id": uid, "version": version, "name": title}, title


def _inputs_map(
    work: Work, node: Mapping[str, Any], spec: Mapping[str, Any]
) -> tuple[dict[str, Code], list[Json]]:
    """By port the data. A port's name is said by the map, its usual mode by the module."""
    known = {one["name"]: one for one in spec.get("inputs") or []}
    codes: dict[str, Code] = {}
    ports: list[Json] = []
    for port in node.get("inputs") or []:
        name, source = port.get("name"), port.get("source")
        if not isinstance(name, str) or name in codes or (spec and name not in known):
            continue
        usual = known.get(name, {}).get("mode") or "mount"
        exact = is_script_module(spec)
        if exact:
            port = {**port, "mode": mode_of(work, known[name], port)}
        bare = _bare(work, port, usual, exact)
        made = bind_input(work, port, False) if bare is None else None
        if made is not None:
            codes[name], wire = made
            ports.append(wire)
        elif bare is not None:
            codes[name], mode = bare
            ports.append(
                {"name": name, "mode": mode, "path_on_compute": None, "source": dict(source)}
            )
    return codes, ports


def mode_of(work: Work, spec: Mapping[str, Any], port: Mapping[str, Any]) -> str:
    """How a module that has its own command line gets an input: as the studio decides it."""
    source, catalog = port.get("source"), work.around.catalog
    table = isinstance(source, Mapping) and (
        str(source.get("dataset")) in catalog.tabular
        or str(source.get("parameter")) in catalog.tabular_parameters
    )
    usual = "direct" if table and spec.get("type") == "table" else "mount"
    return str(port.get("mode") or spec.get("mode") or usual)


def _bare(work: Work, port: Mapping[str, Any], usual: str, exact: bool) -> tuple[Code, str] | None:
    """The data itself where nothing more has to be said of it, and the mode that is then sent.

    `exact`: the mode counts as it is; else the studio chooses it, but for a download.
    """
    source = port.get("source")
    if not isinstance(source, Mapping) or port.get("path_on_compute") or port.get("as_dataset"):
        return None
    mode = port.get("mode")
    if set(source) == {"node", "output"}:
        made = work.outputs.get((str(source["node"]), str(source["output"])))
        if made is None or made.form == "files":
            return None
        code: Code = Raw(made.variable)
        sent = usual
    elif set(source) == {"dataset"}:
        known = work.around.datasets.get(str(source["dataset"]))
        code = work.dataset(str(source["dataset"]))
        sent = usual if usual != "mount" else "direct" if known and known.is_table else "mount"
    elif source.get("parameter") in work.data_parameters:
        name = str(source["parameter"])
        code, sent = Raw(work.variables[name]), usual
        if usual == "mount" and work.holds_table(name):
            sent = "direct"
    else:
        return None
    if exact:
        return (code, sent) if mode in (None, "", sent) else None
    return None if mode == "download" or sent == "download" else (code, sent)


def said_outputs(work: Work, node: Mapping[str, Any]) -> list[str]:
    """Outputs of a card that stand in the program: somebody reads them, or the card says of them
    what the module does not."""
    face = work.face(node)
    spec: Mapping[str, Any] = face.spec if face else {}
    given = {str(one.get("name")): one for one in node.get("outputs") or []}
    line = (node.get("overrides") or {}).get("arguments") or []
    named = {str(one["output"]) for one in line if isinstance(one, Mapping) and "output" in one}
    named |= work.read_outputs.get(node["id"], set())
    ports = {str(one["name"]): one for one in spec.get("outputs") or []}
    return [
        name
        for name in (ports or {key: {} for key in [*given, *sorted(named)]})
        if name in named or output_says(work, spec, ports.get(name, {}), given.get(name, {}))
    ]


def output_says(
    work: Work, spec: Mapping[str, Any], port: Mapping[str, Any], given: Mapping[str, Any]
) -> Json:
    """What a card says of an output beside what its module says."""
    if is_script_module(spec):
        plain = given_output(port, {}, work.around.default_datastore)
        said = given_output(port, given, work.around.default_datastore)
        return {
            key: value
            for key, value in said.items()
            if key not in ("name", "kind") and plain.get(key) != value
        }
    said = {
        key: given[key]
        for key in ("register_on_complete", "pipeline_output_name")
        if given.get(key)
    }
    store = given.get("datastore")
    if store not in (None, "", work.around.default_datastore) and not port.get("destination"):
        said["datastore"] = store
    return said


def _outputs_map(
    work: Work,
    node: Mapping[str, Any],
    spec: Mapping[str, Any],
    lines: list[str],
) -> tuple[dict[str, Code], list[Json]]:
    """By port the data, of the outputs that somebody reads or of which the step says more."""
    given = {str(one.get("name")): one for one in node.get("outputs") or []}
    known = {str(one["name"]): one for one in spec.get("outputs") or []}
    codes: dict[str, Code] = {}
    ports: list[Json] = []
    for name in said_outputs(work, node):
        made = work.outputs[(node["id"], name)]
        port = known.get(name, {})
        if is_script_module(spec):
            asked = given_output(port, given.get(name, {}), work.around.default_datastore)
        else:
            asked = output_says(work, spec, port, given.get(name, {}))
        code, shown, wire = make_output(work, {"name": name, **asked}, made)
        lines.append(assign(made.variable, code))
        codes[name] = shown
        if work.optional_datastore(asked.get("datastore")) is None:
            del wire["datastore"]  # the studio's own default
        ports.append({key: value for key, value in wire.items() if value not in (None, "")})
    return codes, ports


def _settings(
    work: Work,
    node: Mapping[str, Any],
    spec: Mapping[str, Any],
    variable: str,
    lines: list[str],
) -> tuple[Code | None, Json]:
    """The settings as `params`; what the module does not know the SDK would refuse."""
    given = node.get("settings")
    kinds = {one["name"]: one["type"] for one in spec.get("parameters") or []}
    items: list[tuple[str, Code]] = []
    sent: Json = {}
    for name, value in (given if isinstance(given, Mapping) else {}).items():
        if spec and name not in kinds:
            continue
        kind, wish = kinds.get(name, ""), f"{variable.removesuffix('_step')}_{name}"
        code: Code | None
        refers = isinstance(value, Mapping) and set(value) == {"parameter"}
        if refers:
            code = work.parameter(parameter_of(value))
        elif kind == "datastore_path" and fits("datapath", value):
            code = work.value("datapath", value)
        elif isinstance(value, str):
            code = work.text_variable(wish, value, lines)
        else:
            code = work.literal(value)
        if code is not None:
            items.append((literal(name).flat(), code))
            sent[name] = value if refers else _converted(kind, value)
    return (mapped(items) if items else None), sent


def _converted(kind: str, value: Any) -> Any:
    """A value as the SDK sends it: of the type that the module wants, where it can be."""
    if value is None or kind not in ("int", "float", "bool", "string"):
        return value
    if kind == "string":
        return str(value)
    if kind == "bool":
        texts = {"true": True, "1": True, "false": False, "0": False}
        return texts.get(str(value).strip().lower(), value)
    if isinstance(value, bool):
        return value
    try:
        number = float(value) if kind == "float" else int(value)
        return number if kind == "float" or float(value) == number else value
    except (TypeError, ValueError, OverflowError):
        return value
