"""The page of a published pipeline: its frozen graph, what is frozen with it, its runs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from endpoints import page_selectors, selectors
from endpoints.api.shapes import place_of
from endpoints.domain.addresses import published_address
from endpoints.models import PublishedPipeline
from endpoints.services.published_drafts import draft_of_published
from endpoints.services.publishing import change_published
from endpoints.views.common import field_errors, may_publish, url_of
from endpoints.views.schedules import schedules_tab
from pipelines.page_selectors import newest_event
from pipelines.views.common import crumbs, may_write, page_url
from workspaces.domain.errors import Conflict, InvalidInput
from workspaces.domain.roles import Permission
from workspaces.pages import ActorRequest, workspace_page

TABS = (
    ("details", "Details", "graph"),
    ("runs", "Runs", "pipelines"),
    ("schedules", "Schedules", "calendar"),
)


@workspace_page(Permission.READ)
def show_published(request: ActorRequest, published_id: str) -> HttpResponse:
    """Details with the graph, the runs, or the schedules; the tab is in the URL."""
    published = selectors.get_published(request.workspace, published_id)
    asked = request.GET.get("tab", "")
    return _page(request, published, asked if asked in ("runs", "schedules") else "details")


def _page(
    request: ActorRequest,
    published: PublishedPipeline,
    tab: str,
    *,
    edit: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "live_after": newest_event(),
        "section": "endpoints",
        "breadcrumbs": crumbs(
            request,
            ("Published pipelines", url_of(request, "published-pipelines")),
            (published.name, ""),
        ),
        "published": published,
        "usage": selectors.usage_of("published", [published.pk])[published.pk],
        "address": published_address(place_of(request.workspace), published.uid),
        "versions": selectors.endpoints_of(published),
        "tabs": TABS,
        "tab": tab,
        "edit": edit or {"name": published.name, "description": published.description},
        "edit_open": edit is not None or request.GET.get("edit") == "1",
        "may_write": may_write(request),
        "may_publish": may_publish(request),
        "graph_tab": tab == "details",
    }
    if tab == "runs":
        page = request.GET.get("page", "1")
        context["page"] = page_selectors.published_runs_page(published, page)
        context["show_experiment"] = True
    elif tab == "schedules":
        context |= schedules_tab(request, published)
    else:
        context["read_at_run_time"] = selectors.read_at_run_time(published)
        context["environments"] = [
            row.build for row in published.environments.select_related("build")
        ]
        context["datasets"] = page_selectors.frozen_datasets(published)
        context["nodes"] = published.graph["nodes"]
    only_list = request.headers.get("HX-Target") == "runs-list" and tab == "runs"
    template = "endpoints/runs_of.html" if only_list else "endpoints/published.html"
    response = render(request, template, context, status=status)
    response["Cache-Control"] = "no-store"
    return response


@workspace_page(Permission.READ)
def show_node(request: ActorRequest, published_id: str, node_id: str) -> HttpResponse:
    """A step as it was published, for the panel beside the graph."""
    published = selectors.get_published(request.workspace, published_id)
    node, build = page_selectors.node_of(published, node_id)
    names = {one["id"]: one.get("name") or one["id"] for one in published.graph["nodes"]}
    context = {
        "published": published,
        "node": node,
        "build": build,
        "arguments": [_argument(one) for one in node.get("arguments") or []],
        "inputs": [
            (port["name"], _source(port.get("source") or {}, names))
            for port in node.get("inputs") or []
        ],
        "section": "endpoints",
        "breadcrumbs": crumbs(
            request,
            ("Published pipelines", url_of(request, "published-pipelines")),
            (published.name, url_of(request, "published", published_id=published.uid)),
            (names[node_id], ""),
        ),
    }
    part = request.headers.get("HX-Request") or request.headers.get("X-Requested-With")
    template = "endpoints/node_panel.html" if part else "endpoints/node_page.html"
    response = render(request, template, context)
    response["Vary"] = "HX-Request, X-Requested-With, Cookie"
    response["Cache-Control"] = "no-store"
    return response


def _argument(one: Any) -> dict[str, str]:
    """`{"kind": "input" | "output" | "parameter" | "", "text"}`."""
    if isinstance(one, dict) and len(one) == 1:
        kind, name = next(iter(one.items()))
        return {"kind": str(kind), "text": str(name)}
    return {"kind": "", "text": str(one)}


def _source(source: dict[str, Any], names: dict[str, str]) -> str:
    """Where an input comes from, in words."""
    if "node" in source:
        return f"{source.get('output')} of {names.get(source['node'], source['node'])}"
    if "parameter" in source:
        return f"parameter {source['parameter']}"
    if "datastore" in source:
        return f"{source['datastore']}/{str(source.get('path') or '').strip('/')}"
    return f"dataset {str(source.get('dataset', ''))[:8]}"


@require_POST
@workspace_page(Permission.PUBLISH)
def clone(request: ActorRequest, published_id: str) -> HttpResponse:
    """A draft of the published graph, open in the editor."""
    published = selectors.get_published(request.workspace, published_id)
    draft = draft_of_published(published=published, actor=request.actor, body={})
    return redirect(page_url(request, "draft", draft_id=draft.uid))


@require_POST
@workspace_page(Permission.PUBLISH)
def change(request: ActorRequest, published_id: str) -> HttpResponse:
    """Another name or description; what runs never changes."""
    published = selectors.get_published(request.workspace, published_id)
    typed = {name: request.POST.get(name, "") for name in ("name", "description")}
    try:
        change_published(published=published, actor=request.actor, changes=typed)
    except (Conflict, InvalidInput) as error:
        edit = {**typed, "errors": field_errors(error, "name")}
        return _page(request, published, "details", edit=edit, status=error.status)
    messages.success(request, "Changed.")
    return redirect(url_of(request, "published", published_id=published.uid))
