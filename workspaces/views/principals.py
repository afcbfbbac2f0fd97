"""Settings > Service principals."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from workspaces.domain.errors import ForebayError, InvalidInput
from workspaces.domain.roles import Permission
from workspaces.models import Member, ServicePrincipal, ServicePrincipalSecret
from workspaces.pages import ActorRequest, workspace_page
from workspaces.selectors import secret_by_uid, service_principal_by_uid, service_principals_of
from workspaces.services.service_principals import (
    add_secret,
    create_principal,
    revoke_secret,
    rotate_secret,
    update_principal,
)
from workspaces.views.common import by_field, settings_page, settings_url
from workspaces.views.members import ROLES

FIELDS = ("name", "description", "role", "entra_app_id")
LIFETIMES = (("30", "30 days"), ("180", "180 days"), ("365", "one year"), ("730", "two years"))


def _state(secret: ServicePrincipalSecret, now: datetime) -> str:
    if secret.revoked_at is not None:
        return "Revoked"
    return "Expired" if secret.expires_at <= now else "Active"


@require_http_methods(["GET", "HEAD", "POST"])
@workspace_page(Permission.MANAGE)
def show_principals(request: ActorRequest) -> HttpResponse:
    """The list, and the form for a new one."""
    typed = {name: request.POST.get(name, "") for name in FIELDS}
    problems: dict[str, str] = {}
    if request.method == "POST":
        try:
            row = create_principal(workspace=request.workspace, actor=request.actor, body=typed)
            return redirect(settings_url(request, "principal", principal_id=row.uid))
        except InvalidInput as error:
            problems = by_field(error)
    rows = list(service_principals_of(request.workspace).prefetch_related("secrets")[:500])
    roles = _roles(request, rows)
    now = timezone.now()
    context = {
        "rows": [
            {
                "principal": row,
                "role": roles.get(row.user_id, ""),
                "live": sum(_state(secret, now) == "Active" for secret in row.secrets.all()),
                "used": max(
                    (s.last_used_at for s in row.secrets.all() if s.last_used_at), default=None
                ),
            }
            for row in rows
        ],
        "roles": ROLES,
        "typed": typed if request.method == "POST" else {"role": "Contributor"},
        "problems": problems,
    }
    template = "workspaces/settings_principals.html"
    label, status = "Service principals", 422 if problems else 200
    return settings_page(request, "principals", label, template, context, status=status)


def _roles(request: ActorRequest, rows: list[ServicePrincipal]) -> dict[int, str]:
    members = Member.objects.filter(
        workspace=request.workspace, user__in=[row.user_id for row in rows]
    )
    return dict(members.values_list("user_id", "role"))


def _page(
    request: ActorRequest, row: ServicePrincipal, *, status: int = 200, **more: Any
) -> HttpResponse:
    now = timezone.now()
    role = _roles(request, [row]).get(row.user_id, "")
    secrets = row.secrets.order_by("-id")
    context = {
        "principal": row,
        "role": role,
        "secrets": [{"row": secret, "state": _state(secret, now)} for secret in secrets],
        "roles": ROLES,
        "lifetimes": LIFETIMES,
        "server": request.build_absolute_uri("/").rstrip("/"),
        "typed": {
            "name": row.name,
            "description": row.description,
            "role": role,
            "entra_app_id": row.entra_app_id or "",
        },
        "problems": {},
        **more,
    }
    steps = (("Service principals", settings_url(request, "principals")),)
    template = "workspaces/settings_principal.html"
    return settings_page(
        request, "principals", row.name, template, context, steps=steps, status=status
    )


@require_http_methods(["GET", "HEAD", "POST"])
@workspace_page(Permission.MANAGE)
def show_principal(request: ActorRequest, principal_id: str) -> HttpResponse:
    """One service principal: its facts, its secrets, how a program uses it."""
    row = service_principal_by_uid(request.workspace, principal_id)
    if request.method != "POST":
        return _page(request, row)
    typed = {name: request.POST.get(name, "") for name in FIELDS}
    try:
        update_principal(principal=row, actor=request.actor, body=typed, now=timezone.now())
    except ForebayError as error:
        problems = by_field(error) if isinstance(error, InvalidInput) else {"role": error.detail}
        return _page(request, row, status=error.status, typed=typed, problems=problems)
    messages.success(request, "Saved.")
    return redirect(settings_url(request, "principal", principal_id=row.uid))


@require_POST
@workspace_page(Permission.MANAGE)
def enable(request: ActorRequest, principal_id: str) -> HttpResponse:
    """Lock its programs out, or let them in again."""
    row = service_principal_by_uid(request.workspace, principal_id)
    enabled = request.POST.get("enabled") == "true"
    update_principal(
        principal=row, actor=request.actor, body={"enabled": enabled}, now=timezone.now()
    )
    word = "may sign in again" if enabled else "is locked out"
    messages.success(request, f"{row.name} {word}.")
    return redirect(settings_url(request, "principal", principal_id=row.uid))


def _days(request: ActorRequest) -> int:
    days = request.POST.get("days", "180")
    return int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 0


@require_POST
@workspace_page(Permission.MANAGE)
def new_secret(request: ActorRequest, principal_id: str) -> HttpResponse:
    """A secret, shown once."""
    row = service_principal_by_uid(request.workspace, principal_id)
    try:
        _, raw = add_secret(
            principal=row, actor=request.actor, days=_days(request), now=timezone.now()
        )
    except ForebayError as error:
        return _page(request, row, status=error.status, problems={"days": error.detail})
    return _page(request, row, raw=raw)


@require_POST
@workspace_page(Permission.MANAGE)
def rotate(request: ActorRequest, principal_id: str, secret_id: str) -> HttpResponse:
    """Another secret in the place of one, which works on for a day."""
    row = service_principal_by_uid(request.workspace, principal_id)
    secret = secret_by_uid(row, secret_id)
    try:
        _, raw = rotate_secret(
            secret=secret, actor=request.actor, days=_days(request), now=timezone.now()
        )
    except ForebayError as error:
        return _page(request, row, status=error.status, problems={"days": error.detail})
    return _page(request, row, raw=raw, rotated=True)


@require_POST
@workspace_page(Permission.MANAGE)
def revoke(request: ActorRequest, principal_id: str, secret_id: str) -> HttpResponse:
    """A secret and its tokens open nothing any more."""
    row = service_principal_by_uid(request.workspace, principal_id)
    secret = secret_by_uid(row, secret_id)
    revoke_secret(secret=secret, actor=request.actor, now=timezone.now())
    messages.success(request, f"The secret {secret.prefix}… opens nothing any more.")
    return redirect(settings_url(request, "principal", principal_id=row.uid))
