"""Modules whose author wrote the command line: `arguments` of a spec, and what a port says.

Such a script knows nothing of Forebay's flags. Its settings are in `AML_PARAMETER_<name>`, its
ports in `AZUREML_DATAREFERENCE_<name>`, and both wherever `arguments` name them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from pipelines.domain.graph import INPUT_MODES, OUTPUT_MODES
from workspaces.domain.errors import Problem

REFERENCES = ("input", "output", "parameter")
OWN = ("arguments", "environment")  # what a node's `overrides` may have
PORT_TEXTS = ("path_on_compute", "datastore")


def is_script_module(spec: Mapping[str, Any]) -> bool:
    """Whether the spec has a command line; else the step gets a flag for each port and setting."""
    return spec.get("arguments") is not None


def argument_problems(spec: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with `arguments` and `hash_paths` of a spec."""
    paths = spec.get("hash_paths")
    if paths is not None and not _is_texts(paths):
        yield Problem("hash_paths must be a list of paths or null.", "spec.hash_paths")
    given = spec.get("arguments")
    if given is None:
        return
    if not isinstance(given, list):
        yield Problem("arguments must be a list or null.", "spec.arguments")
        return
    known = {kind: [one["name"] for one in spec[f"{kind}s"]] for kind in REFERENCES}
    for index, item in enumerate(given):
        field = f"spec.arguments[{index}]"
        if isinstance(item, (str, int, float)):
            continue
        kind, name = _reference(item)
        if not kind:
            message = (
                "An argument is a text, a number, true, false, or one of "
                '{"input": port}, {"output": port}, {"parameter": name}.'
            )
            yield Problem(message, field)
        elif name not in known[kind]:
            there = ", ".join(known[kind]) or "none"
            yield Problem(f"The module has no {kind} {name!r}; there are: {there}.", field)


def port_faults(port: Mapping[str, Any], part: str) -> Iterator[tuple[str, str]]:
    """(key, sentence) for what a port says of how its data is given."""
    modes = INPUT_MODES if part == "inputs" else OUTPUT_MODES
    if port.get("mode") is not None and port["mode"] not in modes:
        yield "mode", f"mode must be one of {', '.join(modes)}."
    for key in ("overwrite", "is_directory"):
        if port.get(key) is not None and not isinstance(port[key], bool):
            yield key, f"{key} must be true, false or null."
    for key in PORT_TEXTS:
        if port.get(key) is not None and not isinstance(port[key], str):
            yield key, f"{key} must be a text or null."


def override_faults(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(field, sentence) for what a node says in place of its module."""
    given = node.get("overrides")
    if given is None:
        return
    if not isinstance(given, Mapping):
        yield "overrides", "overrides must be an object or null."
        return
    for name in given:
        if name not in OWN:
            yield f"overrides.{name}", f"A step can say itself: {', '.join(OWN)}."
    if given.get("arguments") is not None and not isinstance(given["arguments"], list):
        yield "overrides.arguments", "arguments must be a list or null."
    if given.get("environment") is not None and not isinstance(given["environment"], Mapping):
        yield "overrides.environment", "environment must be an object or null."


def own(node: Mapping[str, Any], what: str) -> Any:
    """What a node says in place of its module; None when it leaves that to the module."""
    given = node.get("overrides")
    return given.get(what) if isinstance(given, Mapping) else None


def command_line(
    arguments: Sequence[Any], values: Mapping[str, Any], connected: Collection[str]
) -> list[Any]:
    """The arguments of a step: settings in the place of their names.

    What has no value, and an input that is not connected, is left out with the flag before it.
    """
    made: list[Any] = []
    for item in arguments:
        kind, name = _reference(item)
        if kind == "parameter" and name in values:
            made.append(values[name])
        elif kind == "output" or (kind == "input" and name in connected):
            made.append(dict(item))
        elif kind:
            if made and isinstance(made[-1], str) and made[-1].startswith("-"):
                made.pop()
        else:
            made.append(str(item) if isinstance(item, bool) else item)
    return made


def given_input(port: Mapping[str, Any], item: Mapping[str, Any], usual: str) -> dict[str, Any]:
    """An input as the wire says, else as the port says."""
    made = {**item, "mode": item.get("mode") or port.get("mode") or usual}
    for key in ("path_on_compute", "overwrite"):
        if made.get(key) is None and port.get(key) is not None:
            made[key] = port[key]
    return made


def given_output(
    port: Mapping[str, Any], item: Mapping[str, Any], datastore: str
) -> dict[str, Any]:
    """An output as the step says, else as the port says."""
    if port.get("destination"):  # a setting says where it goes
        item = {key: value for key, value in item.items() if key != "destination"}
    said = {
        "datastore": port.get("datastore") or datastore,
        "mode": port.get("mode") or "mount",
        "path_on_compute": port.get("path_on_compute"),
        "overwrite": bool(port.get("overwrite")),
        "is_directory": port.get("is_directory", True),
    }
    return {**said, **{key: value for key, value in item.items() if value not in (None, "")}}


def _reference(item: Any) -> tuple[str, str]:
    """("input", name) of `{"input": name}`; ("", "") of anything else."""
    if isinstance(item, Mapping) and len(item) == 1:
        ((kind, name),) = item.items()
        if kind in REFERENCES and isinstance(name, str):
            return str(kind), name
    return "", ""


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
