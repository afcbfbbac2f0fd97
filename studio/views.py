"""Pages outside any workspace: a person's own tokens, health."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from studio import health as health_module
from workspaces.domain.errors import InvalidInput, NotFound
from workspaces.models import AccessToken, Workspace
from workspaces.pages import ActorRequest, signed_in_page
from workspaces.selectors import personal_tokens, workspaces_of
from workspaces.services.access import create_token, revoke_token

LIFETIMES = {"30": 30, "90": 90, "365": 365, "never": None}  # days


@never_cache
@signed_in_page
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: ActorRequest) -> HttpResponse:
    """The person's own tokens; a new one is shown once, right after it is made."""
    now = timezone.now()
    raw, problems = "", {}
    typed = {"name": "", "lifetime": "90", "scope": ""}
    if request.method == "POST":
        typed = {field: request.POST.get(field, default) for field, default in typed.items()}
        try:
            raw = _create(request, now, **typed)
            typed["name"] = ""
        except InvalidInput as error:
            problems = {problem.field: problem.message for problem in error.problems}
    context = {
        "tokens": [
            {"row": token, "state": _state(token, now)}
            for token in personal_tokens(request.actor.user)
        ],
        "raw": raw,
        "problems": problems,
        "typed": typed,
        "scopes": workspaces_of(request.actor.user),
        "tab": "tokens",
        "breadcrumbs": [{"label": "Settings", "url": ""}, {"label": "Access tokens", "url": ""}],
    }
    return render(
        request, "workspaces/settings_tokens.html", context, status=422 if problems else 200
    )


def _create(request: ActorRequest, now: datetime, *, name: str, lifetime: str, scope: str) -> str:
    if lifetime not in LIFETIMES:
        raise InvalidInput.field("lifetime", "Choose how long the token lives.")
    days = LIFETIMES[lifetime]
    workspace: Workspace | None = None
    if scope:
        workspace = workspaces_of(request.actor.user).filter(name=scope).first()
        if workspace is None:
            raise InvalidInput.field("scope", "Choose one of your workspaces.")
    _, raw = create_token(
        user=request.actor.user,
        name=name,
        workspace=workspace,
        expires_at=None if days is None else now + timedelta(days=days),
        actor=request.actor,
    )
    return raw


def _state(token: AccessToken, now: datetime) -> str:
    if token.revoked_at is not None:
        return "Revoked"
    if token.expires_at is not None and token.expires_at <= now:
        return "Expired"
    return "Active"


@signed_in_page
@require_POST
def revoke(request: ActorRequest, uid: str) -> HttpResponse:
    """Revokes one of the person's own tokens."""
    token = personal_tokens(request.actor.user).filter(uid=uid).first()
    if token is None:
        raise NotFound("You have no such token.")
    revoke_token(token=token, now=timezone.now(), actor=request.actor)
    messages.success(request, f"The token “{token.name}” opens nothing any more.")
    return redirect("tokens")


@never_cache
@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """Which processes are alive; for programs, without signing in."""
    return JsonResponse(health_module.health())


@require_GET
def favicon(request: HttpRequest) -> HttpResponse:
    """For pages that name no icon of their own, as the administration's."""
    return redirect(static("img/favicon.svg"), permanent=True)
