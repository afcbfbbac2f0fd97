"""Joins the apps' tables of the REST interface to what drf-spectacular reads off the views."""

from __future__ import annotations

from typing import Any

from compute.api import schemas as compute
from data.api import schemas as data
from endpoints.api import operation_schemas as endpoint_operations
from endpoints.api import schemas as endpoints
from gateways.api import schemas as gateways
from pipelines.api import draft_schemas as drafts
from pipelines.api import graph_schemas as graphs
from pipelines.api import operation_schemas as pipeline_operations
from pipelines.api import schemas as pipelines
from workspaces.api import schemas as workspaces
from workspaces.api.schema_parts import JSON, Operation, ref, text

COMPONENTS: dict[str, JSON] = {}
for part in (
    workspaces, data, compute, graphs, pipelines, pipeline_operations, drafts, endpoints, gateways,
):  # fmt: skip
    COMPONENTS |= part.COMPONENTS
OPERATIONS: dict[str, Operation] = {
    **workspaces.OPERATIONS,
    **data.OPERATIONS,
    **compute.OPERATIONS,
    **pipeline_operations.OPERATIONS,
    **drafts.OPERATIONS,
    **endpoint_operations.OPERATIONS,
    **gateways.OPERATIONS,
}
V1 = "/pipelines/"
IN_PATH = {
    "workspace_name": ref("WorkspaceName"),
    "subscription": ref("Subscription"),
    "resource_group": ref("Subscription"),
}
NEEDED_IN_QUERY = {("/PipelineEndpointSubmit/Name", "name")}
TAGS = {
    "me": "Account",
    "sign-in-options": "Account",
    "oauth2": "Account",
    "workspaces": "Workspaces",
    "audit": "Audit log",
    "members": "Members",
    "service-principals": "Service principals",
    "blobs": "Snapshots",
    "snapshots": "Snapshots",
    "datastores": "Datastores",
    "datasets": "Datasets",
    "computes": "Compute targets",
    "environments": "Environments",
    "environment-builds": "Environments",
    "experiments": "Experiments",
    "runs": "Runs",
    "steps": "Steps",
    "children": "Child runs",
    "modules": "Modules",
    "drafts": "Pipeline drafts",
    "samples": "Pipeline drafts",
    "published-pipelines": "Published pipelines",
    "pipeline-endpoints": "Pipeline endpoints",
    "schedules": "Schedules",
    "notification-rules": "Notification rules",
}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same key and body again: done once, answered twice.",
    "schema": text(200, 1, pattern="^[A-Za-z0-9_-]+$"),
}


def describe(result: JSON, generator: Any, request: Any, public: bool) -> JSON:
    """A hook of drf-spectacular: bodies, answers, parameters, summaries and tags of OPERATIONS."""
    components = result.setdefault("components", {}).setdefault("schemas", {})
    components |= COMPONENTS
    result["components"]["schemas"] = dict(sorted(components.items()))
    for path, methods in result["paths"].items():
        for method, found in methods.items():
            operation = OPERATIONS.get(f"{method.upper()} {path}")
            if operation is not None:
                _describe(found, operation, path)
    result["tags"] = [{"name": name} for name in dict.fromkeys([*TAGS.values(), "v1"])]
    return result


def _describe(found: JSON, operation: Operation, path: str) -> None:
    found["summary"] = operation.summary
    found["tags"] = [_tag(path)]
    found["parameters"] = _parameters(operation, path)
    found.pop("requestBody", None)
    if operation.body is not None:
        content = {operation.body_type: {"schema": operation.body}}
        found["requestBody"] = {"content": content, "required": operation.body_needed}
    answers = {str(status): _answer(status, what) for status, what in operation.answers.items()}
    if path.endswith("/audit"):
        for kind in ("text/csv", "application/x-ndjson"):
            answers["200"]["content"][kind] = {"schema": {"type": "string"}}
    error = {"application/problem+json": {"schema": ref("Problem")}}
    if path.startswith(V1):
        error = {"application/json": {"schema": ref("V1Error")}}
    answers["4XX"] = {"description": "Refused, and why.", "content": error}
    found["responses"] = answers


def _tag(path: str) -> str:
    if path.startswith(V1):
        return "v1"
    parts = path.removeprefix("/api/v1/").split("/")
    return TAGS[parts[2] if len(parts) > 2 and parts[0] == "workspaces" else parts[0]]


def _parameters(operation: Operation, path: str) -> list[JSON]:
    places = {**IN_PATH, **operation.path}
    made: list[JSON] = [
        {"name": name, "in": "path", "required": True, "schema": places[name]}
        for name in _names(path)
    ]
    for name, schema in operation.query.items():
        parameter: JSON = {"name": name, "in": "query", "schema": schema}
        if any(path.endswith(end) and name == needed for end, needed in NEEDED_IN_QUERY):
            parameter["required"] = True
        if schema.get("type") == "array":
            parameter |= {"style": "form", "explode": True}
        made.append(parameter)
    return [*made, KEY] if operation.repeatable else made


def _names(path: str) -> list[str]:
    return [part.partition("}")[0] for part in path.split("{")[1:]]


def _answer(status: int, what: JSON | tuple[str, JSON] | list[tuple[str, JSON]] | None) -> JSON:
    if what is None:
        return {"description": "Done."}
    kinds = what if isinstance(what, list) else [what]
    named = [one if isinstance(one, tuple) else ("application/json", one) for one in kinds]
    said = "Made." if status == 201 else "As asked."
    return {"description": said, "content": {kind: {"schema": schema} for kind, schema in named}}
