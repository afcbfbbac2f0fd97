"""The list of pipeline drafts, and what makes one of something else or ends one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from pipelines import draft_page_selectors, draft_selectors, page_selectors, selectors
from pipelines.services.drafts import copy_draft, delete_draft, draft_of_run
from pipelines.views.common import asked, crumbs, may, page_url, render_list
from workspaces.domain.roles import Permission
from workspaces.pages import workspace_page


@workspace_page(Permission.READ)
def list_drafts(request: HttpRequest) -> HttpResponse:
    """Every draft of the workspace; search, order and page are in the URL."""
    workspace = request.workspace  # type: ignore[attr-defined]
    query = asked(request)
    context = {
        "live_after": page_selectors.newest_event(),
        "section": "pipelines",
        "breadcrumbs": crumbs(request, ("Pipelines", "")),
        "asked": query,
        "page": draft_page_selectors.drafts_page(workspace, query),
        "may_publish": may(request, Permission.PUBLISH),
    }
    fragment = "pipelines/drafts_list.html"
    return render_list(request, "drafts-list", fragment, "pipelines/drafts.html", context)


@require_POST
@workspace_page(Permission.PUBLISH)
def clone_draft(request: HttpRequest, draft_id: str) -> HttpResponse:
    """A second draft with the same graph, open in the editor."""
    draft = draft_selectors.get_draft(request.workspace, draft_id)  # type: ignore[attr-defined]
    made = copy_draft(draft=draft, actor=request.actor, body={})  # type: ignore[attr-defined]
    return redirect(page_url(request, "draft", draft_id=made.uid))


@require_POST
@workspace_page(Permission.PUBLISH)
def clone_run(request: HttpRequest, run_uid: str) -> HttpResponse:
    """A draft of what a run was, also of one that a program submitted."""
    run = selectors.get_run(request.workspace, run_uid)  # type: ignore[attr-defined]
    made = draft_of_run(run=run, actor=request.actor, body={})  # type: ignore[attr-defined]
    return redirect(page_url(request, "draft", draft_id=made.uid))


@require_POST
@workspace_page(Permission.PUBLISH)
def remove_draft(request: HttpRequest, draft_id: str) -> HttpResponse:
    """The draft goes with its versions; back to the list where that was asked."""
    draft = draft_selectors.get_draft(request.workspace, draft_id)  # type: ignore[attr-defined]
    delete_draft(draft=draft, actor=request.actor)  # type: ignore[attr-defined]
    messages.success(request, f"The draft {draft.name} is deleted. Runs that it made stay.")
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = page_url(request, "drafts")
    return redirect(back)
