"""Settings of a module -> arguments, inputs and destinations of its step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.domain.module_specs import path_inputs
from pipelines.domain.output_datasets import destination_fault
from pipelines.domain.parameters import fits
from pipelines.library.forebay_modules.settings import (
    check_settings,
    is_empty,
    is_reference,
    to_text,
    with_defaults,
)

LONGEST_ARGUMENT = 120_000  # bytes: Linux gives one argument 128 KiB
INSTEAD = {  # where a setting that is too long may stand
    "table": "Register it as a dataset and connect that.",
    "code": "Put parts of it into files, and connect or import those.",
}
TAKES: dict[str, tuple[str, ...]] = {
    "int": ("int",),
    "float": ("int", "float"),
    "bool": ("bool",),
    "choice": ("string", "int", "float"),
    "datastore_path": ("datapath",),
}  # types of pipeline parameters for a type of setting; the rest take a text


@dataclass
class Settled:
    """What the settings of one node come to. `faults` are (setting, sentence, code)."""

    arguments: list[Any] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)  # what each setting's argument is
    inputs: list[dict[str, Any]] = field(default_factory=list)
    destinations: dict[str, dict[str, Any]] = field(default_factory=dict)  # by output
    faults: list[tuple[str, str, str]] = field(default_factory=list)


def settle(spec: Mapping[str, Any], given: Mapping[str, Any], kinds: Mapping[str, str]) -> Settled:
    """`given` settings by the spec; `kinds` are the types of the graph's parameters by name."""
    parameters, settled = spec["parameters"], Settled()
    plain = dict(given)
    for one in parameters:
        if one["type"] == "datastore_path":
            plain[one["name"]] = _path_text(one, given.get(one["name"]), settled)
    by_name = {one["name"]: one for one in parameters}
    for name, message in check_settings(parameters, plain):
        empty = name in by_name and is_empty(by_name[name], plain.get(name))
        settled.faults.append((name, message, "missing_setting" if empty else "invalid_setting"))
    values = with_defaults(parameters, plain)
    faulty = {name for name, _, _ in settled.faults}
    read = path_inputs(spec)
    for one in parameters:
        name, value = one["name"], values[one["name"]]
        if name in faulty or not _counts(one, values):
            continue
        if is_reference(value):
            settled.faults += _reference_faults(one, value["parameter"], kinds, name in read)
        if one["type"] == "datastore_path" and not is_empty(one, value):
            words = _path_arguments(spec, one, given[name], settled, name in read)
        else:
            words = list(_arguments(one, value, settled))
        settled.arguments += words
        if words:
            # A script of its own gets True as Python writes it; ours read true.
            settled.values[name] = str(value) if isinstance(value, bool) else words[1]
    return settled


def _counts(one: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether a setting is shown, or may be once the parameters have their values."""
    return all(
        is_reference(values.get(other)) or values.get(other) in allowed
        for other, allowed in (one.get("when") or {}).items()
    )


def _arguments(one: Mapping[str, Any], value: Any, settled: Settled) -> Iterator[Any]:
    if is_reference(value):
        yield from (f"--{one['name']}", {"parameter": value["parameter"]})
        return
    if is_empty(one, value):
        if is_empty(one, one.get("default")):
            return
        value = None  # emptied on purpose: not the default
    text = to_text(one, value)
    if len(text.encode("utf-8", "replace")) > LONGEST_ARGUMENT:
        instead = INSTEAD.get(one["type"], "Make it shorter.")
        message = f"{one['label']} has more than {LONGEST_ARGUMENT:,} bytes. {instead}"
        settled.faults.append((one["name"], message, "invalid_setting"))
        return
    yield from (f"--{one['name']}", text)


def _path_text(one: Mapping[str, Any], value: Any, settled: Settled) -> Any:
    """A path's text for the checks that all settings share."""
    if value in (None, "") or is_reference(value):
        return value
    if not fits("datapath", value) or not value["path"].strip("/"):
        message = f'{one["label"]} must be a path on a datastore: {{"datastore", "path"}}.'
        settled.faults.append((one["name"], message, "invalid_setting"))
        return "/"
    return value["path"]


def _path_arguments(
    spec: Mapping[str, Any], one: Mapping[str, Any], value: Any, settled: Settled, read: bool
) -> list[Any]:
    name = one["name"]
    if read:
        settled.inputs.append({"name": name, "mode": "mount", "source": dict(value)})
        return [f"--{name}", {"input": name}]
    if is_reference(value):
        return []
    for port in spec["outputs"]:
        if port.get("destination") == name:
            if fault := destination_fault(value["path"], port["name"]):
                message = f"{one['label']} {value['path']!r} {fault}."
                settled.faults.append((name, message, "invalid_setting"))
                continue
            settled.destinations[port["name"]] = {
                "datastore": value["datastore"],
                "destination": value["path"],
            }
    return [f"--{name}", value["path"]]


def _reference_faults(
    one: Mapping[str, Any], name: Any, kinds: Mapping[str, str], read: bool
) -> Iterator[tuple[str, str, str]]:
    takes = TAKES.get(one["type"], ("string",))
    if not isinstance(name, str) or name not in kinds:
        yield one["name"], f"The pipeline has no parameter {name!r}.", "unknown_parameter"
    elif one["type"] == "datastore_path" and not read:
        message = f"{one['label']} is where the module writes: it can't be a parameter."
        yield one["name"], message, "invalid_setting"
    elif kinds[name] not in takes:
        message = f"{one['label']} takes a parameter of type {' or '.join(takes)}, and {name!r} "
        yield one["name"], message + f"is of type {kinds[name]}.", "invalid_setting"
