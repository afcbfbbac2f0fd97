"""“Sign in with Microsoft”: to Entra ID and back."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from studio.sign_in import BY_ENTRA, MODEL_BACKEND, own_path
from workspaces.api.addresses import address_of
from workspaces.domain.errors import Forbidden, ForebayError, Unauthenticated
from workspaces.pages import error_page
from workspaces.services.actors import ENTRA
from workspaces.services.entra import user_of_identity
from workspaces.services.entra_browser import begin_sign_in, finish_sign_in, first_line
from workspaces.services.sign_in import note_sign_in, note_sign_in_failure

KEPT = "entra_sign_in"  # in the session, until the browser comes back


@never_cache
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Sends the browser to Microsoft."""
    if request.user.is_authenticated:
        return redirect(own_path(request))
    try:
        url, kept = begin_sign_in()
    except ForebayError as error:
        return error_page(request, error)
    request.session[KEPT] = {**kept, "next": own_path(request)}
    return redirect(url)


@never_cache
@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    """The browser comes back, with a code or with why there is none."""
    kept: dict[str, Any] | None = request.session.pop(KEPT, None)
    address = address_of(request)
    try:
        code = _code(request, kept)
        assert kept is not None
        identity = finish_sign_in(code=code, kept=kept)
        user = user_of_identity(identity, address=address, now=timezone.now())
    except ForebayError as error:
        if isinstance(error, (Forbidden, Unauthenticated)):
            note_sign_in_failure(how=ENTRA, code=error.code, address=address)
        return error_page(request, error, retry=True)
    login(request, user, backend=MODEL_BACKEND)
    request.session[BY_ENTRA] = True
    note_sign_in(user=user, address=address, how=ENTRA)
    return redirect(kept["next"])


def _code(request: HttpRequest, kept: dict[str, Any] | None) -> str:
    if kept is None or not secrets.compare_digest(
        request.GET.get("state", "").encode(), str(kept["state"]).encode()
    ):
        raise Forbidden(
            "This answer does not belong to a sign-in that began in this browser, or it came "
            "too late. Begin again.",
            code="state_mismatch",
        )
    if "error" in request.GET:
        told = request.GET.get("error_description") or request.GET["error"]
        raise Forbidden(f"Microsoft did not sign you in: {first_line(told)}", code="entra_refused")
    return request.GET.get("code", "")
