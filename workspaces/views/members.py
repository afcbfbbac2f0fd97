"""Settings > Members."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from workspaces.api.members import invite_url
from workspaces.domain.errors import Conflict, ForebayError, InvalidInput
from workspaces.domain.roles import Permission, Role
from workspaces.pages import ActorRequest, workspace_page
from workspaces.selectors import invited_users, member_by_user_name, members_of
from workspaces.services.access import authorize
from workspaces.services.members import (
    add_member,
    change_role,
    invite_again,
    invite_person,
    remove_member,
)
from workspaces.views.common import by_field, owns, settings_page, settings_url

PAGE_SIZE = 50
ROLES = [
    (Role.OWNER.value, "everything, members and secrets too"),
    (Role.CONTRIBUTOR.value, "all work, no members"),
    (Role.READER.value, "looks, changes nothing"),
]


def _page(request: ActorRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    text = request.GET.get("q", "").replace("\0", "").strip()[:200]
    role = request.GET.get("role", "")
    rows = members_of(request.workspace)
    if text:
        rows = rows.filter(
            Q(user__username__icontains=text)
            | Q(user__first_name__icontains=text)
            | Q(user__last_name__icontains=text)
            | Q(user__email__icontains=text)
        )
    if role in [known.value for known in Role]:
        rows = rows.filter(role=role)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page", "1"))
    context = {
        "page": page,
        "invited": invited_users(row.user_id for row in page.object_list),
        "text": text,
        "role": role,
        "roles": ROLES,
        "may_manage": owns(request),
        "typed": {},
        "problems": {},
        **more,
    }
    template = "workspaces/settings_members.html"
    return settings_page(request, "members", "Members", template, context, status=status)


@require_GET
@workspace_page(Permission.READ)
def show_members(request: ActorRequest) -> HttpResponse:
    """Everyone with a role. Owners change them here."""
    return _page(request)


@require_POST
@workspace_page(Permission.MANAGE)
def add(request: ActorRequest) -> HttpResponse:
    """Somebody known here gets a role."""
    typed = {name: request.POST.get(name, "") for name in ("user", "role")}
    try:
        member = add_member(
            workspace=request.workspace,
            actor=request.actor,
            who=typed["user"],
            role=typed["role"],
        )
    except InvalidInput as error:
        return _page(request, status=422, typed=typed, problems=by_field(error))
    except Conflict as error:
        problems = {"user": error.detail}
        return _page(request, status=409, typed=typed, problems=problems)
    messages.success(request, f"{member.user.get_username()} is {member.role} now.")
    return redirect(settings_url(request, "members"))


@require_POST
@workspace_page(Permission.MANAGE)
def invite(request: ActorRequest) -> HttpResponse:
    """Somebody new; the link to send them is shown once."""
    typed = {name: request.POST.get(name, "") for name in ("user_name", "email", "role")}
    try:
        member, raw = invite_person(
            workspace=request.workspace,
            actor=request.actor,
            user_name=typed["user_name"],
            email=typed["email"],
            role=typed["role"],
            now=timezone.now(),
        )
    except InvalidInput as error:
        return _page(request, status=422, typed=typed, problems=by_field(error), inviting=True)
    return _page(request, link=invite_url(raw), person=member.user.get_username())


@require_POST
@workspace_page(Permission.MANAGE)
def invite_once_more(request: ActorRequest, user_name: str) -> HttpResponse:
    """A fresh link for somebody who never came."""
    member = member_by_user_name(request.workspace, user_name)
    raw = invite_again(member=member, actor=request.actor, now=timezone.now())
    return _page(request, link=invite_url(raw), person=user_name)


@require_POST
@workspace_page(Permission.MANAGE)
def set_role(request: ActorRequest, user_name: str) -> HttpResponse:
    """Another role for a member."""
    member = member_by_user_name(request.workspace, user_name)
    try:
        changed = change_role(member=member, actor=request.actor, role=request.POST.get("role"))
        messages.success(request, f"{user_name} is {changed.role} now.")
    except ForebayError as error:
        messages.error(request, error.detail)
    return redirect(settings_url(request, "members"))


@require_POST
@workspace_page(Permission.READ)
def remove(request: ActorRequest, user_name: str) -> HttpResponse:
    """An Owner removes a member; anyone leaves."""
    leaving = user_name == request.actor.user.get_username()
    if not leaving:
        authorize(
            actor=request.actor,
            workspace_name=request.workspace.name,
            permission=Permission.MANAGE,
        )
    member = member_by_user_name(request.workspace, user_name)
    try:
        remove_member(member=member, actor=request.actor)
    except Conflict as error:
        messages.error(request, error.detail)
        return redirect(settings_url(request, "members"))
    if leaving:
        messages.success(request, f"You left {request.workspace.name}.")
        return redirect("root")
    messages.success(request, f"{user_name} is no member any more.")
    return redirect(settings_url(request, "members"))
