"""Publishing from a page: a run, or a published pipeline, behind a new or an existing endpoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from endpoints import page_selectors, selectors
from endpoints.models import PipelineEndpoint
from endpoints.services.run_publishing import publish_run_behind, put_behind
from endpoints.views.common import url_of
from pipelines.models import Run
from pipelines.parameter_form import Field, fields_of, place_problems, recent_values, values_of
from pipelines.selectors import get_run
from pipelines.views.common import crumbs, page_url
from pipelines.views.forecasts import problem_sentences
from workspaces.domain.errors import Conflict, ForebayError, InvalidInput
from workspaces.domain.roles import Permission
from workspaces.pages import ActorRequest, workspace_page

NEW, EXISTING, NONE = "new", "existing", "none"
TEXTS = ("name", "description", "version", "endpoint_name", "endpoint", "where", "default")
OF_PIPELINE = ("name", "description", "version")


@dataclass(frozen=True)
class Place:
    """Behind what to publish: an existing endpoint, a new one of this name, or none."""

    endpoint: PipelineEndpoint | None
    new_name: str | None
    make_default: bool


def _typed(request: ActorRequest, before: dict[str, str]) -> dict[str, str]:
    if request.method != "POST":
        return {**dict.fromkeys(TEXTS, ""), **before}
    return {name: request.POST.get(name, "").replace("\r\n", "\n") for name in TEXTS}


def _place(request: ActorRequest, typed: dict[str, str]) -> Place:
    """Raises InvalidInput for an endpoint that was not chosen."""
    if typed["where"] == NEW:
        return Place(None, typed["endpoint_name"], True)
    if typed["where"] == EXISTING:
        if not typed["endpoint"]:
            raise InvalidInput.field("endpoint", "Choose an endpoint.")
        found = selectors.get_endpoint(request.workspace, typed["endpoint"])
        return Place(found, None, typed["default"] == "1")
    return Place(None, None, False)


@require_http_methods(["GET", "POST"])
@workspace_page(Permission.PUBLISH)
def publish_run(request: ActorRequest, run_uid: str) -> HttpResponse:
    """The form of a run; POST publishes it and leads to how it is called."""
    run = get_run(request.workspace, run_uid)
    choices = page_selectors.endpoint_choices(request.workspace)
    before = {"name": run.experiment.name, "endpoint_name": run.experiment.name, "where": NEW}
    known = {name: uid for uid, name, _ in choices}
    if run.experiment.name in known:  # most likely its next version
        before |= {"where": EXISTING, "endpoint": known[run.experiment.name]}
    typed = _typed(request, before)
    fields = fields_of(
        request.workspace,
        run.graph.get("parameters") or [],
        {},
        typed=request.POST if request.method == "POST" else None,
        recent=recent_values(run.experiment_id),
    )
    context = {
        "run": run,
        "heading": f"Publish Run {run.number}",
        "fields": fields,
        "back_url": page_url(request, "run", run_uid=run.uid),
        "breadcrumbs": crumbs(
            request,
            ("Experiments", page_url(request, "experiments")),
            (run.experiment.name, page_url(request, "experiment", name=run.experiment.name)),
            (f"Run {run.number}", page_url(request, "run", run_uid=run.uid)),
            ("Publish", ""),
        ),
    }
    if request.method != "POST":
        return _page(request, typed, choices, context)
    for one in fields:
        if not one.changed:
            one.error = ""  # a parameter without a default stays one
    if any(one.error for one in fields):
        return _page(request, typed, choices, context, status=422)
    try:
        return _publish(request, run, typed, fields)
    except (InvalidInput, Conflict) as error:
        return _page(request, typed, choices, context, error=error, fields=fields)


def _publish(
    request: ActorRequest, run: Run, typed: dict[str, str], fields: list[Field]
) -> HttpResponse:
    changed = [one for one in fields if one.changed]
    body: dict[str, Any] = {name: typed[name] for name in OF_PIPELINE}
    place = _place(request, typed)
    published, endpoint = publish_run_behind(
        run=run,
        actor=request.actor,
        body={**body, "defaults": values_of(changed, {})},
        endpoint=place.endpoint,
        endpoint_name=place.new_name,
        make_default=place.make_default,
    )
    if endpoint is None:
        messages.success(request, f"Run {run.number} is published.")
        return redirect(url_of(request, "published", published_id=published.uid))
    return _landed(request, endpoint)


def _landed(request: ActorRequest, endpoint: PipelineEndpoint) -> HttpResponse:
    """On Consume, which shows the version that was just published."""
    number = endpoint.last_version
    query = "?tab=consume"
    if number == endpoint.default_version:
        messages.success(request, f"Published: calls start version {number} of this endpoint.")
    else:
        query += f"&version={number}"
        said = f"Published as version {number}; calls still start version "
        messages.success(request, f"{said}{endpoint.default_version}.")
    return redirect(url_of(request, "endpoint", endpoint_id=endpoint.uid) + query)


@require_http_methods(["GET", "POST"])
@workspace_page(Permission.PUBLISH)
def add_to_endpoint(request: ActorRequest, published_id: str) -> HttpResponse:
    """The form that puts a published pipeline behind a new or an existing endpoint."""
    published = selectors.get_published(request.workspace, published_id)
    choices = page_selectors.endpoint_choices(request.workspace)
    url = url_of(request, "published", published_id=published.uid)
    context = {
        "published": published,
        "heading": "Publish to an endpoint",
        "back_url": url,
        "breadcrumbs": crumbs(
            request,
            ("Published pipelines", url_of(request, "published-pipelines")),
            (published.name, url),
            ("Publish to an endpoint", ""),
        ),
    }
    before = {"where": EXISTING if choices else NEW, "endpoint_name": published.name}
    typed = _typed(request, before)
    if request.method != "POST":
        return _page(request, typed, choices, context)
    try:
        if typed["where"] not in (NEW, EXISTING):
            raise InvalidInput.field("endpoint", "Choose an endpoint.")
        place = _place(request, typed)
        endpoint = put_behind(
            published=published,
            actor=request.actor,
            endpoint=place.endpoint,
            endpoint_name=place.new_name,
            make_default=place.make_default,
        )
    except (InvalidInput, Conflict) as error:
        return _page(request, typed, choices, context, error=error)
    return _landed(request, endpoint)


def _page(
    request: ActorRequest,
    typed: dict[str, str],
    choices: list[tuple[str, str, int]],
    context: dict[str, Any],
    *,
    error: ForebayError | None = None,
    fields: list[Field] | None = None,
    status: int = 200,
) -> HttpResponse:
    errors: dict[str, str] = {}
    told = ""
    if error is not None:
        status = error.status
        problems = place_problems(fields or [], error.problems)
        errors = {one.field: one.message for one in problems if one.field in TEXTS and not one.node}
        others = [one for one in problems if one.node or one.field not in TEXTS]
        told = problem_sentences(others) if error.problems else error.detail
        if error.code == "name_taken":
            errors, told = {"endpoint_name": error.detail}, ""
    context |= {
        "section": "endpoints",
        "typed": typed,
        "choices": choices,
        "errors": errors,
        "error": told,
    }
    response = render(request, "endpoints/publish.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response
