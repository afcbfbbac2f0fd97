"""Environments: the list, a registered one, a build with its log; building again."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from compute.domain.definitions import as_asked
from compute.models import EnvironmentBuild
from compute.selectors import build_log, environment_versions, get_build, get_environment
from compute.services.environments import repeat_build, request_environment
from pipelines import environment_selectors
from pipelines.views.common import crumbs, may_write, page_url, render_list
from workspaces.domain.roles import Permission
from workspaces.pages import workspace_page

# A build's state -> the status whose colour and icon it has, and its word.
STATES = {
    EnvironmentBuild.PENDING: ("Queued", "Waiting"),
    EnvironmentBuild.BUILDING: ("Running", "Building"),
    EnvironmentBuild.READY: ("Completed", "Ready"),
    EnvironmentBuild.FAILED: ("Failed", "Failed"),
    EnvironmentBuild.CANCELED: ("Canceled", "Canceled"),
    EnvironmentBuild.REMOVED: ("NotStarted", "Removed"),
}


def state_of(build: EnvironmentBuild | None) -> dict[str, str]:
    """Status (for the colour), icon and word of a build, or of none."""
    status, word = ("NotStarted", "Not built") if build is None else STATES[build.status]
    return {"status": status, "icon": f"status-{status.lower()}", "word": word}


@workspace_page(Permission.READ)
def list_environments(request: HttpRequest) -> HttpResponse:
    """Registered environments, and those that steps asked for."""
    workspace = request.workspace  # type: ignore[attr-defined]
    rows = environment_selectors.listed_environments(workspace)
    context = {
        "section": "environments",
        "breadcrumbs": crumbs(request, ("Environments", "")),
        "rows": [{"row": row, "state": state_of(row.build)} for row in rows],
    }
    return render_list(
        request,
        "environments-list",
        "compute/environments_list.html",
        "compute/environments.html",
        context,
    )


@workspace_page(Permission.READ)
def show_environment(request: HttpRequest, name: str) -> HttpResponse:
    """A version of a registered environment, and what it becomes here."""
    workspace = request.workspace  # type: ignore[attr-defined]
    row = get_environment(workspace, name, request.GET.get("version", ""))
    spec, build = environment_selectors.planned(row)
    python = row.definition.get("python") or {}
    context = {
        "title": row.name,
        "registered": row,
        "versions": environment_versions(workspace, name),
        "asked_python": python.get("version"),
        "asked_packages": [*python.get("conda_packages", []), *python.get("packages", [])],
        "variables": row.definition.get("variables") or {},
        "notices": spec.notices,
        "spec": spec.content,
    }
    return _render(request, build, context)


@workspace_page(Permission.READ)
def show_build(request: HttpRequest, key: str) -> HttpResponse:
    """One build: what it is made of, what it printed, who uses it."""
    workspace = request.workspace  # type: ignore[attr-defined]
    build = get_build(workspace, key)
    requests = environment_selectors.requests_of(workspace, build)
    names = list(dict.fromkeys(one.name or "Default" for one in requests))
    context = {
        "title": names[0],
        "other_names": names[1:],
        "notices": list(dict.fromkeys(text for one in requests for text in one.notices)),
        "spec": build.spec,
    }
    return _render(request, build, context)


def _render(
    request: HttpRequest, build: EnvironmentBuild | None, context: dict[str, Any]
) -> HttpResponse:
    workspace = request.workspace  # type: ignore[attr-defined]
    context |= {
        "section": "environments",
        "breadcrumbs": crumbs(
            request, ("Environments", page_url(request, "environments")), (context["title"], "")
        ),
        "may_write": may_write(request),
        "build": build,
        "state": state_of(build),
        "ended": build is None or build.status in EnvironmentBuild.ENDED,
        "steps": environment_selectors.newest_steps(workspace, build) if build else [],
        "has_log": build is not None and build_log(build).exists(),
    }
    return render_list(
        request,
        "environment-state",
        "compute/environment_state.html",
        "compute/environment.html",
        context,
    )


@require_POST
@workspace_page(Permission.WRITE)
def build_environment(request: HttpRequest, name: str) -> HttpResponse:
    """Build a registered environment before a step needs it."""
    workspace = request.workspace  # type: ignore[attr-defined]
    row = get_environment(workspace, name, request.POST.get("version", ""))
    asked = as_asked(row.name, row.version, row.definition)
    request_environment(asked=asked, workspace=workspace, wanted=True)
    address = page_url(request, "environment", name=row.name)
    return redirect(f"{address}?version={row.version}")


@require_POST
@workspace_page(Permission.WRITE)
def build_again(request: HttpRequest, key: str) -> HttpResponse:
    """Build a failed, canceled or removed one once more."""
    build = get_build(request.workspace, key)  # type: ignore[attr-defined]
    repeat_build(
        workspace=request.workspace,  # type: ignore[attr-defined]
        actor=request.actor,  # type: ignore[attr-defined]
        build=build,
        now=timezone.now(),
    )
    return redirect(page_url(request, "environment-build", key=build.key))
