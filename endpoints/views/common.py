"""What the pages of this floor share."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from pipelines.views.common import may
from workspaces.domain.errors import Conflict, ForebayError, InvalidInput
from workspaces.domain.roles import Permission
from workspaces.pages import ActorRequest


def url_of(request: ActorRequest, page: str, /, **kwargs: str | int) -> str:
    """The address of a page of this floor, in the request's workspace."""
    return reverse(f"endpoints:{page}", kwargs={"workspace_name": request.workspace.name, **kwargs})


def may_publish(request: HttpRequest) -> bool:
    """Whether to show what publishes or changes; the view behind it asks again."""
    return may(request, Permission.PUBLISH)


def back_url(request: ActorRequest, fallback: str) -> str:
    """Where a form goes back to: its own `next` below this workspace, else `fallback`."""
    wanted = request.POST.get("next", "")
    here = f"/w/{request.workspace.name}/"
    if wanted.startswith(here) and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return fallback


def next_path(request: ActorRequest, page: str, **kwargs: str) -> str:
    """The same, with a named page of this floor to fall back to."""
    return back_url(request, url_of(request, page, **kwargs))


def do_and_tell(request: HttpRequest, act: Callable[[], str], back: str) -> HttpResponse:
    """Do what a button asks for and say so, or say why not; back to where the button was."""
    try:
        messages.success(request, act())
    except (Conflict, InvalidInput) as error:
        messages.error(request, error.detail)
    return redirect(back)


def field_errors(error: ForebayError, first: str) -> dict[str, str]:
    """Sentences by the name of the field; one that names none is the field `first`'s."""
    if not error.problems:
        return {first: error.detail}
    return {problem.field: problem.message for problem in reversed(error.problems)}
