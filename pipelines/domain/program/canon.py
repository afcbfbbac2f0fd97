"""Nodes in a form in which equal meanings are equal, and where two of them differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.domain.output_datasets import read_reading

Json = dict[str, Any]
# What running reads of a node; everything else is kept beside it.
FIELDS = (
    "id",
    "name",
    "kind",
    "snapshot",
    "script",
    "arguments",
    "inputs",
    "outputs",
    "compute",
    "environment",
    "parameters",
    "allow_reuse",
    "version",
    "hash_paths",
    "after",
    "retry",
    "timeout_seconds",
    "reuse_max_age_seconds",
    "runconfig_parameters",
    "module",
    "settings",
    "comment",
    "overrides",
)
OUTPUT_FIELDS = (
    "name",
    "datastore",
    "mode",
    "path_on_compute",
    "overwrite",
    "is_directory",
    "destination",
    "source",
    "register_on_complete",
    "pipeline_output_name",
    "kind",
)
INPUT_FIELDS = ("name", "mode", "path_on_compute", "overwrite", "source", "as_dataset")


def canonical_node(node: Mapping[str, Any], data_parameters: frozenset[str]) -> Json:
    """A node of a script with all defaults said, but what is kept beside it."""
    inputs = [canonical_input(one) for one in node.get("inputs") or []]
    ports: dict[str, str] = {}
    for one in inputs:
        ports.setdefault(str(parameter_of(one["source"])), one["name"])
    hash_paths = node.get("hash_paths")
    settings = {"retry": None, "timeout_seconds": None, "reuse_max_age_seconds": None}
    return {
        "name": node.get("name") or node.get("script"),
        "snapshot": node.get("snapshot"),
        "script": node.get("script"),
        "arguments": [_as_port(one, ports, data_parameters) for one in node.get("arguments") or []],
        "inputs": {one["name"]: one for one in inputs},
        "outputs": {
            str(one.get("name")): canonical_output(one) for one in node.get("outputs") or []
        },
        "compute": node.get("compute"),
        "environment": node.get("environment"),
        "parameters": dict(node.get("parameters") or {}),
        "allow_reuse": node.get("allow_reuse", True),
        "version": node.get("version"),
        # The script counts always: an empty list counts nothing else.
        "hash_paths": [node.get("script")] if hash_paths == [] else hash_paths,
        "after": sorted(set(node.get("after") or [])),
        "runconfig_parameters": dict(node.get("runconfig_parameters") or {}),
        "comment": node.get("comment") or "",
        **{name: node.get(name) for name in settings},
    }


def canonical_card(
    node: Mapping[str, Any],
    module: Mapping[str, Any],
    outputs: Mapping[str, Any],
    data_parameters: frozenset[str],
    *,
    exact_modes: bool,
) -> Json:
    """A node of a module: `module` has its id, version and name, `outputs` what the node says of
    them itself. Of the modes of inputs only a download counts unless `exact_modes`."""
    overrides = node.get("overrides")
    overrides = overrides if isinstance(overrides, Mapping) else {}
    whole = canonical_node({**node, **overrides}, data_parameters)
    inputs = {
        name: {**one, "mode": one["mode"] if exact_modes else one["mode"] == "download"}
        for name, one in whole["inputs"].items()
    }
    kept = {name: value for name, value in whole.items() if name not in ("snapshot", "script")}
    return {
        **kept,
        "name": node.get("name") or module["name"],
        "module": dict(module),
        "settings": node.get("settings") or {},
        "inputs": inputs,
        "outputs": dict(outputs),
        "arguments": whole["arguments"] if "arguments" in overrides else None,
        "environment": overrides.get("environment"),
        "parameters": {},
        "hash_paths": None,
    }


def canonical_input(port: Mapping[str, Any]) -> Json:
    """An input with its defaults."""
    path = port.get("path_on_compute") or None
    return {
        **port,
        "mode": port.get("mode") or "mount",
        "path_on_compute": path,
        "overwrite": bool(port.get("overwrite")) and path is not None,
        "source": port.get("source"),
        "as_dataset": _reading(port.get("as_dataset")),
    }


def canonical_output(port: Mapping[str, Any]) -> Json:
    """An output with its defaults; which class of the SDK made it is no matter."""
    registered = port.get("register_on_complete")
    if isinstance(registered, Mapping):
        registered = {
            "description": "",
            "tags": {},
            "create_new_version": True,
            **{k: v for k, v in registered.items() if k not in ("kind", "definition", "path_glob")},
            "reading": _reading(registered),
        }
    defaults = dict.fromkeys(OUTPUT_FIELDS[3:10])
    return {
        **defaults,
        **{name: value for name, value in port.items() if name != "kind"},
        "mode": port.get("mode") or "mount",
        "path_on_compute": port.get("path_on_compute") or None,
        "overwrite": bool(port.get("overwrite")),
        "register_on_complete": registered,
    }


def differences(given: Any, sent: Any, where: str = "") -> Iterator[tuple[str, Any, Any]]:
    """(field, given, sent) for all that differs, as deep as both are objects."""
    if isinstance(given, Mapping) and isinstance(sent, Mapping):
        for name in dict.fromkeys([*given, *sent]):
            inner = f"{where}.{name}" if where else str(name)
            yield from differences(given.get(name), sent.get(name), inner)
    elif not _same(given, sent):
        yield where, given, sent


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON: 1 is 1.0, and true is neither."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    return bool(one == other)


def parameter_of(source: Any) -> str | None:
    """The name in `{"parameter": name}`."""
    name = source.get("parameter") if isinstance(source, Mapping) else None
    return name if isinstance(name, str) else None


def _as_port(argument: Any, ports: Mapping[str, str], data_parameters: frozenset[str]) -> Any:
    name = parameter_of(argument)
    if name in data_parameters and name in ports:
        return {"input": ports[name]}
    return argument


def _reading(raw: Any) -> Any:
    """How something is read as a dataset, with the defaults of a definition."""
    if raw is None:
        return None
    reading, fault = read_reading(raw)
    return raw if fault else reading.as_dict()
