"""Settings > Audit log: of a workspace for its Owners, of the whole studio for its staff."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from workspaces.api.audit import audit_download
from workspaces.audit_selectors import AuditQuery, audit_entries, audit_names, read_audit_query
from workspaces.domain.errors import Forbidden, InvalidInput
from workspaces.domain.roles import Permission
from workspaces.models import Workspace
from workspaces.pages import ActorRequest, signed_in_page, workspace_page
from workspaces.views.common import by_field, settings_page

PAGE_SIZE = 50


@require_GET
@workspace_page(Permission.MANAGE)
def show_audit(request: ActorRequest) -> HttpResponseBase:
    """Who changed what in this workspace."""
    return _show(request, request.workspace, "audit")


@require_GET
@signed_in_page
def show_studio_audit(request: ActorRequest) -> HttpResponseBase:
    """Who changed what anywhere, and who tried to sign in."""
    if not request.actor.user.is_staff:
        raise Forbidden("The audit log of the whole studio is for its administrators.")
    return _show(request, None, "studio-audit")


def _show(request: HttpRequest, workspace: Workspace | None, tab: str) -> HttpResponseBase:
    problems: dict[str, str] = {}
    try:
        query = read_audit_query(request.GET.dict())
    except InvalidInput as error:
        query, problems = AuditQuery(), by_field(error)
    rows = audit_entries(workspace, query)
    form = request.GET.get("format")
    if form and not problems:
        return audit_download(rows, form, workspace.name if workspace else "studio")
    people, actions = audit_names(workspace)
    context = {
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page", "1")),
        "asked": query,
        "days": {name: request.GET.get(name, "") for name in ("from", "to")},
        "people": people,
        "actions": actions,
        "kinds": sorted({action.partition(".")[0] + "." for action in actions}),
        "whole": workspace is None,
        "problems": problems,
    }
    if request.headers.get("HX-Target") == "audit-list":
        response = render(request, "workspaces/audit_list.html", context)
        response["Cache-Control"] = "no-store"
    else:
        template, status = "workspaces/settings_audit.html", 422 if problems else 200
        response = settings_page(request, tab, "Audit log", template, context, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response
