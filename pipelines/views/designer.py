"""The designer: its home, and the page that the editor opens in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from pipelines import draft_selectors, page_selectors
from pipelines.services.drafts import create_draft
from pipelines.views.common import crumbs, may, page_url
from workspaces.domain.errors import NotFound
from workspaces.domain.roles import Permission
from workspaces.pages import error_page, workspace_page

RECENT = 24  # drafts on the home page; all of them are in the list


@workspace_page(Permission.READ)
def show_home(request: HttpRequest) -> HttpResponse:
    """Where a pipeline begins: a new one, or one of the drafts."""
    workspace = request.workspace  # type: ignore[attr-defined]
    context = {
        "live_after": page_selectors.newest_event(),
        "section": "designer",
        "breadcrumbs": crumbs(request, ("Designer", "")),
        "drafts": draft_selectors.list_drafts(workspace).order_by("-updated_at", "-id")[:RECENT],
        "may_publish": may(request, Permission.PUBLISH),
    }
    return render(request, "pipelines/designer_home.html", context)


@require_POST
@workspace_page(Permission.PUBLISH)
def new_draft(request: HttpRequest) -> HttpResponse:
    """An empty draft, open in the editor."""
    draft = create_draft(
        workspace=request.workspace,  # type: ignore[attr-defined]
        actor=request.actor,  # type: ignore[attr-defined]
        body={},
    )
    return redirect(page_url(request, "draft", draft_id=draft.uid))


@workspace_page(Permission.READ)
def show_draft(request: HttpRequest, draft_id: str) -> HttpResponse:
    """The editor on one draft; who may not change it looks at it."""
    workspace = request.workspace  # type: ignore[attr-defined]
    home = page_url(request, "designer")
    try:
        draft = draft_selectors.get_draft(workspace, draft_id, graph=False)
    except NotFound as error:
        return error_page(request, error, back=(home, "Open the Designer's home"))
    context = {
        "live_after": page_selectors.newest_event(),
        "section": "designer",
        "breadcrumbs": crumbs(request, ("Designer", home), (draft.name, "")),
        "draft": draft,
        "may_publish": may(request, Permission.PUBLISH),
    }
    response = render(request, "pipelines/designer.html", context)
    response["Cache-Control"] = "no-store"
    return response
