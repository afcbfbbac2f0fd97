"""The designer: its home, and the page that the editor opens in."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from compute.selectors import usual_target
from pipelines import draft_page_selectors, draft_selectors, page_selectors
from pipelines.domain.pictures import draw_graph
from pipelines.services.drafts import create_draft
from pipelines.services.samples import draft_of_sample, read_samples
from pipelines.views.common import asked, crumbs, may, page_url, render_list
from workspaces.domain.errors import NotFound
from workspaces.domain.roles import Permission
from workspaces.pages import error_page, workspace_page


@workspace_page(Permission.READ)
def show_home(request: HttpRequest) -> HttpResponse:
    """Where a pipeline begins: a new one, a sample, or one of the reader's drafts."""
    workspace = request.workspace  # type: ignore[attr-defined]
    query = asked(request)
    of = request.user
    assert isinstance(of, User)
    context = {
        "live_after": page_selectors.newest_event(),
        "section": "designer",
        "breadcrumbs": crumbs(request, ("Designer", "")),
        "samples": [(one, draw_graph(one.graph)) for one in read_samples()],
        "asked": query,
        "page": draft_page_selectors.drafts_page(workspace, query, of=of),
        "draft_count": draft_selectors.list_drafts(workspace).count(),
        "may_publish": may(request, Permission.PUBLISH),
        "mine": True,
    }
    fragment = "pipelines/drafts_list.html"
    return render_list(request, "drafts-list", fragment, "pipelines/designer_home.html", context)


@require_POST
@workspace_page(Permission.PUBLISH)
def new_draft(request: HttpRequest) -> HttpResponse:
    """An empty draft, or one of a `sample`, open in the editor."""
    workspace, actor = request.workspace, request.actor  # type: ignore[attr-defined]
    key = request.POST.get("sample", "")
    if key:
        draft = draft_of_sample(workspace=workspace, actor=actor, key=key, body={})
    else:
        body = {"default_compute": usual_target(workspace)}
        draft = create_draft(workspace=workspace, actor=actor, body=body)
    return redirect(page_url(request, "draft", draft_id=draft.uid))


@workspace_page(Permission.READ)
def show_draft(request: HttpRequest, draft_id: str) -> HttpResponse:
    """The editor on one draft; who may not change it looks at it."""
    workspace = request.workspace  # type: ignore[attr-defined]
    home = page_url(request, "designer")
    try:
        draft = draft_selectors.get_draft(workspace, draft_id, graph=False)
    except NotFound as error:
        more = {"draft_id": draft_id, "may_publish": may(request, Permission.PUBLISH)}
        back = (home, "Open the Designer's home")
        return error_page(
            request, error, back=back, template="pipelines/draft_gone.html", more=more
        )
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
