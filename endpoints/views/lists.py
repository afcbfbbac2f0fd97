"""The lists of pipeline endpoints and published pipelines, and switching one on or off."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from endpoints import page_selectors
from endpoints.page_selectors import Asked
from endpoints.selectors import get_endpoint, get_published
from endpoints.services.pipeline_endpoints import disable_endpoint, enable_endpoint
from endpoints.services.publishing import disable_published, enable_published
from endpoints.views.common import do_and_tell, may_publish, next_path
from pipelines.page_selectors import newest_event
from pipelines.views.common import crumbs, render_list
from workspaces.domain.roles import Permission
from workspaces.pages import ActorRequest, workspace_page


def asked_of(request: HttpRequest) -> Asked:
    """What the URL asks for."""
    get = request.GET.get
    return Asked(
        text=get("q", "").replace("\0", "").strip()[:200],
        disabled=get("disabled") == "1",
        sort=get("sort", ""),
        page=get("page", "1"),
    )


@workspace_page(Permission.READ)
def list_endpoints(request: ActorRequest) -> HttpResponse:
    """Pipeline endpoints of the workspace."""
    asked = asked_of(request)
    context = {
        "live_after": newest_event(),
        "section": "endpoints",
        "breadcrumbs": crumbs(request, ("Endpoints", "")),
        "asked": asked,
        "page": page_selectors.endpoints_page(request.workspace, asked),
        "may_publish": may_publish(request),
    }
    fragment = "endpoints/endpoints_list.html"
    return render_list(request, "endpoints-list", fragment, "endpoints/endpoints.html", context)


@workspace_page(Permission.READ)
def list_published(request: ActorRequest) -> HttpResponse:
    """Published pipelines of the workspace."""
    asked = asked_of(request)
    context = {
        "live_after": newest_event(),
        "section": "endpoints",
        "breadcrumbs": crumbs(request, ("Published pipelines", "")),
        "asked": asked,
        "page": page_selectors.published_page(request.workspace, asked),
        "may_publish": may_publish(request),
    }
    fragment = "endpoints/published_list.html"
    page = "endpoints/published_pipelines.html"
    return render_list(request, "published-list", fragment, page, context)


SAID = {True: "takes calls again", False: "refuses calls until it is enabled"}


@require_POST
@workspace_page(Permission.PUBLISH)
def switch_endpoint(request: ActorRequest, endpoint_id: str) -> HttpResponse:
    """`enabled` is "1" or "0"."""
    endpoint = get_endpoint(request.workspace, endpoint_id)
    enable = request.POST.get("enabled") == "1"

    def act() -> str:
        (enable_endpoint if enable else disable_endpoint)(endpoint=endpoint, actor=request.actor)
        return f"The endpoint “{endpoint.name}” {SAID[enable]}."

    return do_and_tell(request, act, next_path(request, "endpoint", endpoint_id=endpoint.uid))


@require_POST
@workspace_page(Permission.PUBLISH)
def switch_published(request: ActorRequest, published_id: str) -> HttpResponse:
    """`enabled` is "1" or "0"."""
    published = get_published(request.workspace, published_id)
    enable = request.POST.get("enabled") == "1"

    def act() -> str:
        switch = enable_published if enable else disable_published
        switch(published=published, actor=request.actor)
        return f"The published pipeline “{published.name}” {SAID[enable]}."

    return do_and_tell(request, act, next_path(request, "published", published_id=published.uid))
