"""What every HTML page stands on: signed in, a member, and errors as pages."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from workspaces.api.addresses import address_of
from workspaces.domain.errors import ForebayError
from workspaces.domain.roles import Permission
from workspaces.models import Workspace
from workspaces.services.access import Actor, authorize

Page = Callable[..., HttpResponse]


class ActorRequest(HttpRequest):
    """What a decorated view receives; only for type checkers."""

    actor: Actor
    workspace: Workspace


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in person behind a page's request."""
    assert isinstance(request.user, User)
    return Actor(user=request.user, address=address_of(request))


def workspace_page(permission: Permission = Permission.READ) -> Callable[[Page], Page]:
    """For a function view below `/w/<workspace_name>/`.

    Sends strangers to sign in and back; sets `request.actor` and `request.workspace`; a
    ForebayError becomes a page with its sentence and status.
    """

    def decorate(view: Page) -> Page:
        @functools.wraps(view)
        def wrapper(
            request: HttpRequest, workspace_name: str, *args: Any, **kwargs: Any
        ) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            request.actor = actor_of(request)  # type: ignore[attr-defined]
            try:
                request.workspace = authorize(  # type: ignore[attr-defined]
                    actor=request.actor,  # type: ignore[attr-defined]
                    workspace_name=workspace_name,
                    permission=permission,
                )
                return view(request, *args, **kwargs)
            except ForebayError as error:
                return error_page(request, error)

        return wrapper

    return decorate


def signed_in_page(view: Page) -> Page:
    """For a page outside any workspace: signed-in people only, errors as pages."""

    @functools.wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        request.actor = actor_of(request)  # type: ignore[attr-defined]
        try:
            return view(request, *args, **kwargs)
        except ForebayError as error:
            return error_page(request, error)

    return wrapper


def error_page(request: HttpRequest, error: ForebayError) -> HttpResponse:
    """The error as a page: its title, its sentence, its problems."""
    return render(
        request,
        "workspaces/error.html",
        {
            "status": error.status,
            "title": error.title,
            "detail": error.detail,
            "problems": error.problems,
        },
        status=error.status,
    )
