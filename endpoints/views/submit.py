"""A run of a published pipeline or an endpoint, from a form: parameters, experiment, forecast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from endpoints import selectors
from endpoints.domain.texts import experiment_for
from endpoints.models import EndpointVersion, PublishedPipeline
from endpoints.services.submitting import submit_published
from endpoints.views.common import url_of
from pipelines.page_selectors import experiment_names
from pipelines.parameter_form import Field, fields_of, place_problems, recent_values, values_of
from pipelines.services.forecast import forecast_run
from pipelines.views.common import crumbs, page_url
from pipelines.views.forecasts import MEND, forecast_context, problem_sentences
from workspaces.domain.errors import Conflict, InvalidInput, Problem
from workspaces.domain.roles import Permission
from workspaces.pages import ActorRequest, workspace_page


@dataclass(frozen=True)
class Target:
    """What the form submits: a published pipeline by itself, or behind an endpoint's version."""

    published: PublishedPipeline
    version: EndpointVersion | None
    url: str  # of its page
    forecast_url: str
    crumb: tuple[str, str]
    last_experiment: int | None

    @property
    def name(self) -> str:
        return self.published.name if self.version is None else self.version.endpoint.name


def target_published(request: ActorRequest, uid: str) -> Target:
    """A published pipeline to submit. Raises NotFound."""
    published = selectors.get_published(request.workspace, uid)
    last = selectors.usage_of("published", [published.pk])[published.pk].last_run
    return Target(
        published=published,
        version=None,
        url=url_of(request, "published", published_id=uid),
        forecast_url=url_of(request, "published-forecast", published_id=uid),
        crumb=("Published pipelines", url_of(request, "published-pipelines")),
        last_experiment=None if last is None else last.experiment_id,
    )


def target_endpoint(request: ActorRequest, uid: str) -> Target:
    """An endpoint to submit, by its default version or the one that `version` names."""
    endpoint = selectors.get_endpoint(request.workspace, uid)
    given = request.POST if request.method == "POST" else request.GET
    version = selectors.get_version(endpoint, given.get("version") or None)
    last = selectors.usage_of("endpoint", [endpoint.pk])[endpoint.pk].last_run
    return Target(
        published=version.published,
        version=version,
        url=url_of(request, "endpoint", endpoint_id=uid),
        forecast_url=url_of(request, "endpoint-forecast", endpoint_id=uid),
        crumb=("Endpoints", url_of(request, "endpoints")),
        last_experiment=None if last is None else last.experiment_id,
    )


def target_fields(request: ActorRequest, target: Target, *, recent: bool = True) -> list[Field]:
    """The pipeline's parameters with its defaults, or with what was posted."""
    lately = target.last_experiment if recent else None
    return fields_of(
        request.workspace,
        target.published.parameters,
        {},
        typed=request.POST if request.method == "POST" else None,
        recent=None if lately is None else recent_values(lately),
    )


@require_http_methods(["GET", "POST"])
@workspace_page(Permission.WRITE)
def submit_one(request: ActorRequest, published_id: str) -> HttpResponse:
    """The form of a published pipeline; POST submits and leads to the run."""
    return _submit(request, target_published(request, published_id))


@require_http_methods(["GET", "POST"])
@workspace_page(Permission.WRITE)
def submit_endpoint(request: ActorRequest, endpoint_id: str) -> HttpResponse:
    """The same for an endpoint's default version, or `version`."""
    return _submit(request, target_endpoint(request, endpoint_id))


@require_POST
@workspace_page(Permission.WRITE)
def foretell_one(request: ActorRequest, published_id: str) -> HttpResponse:
    """What the form's submit would do with each step; stores nothing."""
    return _foretell(request, target_published(request, published_id))


@require_POST
@workspace_page(Permission.WRITE)
def foretell_endpoint(request: ActorRequest, endpoint_id: str) -> HttpResponse:
    """The same for an endpoint."""
    return _foretell(request, target_endpoint(request, endpoint_id))


def _body(request: ActorRequest, fields: list[Field]) -> dict[str, Any]:
    return {
        "experiment": request.POST.get("experiment", "").strip(),
        "description": request.POST.get("description", "").replace("\r\n", "\n"),
        "parameters": values_of(fields, {}),
        "regenerate_outputs": request.POST.get("regenerate") == "1",
    }


def _submit(request: ActorRequest, target: Target) -> HttpResponse:
    fields = target_fields(request, target)
    if request.method != "POST":
        return _page(request, target, fields)
    if any(one.error for one in fields):
        return _page(request, target, fields)
    try:
        run = submit_published(
            published=target.published,
            endpoint_version=target.version,
            actor=request.actor,
            body=_body(request, fields),
            source="Studio",
        )
    except InvalidInput as error:
        left = place_problems(fields, error.problems)
        return _page(request, target, fields, left, "" if error.problems else error.detail)
    except Conflict as error:
        return _page(request, target, fields, error=error.detail)
    return redirect(page_url(request, "run", run_uid=run.uid))


def _page(
    request: ActorRequest,
    target: Target,
    fields: list[Field],
    problems: list[Problem] | None = None,
    error: str = "",
) -> HttpResponse:
    own = ("experiment", "description")
    errors = {one.field: one.message for one in problems or [] if one.field in own and not one.node}
    others = [one for one in problems or [] if one.node or one.field not in own]
    error = error or problem_sentences(others)
    given = request.POST if request.method == "POST" else {}
    context = {
        "target": target,
        "published": target.published,
        "fields": fields,
        "errors": errors,
        "error": error,
        "typed": {
            "experiment": given.get("experiment", experiment_for(target.name)),
            "description": given.get("description", ""),
            "regenerate": given.get("regenerate") == "1",
        },
        "experiment_names": experiment_names(request.workspace),
        "section": "endpoints",
        "breadcrumbs": crumbs(request, target.crumb, (target.name, target.url), ("Submit", "")),
    }
    wrong = bool(error or errors) or any(one.error for one in fields)
    response = render(request, "endpoints/submit.html", context, status=422 if wrong else 200)
    response["Cache-Control"] = "no-store"
    return response


def _foretell(request: ActorRequest, target: Target) -> HttpResponse:
    fields = target_fields(request, target, recent=False)
    context: dict[str, Any] = {"fields": fields}
    if any(one.error for one in fields):
        context["problem"] = MEND
    else:
        published = target.published
        body = {**_body(request, fields), "graph": published.graph}
        try:
            found = forecast_run(
                workspace=request.workspace,
                body=body,
                environments=selectors.frozen_builds(published),
            )
            context |= forecast_context(found)
        except InvalidInput as error:
            left = [one for one in place_problems(fields, error.problems) if one.node]
            told = MEND if error.problems else error.detail
            context["problem"] = problem_sentences(left) or told
    response = render(request, "endpoints/forecast.html", context)
    response["Cache-Control"] = "no-store"
    return response
