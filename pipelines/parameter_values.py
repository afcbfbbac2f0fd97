"""Parameters and inputs of runs and steps in words, for pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from data.selectors import dataset_names
from pipelines.domain.data_words import DatasetNames, data_text
from pipelines.models import Run, StepRun


@dataclass(frozen=True)
class ShownParameter:
    """One value; `icon` is that of data, "" for a scalar."""

    name: str
    value: Any  # a text for data
    icon: str = ""
    title: str = ""


def run_parameters(run: Run) -> list[ShownParameter]:
    """A run's parameters; data as `workspaceblobstore/raw` and `titanic, version 2`."""
    return shown_parameters(run.workspace_id, run.parameters)


def shown_parameters(workspace_id: int, values: Mapping[str, Any]) -> list[ShownParameter]:
    """These values by name, as a page tells them."""
    names = _names(workspace_id, values.values())
    return [_shown(name, value, names) for name, value in values.items()]


def _names(workspace_id: int, sources: Iterable[Any]) -> DatasetNames:
    uids = {str(one["dataset"]) for one in sources if isinstance(one, Mapping) and "dataset" in one}
    return dataset_names(workspace_id, uids) if uids else {}


def _shown(name: str, value: Any, names: DatasetNames) -> ShownParameter:
    if not isinstance(value, Mapping):
        return ShownParameter(name, value)
    icon = "folder" if "datastore" in value else "dataset"
    return ShownParameter(name, data_text(value, names), icon, str(value.get("dataset", "")))


def step_parameters(step: StepRun) -> dict[str, Any]:
    """What a step reads: pipeline parameters, its own values, inputs, settings that don't apply."""
    node, values = step.node, step.run.parameters
    ports = node.get("inputs") or []
    names = _names(step.workspace_id, [*values.values(), *(port["source"] for port in ports)])
    used = [port["parameter"] for port in ports if port.get("parameter")]
    used += [one["parameter"] for one in node.get("arguments") or [] if _is_parameter(one)]
    own = []
    for name, value in (node.get("parameters") or {}).items():
        bound = value["parameter"] if _is_parameter(value) else ""
        if isinstance(value, dict) and "input" in value:
            own.append({"name": name, "value": f"the path of input {value['input']}", "bound": ""})
        else:
            own.append({"name": name, "value": values.get(bound, value), "bound": bound})
        used += [bound] if bound else []
    chosen = node.get("compute_parameter")
    used += [chosen] if chosen else []
    return {
        "pipeline_parameters": [
            _shown(name, values.get(name), names) for name in dict.fromkeys(used)
        ],
        "step_parameters": own,
        "settings": [
            {"name": setting, "value": values.get(one["parameter"]), "bound": one["parameter"]}
            for setting, one in (node.get("runconfig_parameters") or {}).items()
        ],
        "compute_parameter": chosen or "",
        "inputs": [
            {
                "name": port.get("name", ""),
                "mode": port.get("mode", ""),
                "source": _source_text(port["source"], names),
                "bound": port.get("parameter", ""),
            }
            for port in ports
        ],
        "output_ports": node.get("outputs") or [],
    }


def _is_parameter(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("parameter"), str)


def _source_text(source: Mapping[str, Any], names: DatasetNames) -> str:
    if "node" in source:
        return f"{source['node']} / {source.get('output', '')}"
    return data_text(source, names)
