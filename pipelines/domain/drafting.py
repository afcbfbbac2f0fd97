"""A draft's graph -> plain Graph JSON: what a module's spec and settings say becomes a step.

A draft's graph is Graph JSON whose nodes may have `module` and `settings`; those get snapshot,
script, arguments, inputs, outputs and environment from the module. Everything else (`ui`,
`comment`, nodes of SDK runs) is kept as it is. Faults are told by node and field, together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial
from typing import Any

from pipelines.domain.catalog import Catalog, ModuleFace
from pipelines.domain.columns import (
    Columns,
    OfNode,
    Traced,
    missing_columns,
    sources_of_node,
    trace_columns,
)
from pipelines.domain.module_arguments import Settled, settle
from pipelines.domain.module_specs import TYPE_WORDS, path_inputs, type_fits
from pipelines.domain.module_steps import step_arguments, step_outputs
from pipelines.domain.node_memory import Recall
from pipelines.domain.script_modules import given_input, is_script_module, override_faults, own
from workspaces.domain.errors import Problem

DISABLED = "Disabled"
# Faults of a node whose module is not known follow from that one.
UNKNOWN = ("unknown_module", "unknown_module_version")


@dataclass
class _Compilation:
    catalog: Catalog
    problems: list[Problem]
    kinds: dict[str, str]  # of the graph's parameters, by name
    made: dict[tuple[str, str], str] = field(default_factory=dict)  # (node, output) -> port type
    names: dict[str, str] = field(default_factory=dict)

    def problem(self, node: Mapping[str, Any], where: str, message: str, code: str) -> None:
        node_id = node.get("id")
        uid = node_id if isinstance(node_id, str) else None
        self.problems.append(Problem(message, where, uid, self.names.get(uid or ""), code))


def compile_graph(
    graph: Any, catalog: Catalog, recall: Recall | None = None
) -> tuple[Any, list[Problem]]:
    """The graph as it is submitted, and what modules, wires and settings have against it.

    What is no graph at all is handed back: parsing it (`parse_graph`) names what is wrong. With
    `recall` nodes that were compiled before are not compiled again.
    """
    nodes = graph.get("nodes") if isinstance(graph, Mapping) else None
    if not isinstance(nodes, list):
        return graph, []
    work = _Compilation(catalog, [], _parameter_kinds(graph))
    faces = _find_faces(nodes, work)
    unknown = False
    for node in _objects(nodes):
        face = faces.get(id(node))
        if face is None:
            unknown = unknown or bool(node.get("module"))
            continue
        for port in face.spec["outputs"]:
            work.made[(str(node.get("id")), port["name"])] = port["type"]
    used = _used_outputs(nodes) if unknown else {}
    common = (catalog.datastore, catalog.compute, tuple(sorted(work.kinds.items())))
    compiled = []
    for node in nodes:
        if not isinstance(node, Mapping):
            compiled.append(node)
        elif (face := faces.get(id(node))) is None and node.get("module"):
            compiled.append(_stand_in(node, used.get(str(node.get("id")), []), work))
        elif recall is None:
            compiled.append(_compile_any(node, face, work))
        else:
            context = (common, face and (face.uid, face.version), _wired_types(node, work))
            told = len(work.problems)
            made = recall.compiled(node, context)
            if made is None:
                made = _compile_any(node, face, work)
                recall.keep(node, made, work.problems[told:])
            else:
                work.problems += recall.problems_of(made)
            compiled.append(made)
    _check_columns(nodes, faces, work, recall)
    return {**graph, "nodes": compiled}, work.problems


def _compile_any(
    node: Mapping[str, Any], face: ModuleFace | None, work: _Compilation
) -> dict[str, Any]:
    if face is not None:
        return _compile_node(node, face, work)
    return {**node, "compute": _compute(node, work)}


def _wired_types(node: Mapping[str, Any], work: _Compilation) -> tuple[Any, ...]:
    """All of other nodes and of datasets that compiling this node looks at."""
    found: list[Any] = []
    for _, source in sources_of_node(node):
        if "node" in source:
            before = str(source["node"])
            made = work.made.get((before, str(source.get("output"))))
            found.append((made, work.names.get(before)))
        else:
            found.append(_is_tabular(source, work.catalog))
    return tuple(found)


def graph_columns(
    graph: Mapping[str, Any], catalog: Catalog, ran: Mapping[tuple[str, str], Columns]
) -> Traced:
    """The columns of every port; `ran` are those of outputs of an earlier run."""
    nodes = graph["nodes"]
    return trace_columns(
        _with_specs(nodes, _find_faces(nodes, _Compilation(catalog, [], {}))),
        catalog.columns_of,
        ran,
    )


def module_ids(graph: Mapping[str, Any], catalog: Catalog) -> dict[str, str | None]:
    """The id of each node's module, by the node's id; None for a step without one."""
    faces = _find_faces(graph["nodes"], _Compilation(catalog, [], {}))
    return {
        str(node.get("id")): faces[id(node)].uid if id(node) in faces else None
        for node in _objects(graph["nodes"])
        if id(node) in faces or not node.get("module")
    }


def module_references(graph: Any) -> tuple[set[str], set[str]]:
    """(ids, keys) of the modules that a graph names."""
    nodes = graph.get("nodes") if isinstance(graph, Mapping) else None
    named = [one.get("module") for one in _objects(nodes if isinstance(nodes, list) else [])]
    modules = [one for one in named if isinstance(one, Mapping)]
    return (
        {one["id"] for one in modules if isinstance(one.get("id"), str)},
        {one["key"] for one in modules if isinstance(one.get("key"), str)},
    )


def has_unfinished(graph: Mapping[str, Any]) -> bool:
    """Whether a node names a module and does not have yet what the module says."""
    nodes = graph.get("nodes")
    return any(
        one.get("module") and not one.get("snapshot")
        for one in _objects(nodes if isinstance(nodes, list) else [])
    )


def sources_of(graph: Any) -> list[Mapping[str, Any]]:
    """The sources of all inputs that are objects, wherever they are."""
    nodes = graph.get("nodes") if isinstance(graph, Mapping) else None
    return [
        port["source"]
        for node in _objects(nodes if isinstance(nodes, list) else [])
        for port in _objects(node.get("inputs"))
        if isinstance(port.get("source"), Mapping)
    ]


def _objects(items: Any) -> list[Mapping[str, Any]]:
    return [one for one in items if isinstance(one, Mapping)] if isinstance(items, list) else []


def _parameter_kinds(graph: Mapping[str, Any]) -> dict[str, str]:
    return {
        one["name"]: str(one.get("type"))
        for one in _objects(graph.get("parameters"))
        if isinstance(one.get("name"), str)
    }


def _find_faces(nodes: list[Any], work: _Compilation) -> dict[int, ModuleFace]:
    """The module of each node that has one, by the node object's identity: ids may repeat."""
    found: dict[int, ModuleFace] = {}
    for node in _objects(nodes):
        module, catalog = node.get("module"), work.catalog
        name = node.get("name")
        told = module.get("name") if isinstance(module, Mapping) else None
        if isinstance(node.get("id"), str):
            work.names[node["id"]] = str(name or told or node["id"])
        if not module:
            continue
        if not isinstance(module, Mapping):
            work.problem(node, "module", "module must be an object or null.", "unknown_module")
            continue
        uid = module.get("id")
        if str(uid) not in catalog.current and module.get("key"):
            uid = catalog.keys.get(str(module["key"]))
        if not isinstance(uid, str) or uid not in catalog.current:
            message = f"The module {told or module.get('key') or uid!r} is not in this workspace."
            work.problem(node, "module", message + " Choose another one.", "unknown_module")
            continue
        version = str(module.get("version") or catalog.current[uid])
        face = catalog.faces.get((uid, version))
        if face is None:
            message = (
                f"There is no version {version!r} of this module; {catalog.current[uid]!r} is "
            )
            work.problem(node, "module", message + "the newest.", "unknown_module_version")
            continue
        if face.status == DISABLED:
            message = f"The module {face.name} (version {version}) is disabled."
            work.problem(node, "module", message, "disabled_module")
        if isinstance(node.get("id"), str):
            work.names[node["id"]] = str(name or face.name)
        found[id(node)] = face
    return found


def _with_specs(
    nodes: list[Any], faces: Mapping[int, ModuleFace]
) -> list[tuple[Mapping[str, Any], Mapping[str, Any] | None]]:
    return [(node, faces[id(node)].spec if id(node) in faces else None) for node in _objects(nodes)]


def _check_columns(
    nodes: list[Any], faces: Mapping[int, ModuleFace], work: _Compilation, recall: Recall | None
) -> None:
    """Columns that are chosen by name are there, where it is known what is there."""

    def traced(node: Mapping[str, Any], seen: OfNode, find: Callable[[], OfNode]) -> OfNode:
        return find() if recall is None else recall.answer(node, "outputs", seen, find)

    listed = _with_specs(nodes, faces)
    inputs = trace_columns(listed, work.catalog.columns_of, {}, traced).inputs
    for node, spec in listed:
        settings, known = node.get("settings"), inputs.get(str(node.get("id")))
        if spec is None or not known or not isinstance(settings, Mapping):
            continue
        find = partial(missing_columns, spec, settings, known)
        found = find() if recall is None else recall.answer(node, "missing", known, find)
        for setting, message in found:
            work.problem(node, f"settings.{setting}", message, "missing_column")


def _used_outputs(nodes: list[Any]) -> dict[str, list[str]]:
    """What other steps read of a node, by its id."""
    used: dict[str, list[str]] = {}
    for node in _objects(nodes):
        for port in _objects(node.get("inputs")):
            source = port.get("source")
            if isinstance(source, Mapping) and isinstance(source.get("output"), str):
                outputs = used.setdefault(str(source.get("node")), [])
                if source["output"] not in outputs:
                    outputs.append(source["output"])
    return used


def _stand_in(node: Mapping[str, Any], used: list[str], work: _Compilation) -> dict[str, Any]:
    """A node of an unknown module, so that its neighbours can be checked all the same."""
    return {
        **node,
        "kind": "python_script",
        "name": work.names.get(str(node.get("id"))) or "module",
        "snapshot": node.get("snapshot") or "unknown",
        "script": node.get("script") or "run.py",
        "arguments": [],
        "outputs": [{"name": one, "datastore": work.catalog.datastore} for one in used],
        "compute": _compute(node, work),
    }


def _compute(node: Mapping[str, Any], work: _Compilation) -> Any:
    given = node.get("compute")
    if given not in (None, ""):
        return given
    if not work.catalog.compute:
        message = "Choose a compute target for this step, or a default one for the draft."
        work.problem(node, "compute", message, "missing_compute")
        return "unknown"
    return work.catalog.compute


def _compile_node(node: Mapping[str, Any], face: ModuleFace, work: _Compilation) -> dict[str, Any]:
    settings = node.get("settings") or {}
    if not isinstance(settings, Mapping):
        work.problem(node, "settings", "settings must be an object.", "invalid_setting")
        settings = {}
    settled = settle(face.spec, settings, work.kinds)
    for name, message, code in settled.faults:
        work.problem(node, f"settings.{name}", message, code)
    for where, message in override_faults(node):
        work.problem(node, where, message, "invalid")
    inputs = _inputs(node, face, settled, work)
    environment = own(node, "environment") or face.environment
    return {
        **node,
        "kind": "python_script",
        "name": node.get("name") or face.name,
        "module": {
            "id": face.uid,
            "version": face.version,
            "key": face.key or None,
            "name": face.name,
        },
        "settings": dict(settings),
        "snapshot": face.snapshot,
        "script": face.spec["script"],
        "arguments": step_arguments(node, face.spec, settled, _names(inputs)),
        "inputs": inputs,
        "outputs": step_outputs(node, face.spec, settled, work.catalog.datastore),
        "environment": None if environment is None else dict(environment),
        "parameters": dict(settled.values) if is_script_module(face.spec) else {},
        "hash_paths": face.spec.get("hash_paths"),
        "compute": _compute(node, work),
    }


def _inputs(
    node: Mapping[str, Any], face: ModuleFace, settled: Settled, work: _Compilation
) -> list[Any]:
    """The wires of the draft in their order, then the paths among the settings."""
    ports = {port["name"]: port for port in face.spec["inputs"]}
    derived = path_inputs(face.spec)
    given = node.get("inputs") or []
    if not isinstance(given, list):
        work.problem(node, "inputs", "inputs must be a list.", "invalid")
        given = []
    inputs: list[Any] = []
    for item in given:
        if not isinstance(item, Mapping):
            work.problem(node, f"inputs[{len(inputs)}]", "An input must be an object.", "invalid")
            continue
        name, source = item.get("name"), item.get("source")
        if name in derived or source is None:
            continue
        where = f"inputs[{len(inputs)}]"
        port = ports.get(name) if isinstance(name, str) else None
        if port is None:
            near = get_close_matches(str(name), list(ports), n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            message = f"{face.name} has no input {name!r}.{hint}"
            work.problem(node, f"{where}.name", message, "unknown_input")
            inputs.append(dict(item))
            continue
        step = work.names.get(str(node.get("id")), face.name)
        if fault := _wire_fault(port, source, work, step):
            work.problem(node, f"{where}.source", fault, "wrong_type")
        if is_script_module(face.spec):
            inputs.append(given_input(port, item, _mode(port, source, None, work.catalog)))
        else:
            inputs.append({**item, "mode": _mode(port, source, item.get("mode"), work.catalog)})
    connected = _names(inputs)
    for name, port in ports.items():
        if port.get("required", True) and name not in connected:
            message = f"{port['label']} is not connected."
            work.problem(node, f"inputs.{name}", message, "missing_input")
    return [*inputs, *settled.inputs]


def _names(inputs: list[Any]) -> set[str]:
    return {str(one.get("name")) for one in inputs}


def _wire_fault(port: Mapping[str, Any], source: Any, work: _Compilation, step: str) -> str:
    """Why a wire can't end at this port of a step, or an empty text."""
    if not isinstance(source, Mapping):
        return ""
    takes = f"{port['label']} of {step} takes {TYPE_WORDS[port['type']]}."
    if "node" in source:
        origin = (str(source["node"]), str(source.get("output")))
        made = work.made.get(origin)
        if made is None or type_fits(made, port["type"]):
            return ""
        return f"{work.names.get(origin[0], origin[0])} makes {TYPE_WORDS[made]}; {takes}"
    if _is_tabular(source, work.catalog) and not type_fits("table", port["type"]):
        return f"This dataset is a table; {takes}"
    return ""


def _is_tabular(source: Any, catalog: Catalog) -> bool:
    if not isinstance(source, Mapping):
        return False
    return (
        str(source.get("dataset")) in catalog.tabular
        or str(source.get("parameter")) in catalog.tabular_parameters
    )


def _mode(port: Mapping[str, Any], source: Any, asked: Any, catalog: Catalog) -> str:
    """A table port reads a tabular dataset as it is defined; everything else comes as files."""
    if port["type"] == "table" and _is_tabular(source, catalog):
        return "direct"
    return "download" if asked == "download" else "mount"
