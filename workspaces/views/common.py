"""What the settings pages share."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from workspaces.domain.errors import InvalidInput
from workspaces.domain.roles import Permission, Role, allows
from workspaces.pages import ActorRequest
from workspaces.selectors import membership


def settings_page(
    request: HttpRequest,
    tab: str,
    label: str,
    template: str,
    context: dict[str, Any],
    *,
    steps: tuple[tuple[str, str], ...] = (),
    status: int = 200,
) -> HttpResponse:
    """A tab of the settings; `steps` are breadcrumbs (label, URL) before the page's own label."""
    trail = [("Settings", ""), *steps, (label, "")]
    crumbs = [{"label": text, "url": url} for text, url in trail]
    shown = {"tab": tab, "section": "settings", "breadcrumbs": crumbs, **context}
    response = render(request, template, shown, status=status)
    response["Cache-Control"] = "no-store"
    return response


def owns(request: ActorRequest) -> bool:
    """Whether to show what only Owners may do; the views behind it ask again."""
    member = membership(request.actor.user, request.workspace.name)
    return member is not None and allows(Role(member.role), Permission.MANAGE)


def settings_url(request: ActorRequest, page: str, **names: str) -> str:
    """The address of a settings page of this request's workspace."""
    return reverse(f"settings:{page}", kwargs={"workspace_name": request.workspace.name, **names})


def by_field(error: InvalidInput) -> dict[str, str]:
    """What is wrong, by the form's field; `form` for what belongs to none."""
    return {problem.field or "form": problem.message for problem in error.problems} or {
        "form": error.detail
    }
