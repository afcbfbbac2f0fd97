"""Consume: how to call an endpoint, with its real parameters; and a form that calls it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from endpoints import page_selectors, selectors
from endpoints.api.shapes import place_of
from endpoints.domain.addresses import endpoint_address
from endpoints.domain.call_samples import as_curl, as_python, as_sdk, call_body, sample_values
from endpoints.domain.texts import experiment_for
from endpoints.models import EndpointVersion, PipelineEndpoint
from endpoints.views.submit import target_endpoint, target_fields
from pipelines.page_selectors import experiment_names
from pipelines.parameter_form import Field, fields_of, values_of
from workspaces.domain.roles import Permission
from workspaces.pages import ActorRequest, workspace_page

LANGUAGES = (("curl", "curl"), ("python", "Python"), ("sdk", "SDK"))


def consume_context(
    request: ActorRequest, endpoint: PipelineEndpoint, default: EndpointVersion
) -> dict[str, Any]:
    """Snippets and the form of the tab; `version` in the URL chooses another than the default."""
    asked = request.GET.get("version") or None
    version = default if asked is None else selectors.get_version(endpoint, asked)
    parameters = version.published.parameters
    values = sample_values(parameters)
    experiment = experiment_for(endpoint.name)
    address = _address(request, endpoint, version)
    body = call_body(parameters, values, experiment)
    snippets = {
        "curl": as_curl(address, body),
        "python": as_python(address, body),
        "sdk": as_sdk(
            endpoint.name,
            parameters,
            values,
            experiment,
            None if version.number == endpoint.default_version else version.number,
        ),
    }
    language = request.GET.get("language", "curl")
    fields = fields_of(request.workspace, parameters, {})
    return {
        "version": version,
        "version_numbers": page_selectors.version_numbers(endpoint),
        "languages": LANGUAGES,
        "language": language if language in snippets else "curl",
        "snippets": [(name, label, snippets[name]) for name, label in LANGUAGES],
        "examples": [one["name"] for one in parameters if one.get("default") is None],
        "fields": fields,
        "experiment": experiment,
        "experiment_names": experiment_names(request.workspace),
        "request_path": urlsplit(address).path,
        "request_body": _shown(body),
    }


def _address(request: ActorRequest, endpoint: PipelineEndpoint, version: EndpointVersion) -> str:
    address = endpoint_address(place_of(request.workspace), endpoint.uid)
    if version.number == endpoint.default_version:
        return address
    return f"{address}/{version.number}"


@require_POST
@workspace_page(Permission.WRITE)
def show_request(request: ActorRequest, endpoint_id: str) -> HttpResponse:
    """What the form would send, to look at; as JSON (`path`, `body`, `problem`) to be sent."""
    target = target_endpoint(request, endpoint_id)
    assert target.version is not None
    fields = target_fields(request, target, recent=False)
    wrong = [one.name for one in fields if one.error]
    problem = f"Mend {', '.join(wrong)} first." if wrong else ""
    path = urlsplit(_address(request, target.version.endpoint, target.version)).path
    body = {} if problem else _body(request, target.published.parameters, fields)
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"path": path, "body": body, "problem": problem})
    context = {"fields": fields, "path": path, "body": _shown(body), "problem": problem}
    response = render(request, "endpoints/request_changed.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _body(
    request: ActorRequest, parameters: list[dict[str, Any]], fields: list[Field]
) -> dict[str, Any]:
    defaults = {one["name"]: one.get("default") for one in parameters}
    body = call_body(
        parameters,
        {**defaults, **values_of(fields, {})},
        request.POST.get("experiment", "").strip(),
    )
    if description := request.POST.get("description", "").strip():
        body["Description"] = description
    if request.POST.get("regenerate") == "1":
        body["RegenerateOutputs"] = True
    return body


def _shown(body: dict[str, Any]) -> str:
    return json.dumps(body, indent=2, ensure_ascii=False)
