"""What every HTML page stands on: signed in, a member, and errors as pages."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from workspaces.api.addresses import address_of
from workspaces.api.reading import CHALLENGE, why_signed_out
from workspaces.domain.errors import ForebayError, TooMany
from workspaces.domain.roles import Permission
from workspaces.models import Workspace
from workspaces.services.access import Actor, authorize

Page = Callable[..., HttpResponseBase]


class ActorRequest(HttpRequest):
    """What a decorated view receives; only for type checkers."""

    actor: Actor
    workspace: Workspace


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in person behind a page's request."""
    assert isinstance(request.user, User)
    return Actor(user=request.user, address=address_of(request))


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the door, and after it back to the page where the person is.

    That is this address, or the page that holds the form or the part that asked for it.
    """
    here = request.get_full_path()
    if request.headers.get("HX-Request"):
        here = _own_page(request, request.headers.get("HX-Current-URL", ""))
    elif request.method not in ("GET", "HEAD"):
        here = _own_page(request, request.headers.get("Referer", ""))
    why = why_signed_out(request)
    answer = redirect_to_login(here, f"{settings.LOGIN_URL}?why={why}" if why else None)
    if request.headers.get("HX-Request"):
        told = HttpResponse("Sign in to go on.", status=401, content_type="text/plain")
        told["HX-Redirect"] = answer["Location"]  # a redirect would put the door into the part
        told["WWW-Authenticate"] = CHALLENGE
        return told
    return answer


def _own_page(request: HttpRequest, url: str) -> str:
    """The path and query of a page of ours; the first page for anything else."""
    parts = urlsplit(url)
    if parts.netloc != request.get_host() or not parts.path.startswith("/"):
        return "/"
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def workspace_page(permission: Permission = Permission.READ) -> Callable[[Page], Page]:
    """For a function view below `/w/<workspace_name>/`.

    Sends strangers to sign in and back; sets `request.actor` and `request.workspace`; a
    ForebayError becomes a page with its sentence and status.
    """

    def decorate(view: Page) -> Page:
        @functools.wraps(view)
        def wrapper(
            request: HttpRequest, workspace_name: str, *args: Any, **kwargs: Any
        ) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_sign_in(request)
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
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        request.actor = actor_of(request)  # type: ignore[attr-defined]
        try:
            return view(request, *args, **kwargs)
        except ForebayError as error:
            return error_page(request, error)

    return wrapper


def error_page(
    request: HttpRequest,
    error: ForebayError,
    *,
    retry: bool = False,
    back: tuple[str, str] | None = None,
    template: str = "workspaces/error.html",
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    """The error as a page: its title, its sentence, its problems. `back` is (address, words) of
    where to go on instead of the first page; a `template` of one's own takes `more`."""
    response = render(
        request,
        template,
        {
            **(more or {}),
            "status": error.status,
            "title": error.title,
            "detail": error.detail,
            "problems": error.problems,
            "retry": retry,  # offers the sign-in page rather than the first one
            "back": back,
        },
        status=error.status,
    )
    if isinstance(error, TooMany):
        response["Retry-After"] = str(error.extra.get("retry_after", 1))
    return response
