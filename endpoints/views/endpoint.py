"""The page of a pipeline endpoint: its versions and which one answers, its runs, how to call it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from endpoints import page_selectors, selectors
from endpoints.api.shapes import place_of
from endpoints.domain.addresses import endpoint_address
from endpoints.domain.version_diff import compare_versions
from endpoints.models import EndpointVersion, PipelineEndpoint
from endpoints.services.pipeline_endpoints import (
    archive_endpoint,
    describe_endpoint,
    reactivate_endpoint,
    set_default_version,
    set_version_status,
)
from endpoints.views.common import do_and_tell, field_errors, may_publish, next_path, url_of
from endpoints.views.consume import consume_context
from endpoints.views.schedules import schedules_tab
from pipelines.page_selectors import newest_event
from pipelines.views.common import crumbs, may_write
from workspaces.domain.errors import Conflict, InvalidInput
from workspaces.domain.roles import Permission
from workspaces.pages import ActorRequest, workspace_page

TABS = (
    ("overview", "Overview", "info"),
    ("versions", "Versions", "branch"),
    ("runs", "Runs", "pipelines"),
    ("schedules", "Schedules", "calendar"),
    ("consume", "Consume", "code"),
)


@workspace_page(Permission.READ)
def show_endpoint(request: ActorRequest, endpoint_id: str) -> HttpResponse:
    """One of its tabs; which one, and what it lists, is in the URL."""
    endpoint = selectors.get_endpoint(request.workspace, endpoint_id)
    tab = request.GET.get("tab", "overview")
    return _page(request, endpoint, tab if tab in {name for name, _, _ in TABS} else "overview")


def _page(
    request: ActorRequest,
    endpoint: PipelineEndpoint,
    tab: str,
    *,
    edit: dict[str, Any] | None = None,
    back: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    default = selectors.get_version(endpoint)
    context: dict[str, Any] = {
        "live_after": newest_event(),
        "section": "endpoints",
        "breadcrumbs": crumbs(
            request, ("Endpoints", url_of(request, "endpoints")), (endpoint.name, "")
        ),
        "endpoint": endpoint,
        "default": default,
        "usage": selectors.usage_of("endpoint", [endpoint.pk])[endpoint.pk],
        "address": endpoint_address(place_of(request.workspace), endpoint.uid),
        "version_count": endpoint.last_version + 1,
        "tabs": TABS,
        "tab": tab,
        "edit": edit or {"name": endpoint.name, "description": endpoint.description},
        "edit_open": edit is not None or request.GET.get("edit") == "1",
        "back": back or {"name": endpoint.name},
        "back_open": back is not None or request.GET.get("back") == "1",
        "may_write": may_write(request),
        "may_publish": may_publish(request),
    }
    if tab == "versions":
        context["page"] = page_selectors.versions_page(endpoint, request.GET.get("page", "1"))
    elif tab == "runs":
        context |= _runs(request, endpoint)
    elif tab == "schedules":
        context |= schedules_tab(request, endpoint)
    elif tab == "consume":
        context |= consume_context(request, endpoint, default)
    only_list = request.headers.get("HX-Target") == "runs-list" and tab == "runs"
    template = "endpoints/runs_of.html" if only_list else "endpoints/endpoint.html"
    response = render(request, template, context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _runs(request: ActorRequest, endpoint: PipelineEndpoint) -> dict[str, Any]:
    asked = request.GET.get("version", "")
    good = asked.isascii() and asked.isdigit() and len(asked) < 9
    version = int(asked) if good else None
    number = request.GET.get("page", "1")
    return {
        "page": page_selectors.endpoint_runs_page(endpoint, number, version=version),
        "version_asked": version,
        "version_is_asked": version is not None,
        "version_numbers": page_selectors.version_numbers(endpoint),
        "show_experiment": True,
    }


@require_POST
@workspace_page(Permission.PUBLISH)
def change(request: ActorRequest, endpoint_id: str) -> HttpResponse:
    """Another name or description; the address stays."""
    endpoint = selectors.get_endpoint(request.workspace, endpoint_id)
    typed = {name: request.POST.get(name, "") for name in ("name", "description")}
    try:
        describe_endpoint(endpoint=endpoint, actor=request.actor, changes=typed)
    except (Conflict, InvalidInput) as error:
        edit = {**typed, "errors": field_errors(error, "name")}
        return _page(request, endpoint, "overview", edit=edit, status=error.status)
    messages.success(request, "Changed. The address is the same as before.")
    return redirect(url_of(request, "endpoint", endpoint_id=endpoint.uid))


@require_POST
@workspace_page(Permission.PUBLISH)
def archive(request: ActorRequest, endpoint_id: str) -> HttpResponse:
    """Out of the lists; its name is free."""
    endpoint = selectors.get_endpoint(request.workspace, endpoint_id)

    def act() -> str:
        archive_endpoint(endpoint=endpoint, actor=request.actor)
        return f"The endpoint “{endpoint.name}” is archived: it refuses calls, its name is free."

    return do_and_tell(request, act, url_of(request, "endpoint", endpoint_id=endpoint.uid))


@require_POST
@workspace_page(Permission.PUBLISH)
def reactivate(request: ActorRequest, endpoint_id: str) -> HttpResponse:
    """Back, under `name` when its own was given away."""
    endpoint = selectors.get_endpoint(request.workspace, endpoint_id)
    name = request.POST.get("name") or endpoint.name
    try:
        reactivate_endpoint(endpoint=endpoint, actor=request.actor, name=name)
    except (Conflict, InvalidInput) as error:
        back = {"name": name, "error": error.detail}
        return _page(request, endpoint, "overview", back=back, status=error.status)
    messages.success(request, f"The endpoint “{name}” takes calls again.")
    return redirect(url_of(request, "endpoint", endpoint_id=endpoint.uid))


@require_POST
@workspace_page(Permission.PUBLISH)
def set_default(request: ActorRequest, endpoint_id: str, version: str) -> HttpResponse:
    """Calls without a version start this one from now on: also the roll-back."""
    endpoint = selectors.get_endpoint(request.workspace, endpoint_id)
    number = selectors.get_version(endpoint, version).number

    def act() -> str:
        set_default_version(endpoint=endpoint, actor=request.actor, number=number)
        return f"Calls start version {number} from now on; before, version " + (
            f"{endpoint.default_version}."
        )

    return do_and_tell(request, act, _versions_url(request, endpoint))


@require_POST
@workspace_page(Permission.PUBLISH)
def switch_version(request: ActorRequest, endpoint_id: str, version: str) -> HttpResponse:
    """`enabled` is "1" or "0"; the default version can't be disabled."""
    endpoint = selectors.get_endpoint(request.workspace, endpoint_id)
    number = selectors.get_version(endpoint, version).number
    enable = request.POST.get("enabled") == "1"
    status = EndpointVersion.ACTIVE if enable else EndpointVersion.DISABLED

    def act() -> str:
        set_version_status(endpoint=endpoint, actor=request.actor, number=number, status=status)
        return f"Version {number} {'takes' if enable else 'refuses'} calls from now on."

    return do_and_tell(request, act, _versions_url(request, endpoint))


def _versions_url(request: ActorRequest, endpoint: PipelineEndpoint) -> str:
    here = next_path(request, "endpoint", endpoint_id=endpoint.uid)
    return here if request.POST.get("next") else f"{here}?tab=versions"


@workspace_page(Permission.READ)
def show_diff(request: ActorRequest, endpoint_id: str, version: str) -> HttpResponse:
    """What a version does otherwise than another: `against`, else the one before it."""
    endpoint = selectors.get_endpoint(request.workspace, endpoint_id)
    after = selectors.get_version(endpoint, version)
    numbers = page_selectors.version_numbers(endpoint)
    earlier = [number for number in numbers if number < after.number]
    wanted = request.GET.get("against") or (earlier[0] if earlier else after.number)
    before = selectors.get_version(endpoint, wanted)
    blocks = compare_versions(
        page_selectors.version_side(before), page_selectors.version_side(after)
    )
    context = {
        "section": "endpoints",
        "breadcrumbs": crumbs(
            request,
            ("Endpoints", url_of(request, "endpoints")),
            (endpoint.name, url_of(request, "endpoint", endpoint_id=endpoint.uid)),
            (f"Version {after.number}", ""),
        ),
        "endpoint": endpoint,
        "before": before,
        "after": after,
        "blocks": blocks,
        "numbers": [number for number in numbers if number != after.number],
        "may_publish": may_publish(request),
    }
    response = render(request, "endpoints/version_diff.html", context)
    response["Cache-Control"] = "no-store"
    return response
