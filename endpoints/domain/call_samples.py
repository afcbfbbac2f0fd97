"""How to call an address, as programs that run as they are pasted: curl, Python, the SDK."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

TOKEN = "FOREBAY_TOKEN"  # noqa: S105 - the name of a variable
# For a parameter without a default: something of its type, to be replaced.
EXAMPLES: dict[str, Any] = {
    "int": 1,
    "float": 0.5,
    "string": "text",
    "bool": True,
    "datapath": {"datastore": "workspaceblobstore", "path": "folder"},
    "dataset": {"name": "dataset", "version": "latest"},
}


def sample_values(
    parameters: Sequence[Mapping[str, Any]], chosen: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A value for each parameter: what was chosen, its default, or an example of its type."""
    values = {}
    for one in parameters:
        name = one["name"]
        value = (chosen or {}).get(name, one.get("default"))
        values[name] = EXAMPLES.get(one["type"], "text") if value is None else value
    return values


def call_body(
    parameters: Sequence[Mapping[str, Any]], values: Mapping[str, Any], experiment: str
) -> dict[str, Any]:
    """The body of a call at v1's addresses: data has sections of its own there.

    What has no value is left out: the answer then says that it is required.
    """
    body: dict[str, Any] = {"ExperimentName": experiment}
    sections: dict[str, dict[str, Any]] = {}
    types = {one["name"]: one["type"] for one in parameters}
    for name, value in values.items():
        kind = types.get(name)
        if value is None:
            continue
        if kind == "datapath":
            path = {"DataStoreName": value.get("datastore"), "RelativePath": value.get("path")}
            sections.setdefault("DataPathAssignments", {})[name] = path
        elif kind == "dataset":
            reference = _reference(value)
            sections.setdefault("DataSetDefinitionValueAssignments", {})[name] = reference
        else:
            sections.setdefault("ParameterAssignments", {})[name] = value
    return body | sections


def _reference(value: Mapping[str, Any]) -> dict[str, Any]:
    if "dataset" in value:
        return {"SavedDataSetReference": {"Id": value["dataset"]}}
    version = str(value.get("version") or "latest")
    return {"DataSetReference": {"Name": value.get("name"), "Version": version}}


def as_curl(address: str, body: Mapping[str, Any]) -> str:
    """For a shell; the token comes from its environment."""
    text = shlex.quote(json.dumps(body, indent=2, ensure_ascii=False))
    return (
        f"curl -sS --fail-with-body \\\n  {shlex.quote(address)} \\\n"
        f'  -H "Authorization: Bearer ${TOKEN}" \\\n'
        f'  -H "Content-Type: application/json" \\\n'
        f"  -d {text}"
    )


def as_python(address: str, body: Mapping[str, Any]) -> str:
    """With requests, the library that v1's samples call with."""
    return (
        "import os\n\nimport requests\n\n"
        "response = requests.post(\n"
        f"    {_literal(address)},\n"
        f'    headers={{"Authorization": f"Bearer {{os.environ[\'{TOKEN}\']}}"}},\n'
        f"    json={_literal(body, 4)},\n"
        "    timeout=60,\n"
        ")\n"
        "response.raise_for_status()\n"
        "run = response.json()\n"
        'print(run["Id"], run["Status"], run["RunUrl"])'
    )


def as_sdk(
    endpoint: str,
    parameters: Sequence[Mapping[str, Any]],
    values: Mapping[str, Any],
    experiment: str,
    version: int | None = None,
) -> str:
    """With v1's SDK, the endpoint by its name."""
    types = {one["name"]: one["type"] for one in parameters}
    imports = ["from azureml.core import Workspace"]
    lines = []
    for name, value in values.items():
        if types.get(name) == "datapath":
            store, path = _literal(value.get("datastore")), _literal(value.get("path") or "")
            text = f"DataPath(ws.datastores[{store}], {path})"
            imports.append("from azureml.data.datapath import DataPath")
        elif types.get(name) == "dataset":
            text = _dataset(value)
            imports.append("from azureml.core import Dataset")
        else:
            text = _literal(value, 8)
        lines.append(f"        {_literal(name)}: {text},\n")
    imports.append("from azureml.pipeline.core import PipelineEndpoint")
    head = "\n".join(sorted(set(imports), key=lambda one: (one.split()[1], one)))
    given = f"    pipeline_parameters={{\n{''.join(lines)}    }},\n" if lines else ""
    asked = "" if version is None else f'    pipeline_version="{version}",\n'
    return (
        f"{head}\n\n"
        "ws = Workspace.from_config()\n"
        f"endpoint = PipelineEndpoint.get(workspace=ws, name={_literal(endpoint)})\n"
        f"run = endpoint.submit(\n    {_literal(experiment)},\n{given}{asked})\n"
        "run.wait_for_completion(show_output=True)"
    )


def _dataset(value: Mapping[str, Any]) -> str:
    if "dataset" in value:
        return f"Dataset.get_by_id(ws, {_literal(value['dataset'])})"
    version = value.get("version") or "latest"
    return f"Dataset.get_by_name(ws, {_literal(value.get('name'))}, version={_literal(version)})"


def _literal(value: Any, indent: int = 0) -> str:
    """A JSON value as Python, with double quotes as most style guides want them."""
    if isinstance(value, Mapping):
        if not value:
            return "{}"
        inner = " " * (indent + 4)
        rows = "".join(
            f"{inner}{_literal(key)}: {_literal(one, indent + 4)},\n" for key, one in value.items()
        )
        return f"{{\n{rows}{' ' * indent}}}"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return repr(value)
