"""The page of one run: its bar, its tabs, its overview, and cancel."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from pipelines import child_selectors, metric_selectors, page_selectors, selectors
from pipelines.api.shapes import run_detail
from pipelines.domain.status import FINAL, Status, sentence
from pipelines.metric_page import lay_out
from pipelines.models import Run
from pipelines.parameter_values import run_parameters
from pipelines.services.cancel import cancel_run, cancel_step
from pipelines.views.children import child_context, run_children
from pipelines.views.common import asked, crumbs, may, may_write, page_url
from pipelines.views.steps import panel_context
from workspaces.domain.errors import NotFound
from workspaces.domain.roles import Permission
from workspaces.pages import workspace_page

TABS = (
    ("graph", "Graph", "graph"),
    ("steps", "Steps", "steps"),
    ("outputs", "Outputs + logs", "output"),
    ("metrics", "Metrics", "metric"),
    ("children", "Child runs", "branch"),  # only of runs that have some
    ("snapshot", "Snapshot", "snapshot"),
    ("json", "Raw JSON", "json"),
)


def run_context(request: HttpRequest, run_uid: str, tab: str) -> dict[str, Any]:
    """What the head, the bar, the overview and the open tab show."""
    live_after = page_selectors.newest_event()
    run = selectors.get_run(request.workspace, run_uid)  # type: ignore[attr-defined]
    final = Status(run.status) in FINAL
    failed = None
    if run.status == Status.FAILED.value or not final:
        failed = selectors.first_failed(run)
    context: dict[str, Any] = {
        "live_after": live_after,
        "run": run,
        "final": final,
        "sentence": sentence(run.reason, run.reason_data),
        "progress": page_selectors.run_progress(
            run, not_started_word="not started" if final else "waiting"
        ),
        "failed": failed,
        "failed_sentence": sentence(failed.reason, failed.reason_data) if failed else "",
        "error_shown": failed is not None or run.status == Status.FAILED.value,
        "parameters": run_parameters(run),
        "git": {
            key: run.properties[name]
            for key, name in (
                ("commit", "azureml.git.commit"),
                ("branch", "azureml.git.branch"),
                ("repository", "azureml.git.repository_uri"),
                ("dirty", "azureml.git.dirty"),
            )
            if run.properties.get(name)
        },
        "may_write": may_write(request),
        "may_publish": may(request, Permission.PUBLISH),
        "can_resume": run.status in (Status.FAILED.value, Status.CANCELED.value),
        "resumed_from": page_selectors.resumed_run(run),
        "can_cancel": not final and run.status != Status.CANCEL_REQUESTED.value,
        "tab": tab,
        "asked": asked(request),
        "step_uid": request.GET.get("step", ""),
        "panel_name": request.GET.get("panel", ""),
    }
    if tab == "steps":
        context["page"] = page_selectors.steps_page(run, context["asked"])
    elif tab == "outputs":
        context["outputs"], context["artifacts"] = page_selectors.run_results(run)
        context["registered"] = any(row.dataset_version_id for row in context["outputs"])
        context["page"] = page_selectors.steps_page(run, context["asked"])
    elif tab == "metrics":
        context["metrics"] = lay_out(metric_selectors.run_metrics(run))
    return context


@workspace_page(Permission.READ)
def show_run(request: HttpRequest, run_uid: str) -> HttpResponse:
    """The run page; everything it shows is in its URL (tab, step, panel)."""
    tab = request.GET.get("tab", "graph")
    if tab not in {name for name, _, _ in TABS}:
        tab = "graph"
    context = run_context(request, run_uid, tab)
    run = context["run"]
    selected = context["step_uid"]
    if not selected and context["failed"] is not None and tab in ("graph", "steps"):
        selected = context["failed"].uid  # zero clicks to the error
    step = None
    if request.GET.get("child"):
        context |= _child(request, run)
    elif selected:
        try:
            step = page_selectors.step_by_uid(run, selected)
        except NotFound:
            step = None  # an old link; the run is still worth showing
    if step is not None:
        context |= panel_context(request, run, step)
    if tab == "snapshot":
        context["snapshots"] = page_selectors.snapshots_of(run)
    elif tab == "json":
        context["raw"] = json.dumps(run_detail(run), indent=2, ensure_ascii=False)
    elif tab == "children":
        context["children"] = run_children(request, run)
    elif tab == "graph":
        context["page"] = page_selectors.steps_page(run, asked(request))
    context |= {
        "section": "experiments",
        "tabs": _tabs(run, tab),
        "breadcrumbs": crumbs(
            request,
            ("Experiments", page_url(request, "experiments")),
            (run.experiment.name, page_url(request, "experiment", name=run.experiment.name)),
            (f"Run {run.number}", ""),
        ),
    }
    response = render(request, "pipelines/run.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _tabs(run: Run, shown: str) -> tuple[tuple[str, str, str], ...]:
    if shown == "children" or child_selectors.has_children(run):
        return TABS
    return tuple(tab for tab in TABS if tab[0] != "children")


def _child(request: HttpRequest, run: Run) -> dict[str, Any]:
    """The open panel of a child run; nothing for an old link."""
    try:
        child = child_selectors.get_child(run, request.GET["child"])
    except NotFound:
        return {}
    return child_context(request, run, child)


@workspace_page(Permission.READ)
def refresh_run(request: HttpRequest, run_uid: str) -> HttpResponse:
    """The parts of the run page that change while it runs, for htmx to put in place."""
    context = run_context(request, run_uid, request.GET.get("tab", ""))
    context["live"] = True
    response = render(request, "pipelines/run_live.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _back(request: HttpRequest, run: Run) -> HttpResponse:
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = page_url(request, "run", run_uid=run.uid)
    return redirect(back)


@require_POST
@workspace_page(Permission.WRITE)
def cancel(request: HttpRequest, run_uid: str) -> HttpResponse:
    """Ask for the end of a run, then back to where the reader was."""
    run = selectors.get_run(request.workspace, run_uid)  # type: ignore[attr-defined]
    cancel_run(run=run, actor=request.actor)  # type: ignore[attr-defined]
    return _back(request, run)


@require_POST
@workspace_page(Permission.WRITE)
def cancel_one(request: HttpRequest, run_uid: str, step_uid: str) -> HttpResponse:
    """Ask for the end of one step, then back to its panel."""
    run = selectors.get_run(request.workspace, run_uid)  # type: ignore[attr-defined]
    step = page_selectors.step_by_uid(run, step_uid)
    cancel_step(step=step, actor=request.actor)  # type: ignore[attr-defined]
    return _back(request, run)
