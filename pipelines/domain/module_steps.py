"""What a module's spec, the settings of its step and the step itself come to: words and ports."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pipelines.domain.module_arguments import Settled
from pipelines.domain.script_modules import command_line, given_output, is_script_module, own


def step_arguments(
    node: Mapping[str, Any],
    spec: Mapping[str, Any],
    settled: Settled,
    connected: Collection[str],
) -> list[Any]:
    """The step's own command line, else the module's, else a flag for each port and setting."""
    given = own(node, "arguments")
    if isinstance(given, list):
        return list(given)
    if is_script_module(spec):
        return command_line(spec["arguments"], settled.values, connected)
    arguments: list[Any] = []
    for port in spec["inputs"]:
        if port["name"] in connected:
            arguments += [f"--in-{port['name']}", {"input": port["name"]}]
    for port in spec["outputs"]:
        arguments += [f"--out-{port['name']}", {"output": port["name"]}]
    return arguments + settled.arguments


def step_outputs(
    node: Mapping[str, Any], spec: Mapping[str, Any], settled: Settled, datastore: str
) -> list[dict[str, Any]]:
    """All outputs of the module; `datastore` is where those go of which nobody says it."""
    items = node.get("outputs")
    given = {
        str(one.get("name")): one
        for one in (items if isinstance(items, list) else [])
        if isinstance(one, Mapping)
    }
    outputs = []
    for port in spec["outputs"]:
        name = port["name"]
        before, place = given.get(name, {}), settled.destinations.get(name, {})
        if is_script_module(spec):
            outputs.append({**given_output(port, before, datastore), "name": name, **place})
            continue
        output = {
            "name": name,
            "datastore": before.get("datastore") or datastore,
            "mode": "mount",
            "is_directory": True,
        }
        for kept in ("register_on_complete", "pipeline_output_name"):
            if before.get(kept) is not None:
                output[kept] = before[kept]
        outputs.append({**output, **place})
    return outputs
