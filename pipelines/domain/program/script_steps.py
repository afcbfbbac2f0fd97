"""A node of a script -> a PythonScriptStep, and the node that the SDK makes of it."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Mapping
from typing import Any

from pipelines.domain.program.canon import parameter_of
from pipelines.domain.program.inputs import bind_input
from pipelines.domain.program.names import identifier
from pipelines.domain.program.outputs import make_outputs
from pipelines.domain.program.python_text import Code, Raw, assign, listed, literal, mapped
from pipelines.domain.program.subject import Json
from pipelines.domain.program.work import Work
from pipelines.domain.reuse import canonical

DATA_REFERENCE = "$AZUREML_DATAREFERENCE_"
SETTINGS = (
    "NodeCount",
    "MpiProcessCountPerNode",
    "TensorflowWorkerCount",
    "TensorflowParameterServerCount",
)  # of a run configuration, that the SDK takes from parameters
LIMITS = ("retry", "timeout_seconds", "reuse_max_age_seconds")


def write_script_step(
    work: Work, node: Mapping[str, Any], variable: str, folder: str
) -> tuple[list[str], Json]:
    """The paragraph of the step, and its node without `id` and `after`."""
    lines: list[str] = []
    outputs, out_ports = make_outputs(work, node, lines)
    bound, in_ports = bind_inputs(work, node, variable, lines)
    arguments, sent = argument_codes(work, node, bound, out_ports)
    script = str(node.get("script") or "").replace("\\", "/")
    script = posixpath.normpath(script) if script else ""
    params, sent_params = _params(work, node)
    settings, sent_settings = settings_of(work, node)
    compute, sent_compute = compute_of(work, node)
    hash_paths = node.get("hash_paths")
    if hash_paths is not None:
        hash_paths = list(hash_paths) or [script]
    version = node.get("version")
    configuration, environment = configuration_of(work, node)
    step = work.call(
        "PythonScriptStep",
        name=literal(node["name"]) if node.get("name") else None,
        script_name=literal(script),
        source_directory=literal(folder),
        arguments=listed(arguments) if arguments else None,
        inputs=listed(bound.values()) if bound else None,
        outputs=outputs,
        compute_target=compute,
        runconfig=configuration,
        runconfig_pipeline_params=settings,
        params=params,
        allow_reuse=Raw("False") if node.get("allow_reuse") is False else None,
        version=literal(version) if version is not None else None,
        hash_paths=work.literal(hash_paths) if hash_paths is not None else None,
    )
    lines.append(assign(variable, step))
    own = write_limits(work, node, variable, lines)
    return lines, {
        "name": node.get("name") or script,
        "kind": "python_script",
        "snapshot": node.get("snapshot"),
        "script": script,
        "arguments": sent,
        "inputs": in_ports,
        "outputs": out_ports,
        "compute": sent_compute,
        "environment": environment,
        "parameters": sent_params,
        "allow_reuse": node.get("allow_reuse") is not False,
        "version": version,
        "hash_paths": hash_paths,
        **({"runconfig_parameters": sent_settings} if sent_settings else {}),
        **own,
    }


def bind_inputs(
    work: Work, node: Mapping[str, Any], variable: str, lines: list[str]
) -> tuple[dict[str, Code], list[Json]]:
    """By name the code of each input, and their ports. What the arguments name as well gets a
    variable in `lines`: the SDK knows an input again by its object."""
    given = [one for one in node.get("inputs") or [] if isinstance(one, Mapping)]
    sources = Counter(canonical(one.get("source")) for one in given)
    in_arguments = set(map(canonical, node.get("arguments") or []))
    bound: dict[str, Code] = {}
    ports: list[Json] = []
    # Of two inputs with one parameter the SDK takes the one of its name for the first.
    for port in sorted(given, key=lambda one: parameter_of(one.get("source")) != one.get("name")):
        source, name = port.get("source"), str(port.get("name"))
        made = bind_input(work, port, sources[canonical(source)] > 1)
        if made is None or name in bound:
            continue
        code, wire = made
        used = {"input": name}, {"parameter": parameter_of(source)}
        if not isinstance(code, Raw) and any(canonical(one) in in_arguments for one in used):
            wish = identifier(name)
            wish = wish if work.names.is_free(wish) else f"{wish}_input"
            short = work.names.take(wish, f"{variable}_input")
            lines.append(assign(short, code))
            code = Raw(short)
        bound[name] = code
        ports.append(wire)
    return bound, ports


def compute_of(work: Work, node: Mapping[str, Any]) -> tuple[Code | None, Any]:
    """Where the step runs: an own target, a parameter, or the draft's default one."""
    given = node.get("compute") or work.subject.default_compute
    name = parameter_of(given)
    if name is not None:
        code = work.parameter(name)
        return code, given if code is not None else ""
    if not isinstance(given, str) or not given:
        return None, ""
    return work.compute(given), given


def configuration_of(work: Work, node: Mapping[str, Any]) -> tuple[Code | None, Json | None]:
    """The run configuration of a step that asks for an environment, and what is sent of it."""
    environment = node.get("environment")
    if not isinstance(environment, Mapping):
        return None, None
    title = environment.get("name")
    return work.configuration(environment, title if isinstance(title, str) else "run")


def write_limits(work: Work, node: Mapping[str, Any], variable: str, lines: list[str]) -> Json:
    """Lines for what is set on a step after it was made; what is sent of that."""
    sent: Json = {"comment": ""}
    comment = node.get("comment")
    if isinstance(comment, str) and comment:
        text = work.text_variable(f"{variable}_comment", comment, lines)
        lines.append(assign(f"{variable}.comment", text))
        sent["comment"] = comment
    for name in LIMITS:
        if node.get(name) is not None:
            lines.append(assign(f"{variable}.{name}", work.literal(node[name])))
            sent[name] = node[name]
    return sent


def argument_codes(
    work: Work, node: Mapping[str, Any], bound: Mapping[str, Code], ports: list[Json]
) -> tuple[list[Code], list[Any]]:
    """The code of a node's arguments, and what the SDK sends for them."""
    written = {one["name"] for one in ports}
    first: dict[str, str] = {}  # input by the data parameter that it reads
    for port in node.get("inputs") or []:
        first.setdefault(str(parameter_of(port.get("source"))), str(port.get("name")))
    codes: list[Code] = []
    sent: list[Any] = []
    for given in node.get("arguments") or []:
        code: Code | None = None
        value = given
        if isinstance(given, Mapping):
            name = parameter_of(given)
            if name in work.data_parameters and first.get(str(name)) in bound:
                value = {"input": first[str(name)]}
            if "output" in value and value["output"] in written:
                code = Raw(work.outputs[(str(node["id"]), value["output"])].variable)
            elif "input" in value:
                code = bound.get(value["input"])
            elif name is not None and name not in work.data_parameters:
                code = work.parameter(name)
        elif isinstance(given, bool):
            value = str(given)  # as it reaches the script
            code = literal(value)
        elif isinstance(given, (str, int, float)):
            code, value = literal(given), _expanded(given, written, bound)
        if code is not None:
            codes.append(code)
            sent.append(value)
    return codes, sent


def _expanded(given: Any, outputs: set[str], inputs: Mapping[str, Code]) -> Any:
    """v1's texts that stand for a port, which the SDK takes for the port itself."""
    if isinstance(given, str) and given.startswith(DATA_REFERENCE):
        name = given.removeprefix(DATA_REFERENCE)
        if name in outputs:
            return {"output": name}
        if name in inputs:
            return {"input": name}
    return given


def _params(work: Work, node: Mapping[str, Any]) -> tuple[Code | None, Json]:
    items: list[tuple[str, Code]] = []
    sent: Json = {}
    for name, value in (node.get("parameters") or {}).items():
        code: Code | None = None
        if parameter_of(value) is not None:
            code, sent_value = work.parameter(parameter_of(value)), value
        elif not isinstance(value, Mapping):
            code, sent_value = literal(str(value)), str(value)
        if code is not None:
            items.append((literal(name).flat(), code))
            sent[name] = sent_value
    return (mapped(items) if items else None), sent


def settings_of(work: Work, node: Mapping[str, Any]) -> tuple[Code | None, Json]:
    """Settings of the run configuration that parameters hold, and what is sent of them."""
    items: list[tuple[str, Code]] = []
    sent: Json = {}
    for name, value in (node.get("runconfig_parameters") or {}).items():
        code = work.parameter(parameter_of(value))
        if name in SETTINGS and code is not None:
            items.append((literal(name).flat(), code))
            sent[name] = value
    return (mapped(items) if items else None), sent
