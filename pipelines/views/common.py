"""What the pages share: breadcrumbs, addresses, what the URL asks for, whole page or part."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from pipelines.models import Run
from pipelines.page_selectors import ListQuery
from workspaces.domain.roles import Permission, Role, allows
from workspaces.selectors import membership

Crumb = dict[str, str]


def crumbs(request: HttpRequest, *steps: tuple[str, str]) -> list[Crumb]:
    """`(label, URL)` pairs; the last one is the page itself and has no URL."""
    return [{"label": label, "url": url} for label, url in steps]


def page_url(request: HttpRequest, page: str, /, **kwargs: str) -> str:
    """The address of a page of this request's workspace."""
    workspace_name = request.workspace.name  # type: ignore[attr-defined]
    return reverse(f"pages:{page}", kwargs={"workspace_name": workspace_name, **kwargs})


def may(request: HttpRequest, permission: Permission) -> bool:
    """Whether to show buttons that change something; the view behind them asks again."""
    workspace_name = request.workspace.name  # type: ignore[attr-defined]
    member = membership(request.user, workspace_name)  # type: ignore[arg-type]
    return member is not None and allows(Role(member.role), permission)


def may_write(request: HttpRequest) -> bool:
    """Whether to show what submits, cancels and tags."""
    return may(request, Permission.WRITE)


def asked(request: HttpRequest, *, experiment: str | None = None) -> ListQuery:
    """The list that the URL asks for."""
    get = request.GET.get
    return ListQuery(
        status=get("status", ""),
        text=get("q", "").replace("\0", "").strip()[:200],
        experiment=get("experiment", "") if experiment is None else experiment,
        sort=get("sort", ""),
        page=get("page", "1"),
    )


def render_list(
    request: HttpRequest, target: str, fragment: str, page: str, context: dict[str, Any]
) -> HttpResponse:
    """The whole page, or only its list when htmx asks for that element."""
    only_list = request.headers.get("HX-Target") == target
    response = render(request, fragment if only_list else page, context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    response["Cache-Control"] = "no-store"
    return response


def render_panel(
    request: HttpRequest, fragment: str, title: str, run: Run, context: dict[str, Any]
) -> HttpResponse:
    """A fragment for htmx and the graph's script; for everybody else a page around it."""
    if request.headers.get("HX-Request") or request.headers.get("X-Requested-With"):
        response = render(request, fragment, context)
    else:
        context |= {
            "fragment": fragment,
            "title": title,
            "section": "experiments",
            "breadcrumbs": crumbs(
                request,
                ("Experiments", page_url(request, "experiments")),
                (run.experiment.name, page_url(request, "experiment", name=run.experiment.name)),
                (f"Run {run.number}", page_url(request, "run", run_uid=run.uid)),
                (title, ""),
            ),
        }
        response = render(request, "pipelines/step_page.html", context)
    response["Vary"] = "HX-Request, X-Requested-With, Cookie"
    response["Cache-Control"] = "no-store"
    return response
