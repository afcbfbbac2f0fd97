"""A run again: resubmitted as a whole, or resumed where it did not complete; and the forecast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from pipelines import selectors
from pipelines.domain.status import FINAL, Status
from pipelines.models import Run
from pipelines.parameter_form import (
    Field,
    fields_of,
    place_problems,
    recent_values,
    values_of,
)
from pipelines.services.again import body_of_run, frozen_builds, resubmit_run, resume_run
from pipelines.services.forecast import forecast_run
from pipelines.views.common import crumbs, page_url
from pipelines.views.forecasts import MEND, forecast_context, problem_sentences
from workspaces.domain.errors import Conflict, InvalidInput
from workspaces.domain.roles import Permission
from workspaces.pages import workspace_page

RESUBMIT, RESUME = "resubmit", "resume"
ALL_STEPS = "*"


def _choice(request: HttpRequest, name: str) -> str:
    given = request.POST if request.method == "POST" else request.GET
    return given.get(name, "")


def _nodes(run: Run) -> list[tuple[str, str]]:
    return [(node["id"], node.get("name") or node["id"]) for node in run.graph.get("nodes", [])]


@dataclass(frozen=True)
class Forced:
    """The steps that run whatever there is to reuse: all of them, or those with these ids."""

    all: bool
    nodes: list[str]

    @property
    def words(self) -> str:
        """What the closed list of steps says."""
        if self.all:
            return "All steps are forced to run"
        if not self.nodes:
            return "What did not change is reused"
        count = len(self.nodes)
        return f"{count} step{'' if count == 1 else 's'} forced to run"


def _forced(request: HttpRequest) -> Forced:
    given = request.POST if request.method == "POST" else request.GET
    chosen = list(dict.fromkeys(one for one in given.getlist("force") if one))
    return Forced(ALL_STEPS in chosen, [one for one in chosen if one != ALL_STEPS])


def _body(request: HttpRequest, run: Run, mode: str, fields: list[Field]) -> dict[str, Any]:
    """What the form asks the service for."""
    body: dict[str, Any] = {"parameters": values_of(fields, run.parameters)}
    forced = _forced(request)
    if mode == RESUME:
        nodes = [node_id for node_id, _ in _nodes(run)] if forced.all else forced.nodes
        return body | {"from_node": _choice(request, "from") or None, "force_nodes": nodes}
    if forced.all:
        return body | {"regenerate_outputs": True}
    return body | {"force_nodes": forced.nodes}


def _page(
    request: HttpRequest, run: Run, mode: str, fields: list[Field], error: str = ""
) -> HttpResponse:
    from_node = _choice(request, "from")
    names = dict(_nodes(run))
    if mode == RESUBMIT:
        heading, verb = f"Resubmit Run {run.number}", "Submit"
        lead = "The same pipeline once more, with these parameters."
    elif from_node in names:
        heading, verb = f"Rerun from {names[from_node]}", "Rerun"
        lead = (
            f"A new run that keeps what Run {run.number} completed above "
            f"{names[from_node]}, and runs it and all steps below it."
        )
    else:
        heading, verb = f"Resume Run {run.number}", "Resume"
        lead = f"A new run that keeps what Run {run.number} completed and runs the rest."
    context = {
        "run": run,
        "mode": mode,
        "heading": heading,
        "lead": lead,
        "verb": verb,
        "fields": fields,
        "nodes": _nodes(run),
        "from_node": from_node,
        "forced": _forced(request),
        "error": error,
        "section": "experiments",
        "breadcrumbs": crumbs(
            request,
            ("Experiments", page_url(request, "experiments")),
            (run.experiment.name, page_url(request, "experiment", name=run.experiment.name)),
            (f"Run {run.number}", page_url(request, "run", run_uid=run.uid)),
            (verb if mode == RESUME else "Resubmit", ""),
        ),
    }
    wrong = bool(error) or any(one.error for one in fields)
    response = render(request, "pipelines/again.html", context, status=422 if wrong else 200)
    response["Cache-Control"] = "no-store"
    return response


def _again(request: HttpRequest, run_uid: str, mode: str) -> HttpResponse:
    run = selectors.get_run(request.workspace, run_uid)  # type: ignore[attr-defined]
    if mode == RESUME and Status(run.status) not in FINAL:
        raise Conflict(f"Run {run.number} has not ended: wait for it, or cancel it first.")
    if request.method != "POST":
        return _page(request, run, mode, _fields(request, run))
    fields = _fields(request, run)
    if any(one.error for one in fields):
        return _page(request, run, mode, fields)
    submit = resume_run if mode == RESUME else resubmit_run
    try:
        new = submit(
            run=run,
            actor=request.actor,  # type: ignore[attr-defined]
            body=_body(request, run, mode, fields),
            source="Studio",
        )
    except InvalidInput as error:
        left = place_problems(fields, error.problems)
        told = problem_sentences(left) if error.problems else error.detail
        return _page(request, run, mode, fields, told)
    return redirect(page_url(request, "run", run_uid=new.uid))


def _fields(request: HttpRequest, run: Run, *, recent: bool = True) -> list[Field]:
    """The run's parameters with its values, or with what was posted."""
    return fields_of(
        run.workspace,
        run.graph.get("parameters") or [],
        run.parameters,
        typed=request.POST if request.method == "POST" else None,
        recent=recent_values(run.experiment_id) if recent else None,
    )


@require_http_methods(["GET", "POST"])
@workspace_page(Permission.WRITE)
def resubmit(request: HttpRequest, run_uid: str) -> HttpResponse:
    """The form with the run's own parameters; POST submits and leads to the new run."""
    return _again(request, run_uid, RESUBMIT)


@require_http_methods(["GET", "POST"])
@workspace_page(Permission.WRITE)
def resume(request: HttpRequest, run_uid: str) -> HttpResponse:
    """The same for the rest of a run that has ended; `from` names the step to begin with."""
    return _again(request, run_uid, RESUME)


@require_POST
@workspace_page(Permission.WRITE)
def show_forecast(request: HttpRequest, run_uid: str) -> HttpResponse:
    """What a submit of the form would do with each step; stores nothing."""
    workspace = request.workspace  # type: ignore[attr-defined]
    run = selectors.get_run(workspace, run_uid)
    mode = RESUME if request.POST.get("mode") == RESUME else RESUBMIT
    fields = _fields(request, run, recent=False)
    context: dict[str, Any] = {"run": run, "fields": fields, "forced": _forced(request)}
    if any(one.error for one in fields):
        context["problem"] = MEND
    else:
        asked = _body(request, run, mode, fields)
        body = body_of_run(run, asked)
        if mode == RESUME:
            body |= {
                "regenerate_outputs": run.regenerate_outputs,
                "resume_from": run.uid,
                "rerun_from_node": asked["from_node"],
            }
        try:
            kept = "kept or reused" if mode == RESUME else "reused"
            found = forecast_run(workspace=workspace, body=body, environments=frozen_builds(run))
            context |= forecast_context(found, kept)
        except InvalidInput as error:
            left = place_problems(fields, error.problems)
            told = MEND if error.problems else error.detail
            context["problem"] = problem_sentences(left) or told
    response = render(request, "pipelines/again_forecast.html", context)
    response["Cache-Control"] = "no-store"
    return response
