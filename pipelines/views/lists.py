"""Home, the run list, experiments."""

from __future__ import annotations

import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from pipelines import page_selectors
from pipelines.views.common import asked, crumbs, may_write, page_url, render_list
from workspaces.domain.roles import Permission
from workspaces.pages import workspace_page


@workspace_page(Permission.READ)
def show_home(request: HttpRequest) -> HttpResponse:
    """Running now, my last runs, failed runs; or what to do first."""
    workspace = request.workspace  # type: ignore[attr-defined]
    config = {
        "subscription_id": workspace.subscription_id,
        "resource_group": workspace.resource_group,
        "workspace_name": workspace.name,
        "forebay_server": settings.FOREBAY_URL,
    }
    context = {
        "live_after": page_selectors.newest_event(),
        "section": "home",
        "breadcrumbs": crumbs(request, ("Home", "")),
        "home": page_selectors.home(workspace, request.user),  # type: ignore[arg-type]
        "config_json": json.dumps(config, indent=2),
    }
    fragment = "pipelines/home_runs.html"
    return render_list(request, "home-runs", fragment, "pipelines/home.html", context)


@workspace_page(Permission.READ)
def list_runs(request: HttpRequest) -> HttpResponse:
    """Pipeline runs of the workspace."""
    workspace = request.workspace  # type: ignore[attr-defined]
    query = asked(request)
    context = {
        "live_after": page_selectors.newest_event(),
        "section": "pipelines",
        "breadcrumbs": crumbs(request, ("Pipelines", "")),
        "asked": query,
        "page": page_selectors.runs_page(workspace, query),
        "experiment_names": page_selectors.experiment_names(workspace),
        "may_write": may_write(request),
        "show_experiment": True,
    }
    return render_list(
        request, "runs-list", "pipelines/runs_list.html", "pipelines/runs.html", context
    )


@workspace_page(Permission.READ)
def list_experiments(request: HttpRequest) -> HttpResponse:
    """Experiments with their number of runs and their last run."""
    workspace = request.workspace  # type: ignore[attr-defined]
    query = asked(request)
    context = {
        "live_after": page_selectors.newest_event(),
        "section": "experiments",
        "breadcrumbs": crumbs(request, ("Experiments", "")),
        "asked": query,
        "page": page_selectors.experiments_page(workspace, query),
    }
    fragment = "pipelines/experiments_list.html"
    return render_list(request, "experiments-list", fragment, "pipelines/experiments.html", context)


@workspace_page(Permission.READ)
def show_experiment(request: HttpRequest, name: str) -> HttpResponse:
    """One experiment's runs."""
    workspace = request.workspace  # type: ignore[attr-defined]
    experiment = page_selectors.experiment_by_name(workspace, name)
    query = asked(request, experiment=name)
    context = {
        "live_after": page_selectors.newest_event(),
        "section": "experiments",
        "breadcrumbs": crumbs(
            request, ("Experiments", page_url(request, "experiments")), (name, "")
        ),
        "experiment": experiment,
        "asked": query,
        "page": page_selectors.runs_page(workspace, query),
        "may_write": may_write(request),
        "show_experiment": False,
    }
    return render_list(
        request, "runs-list", "pipelines/runs_list.html", "pipelines/experiment.html", context
    )
