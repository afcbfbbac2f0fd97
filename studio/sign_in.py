"""Getting in and out: password, one-time link, invitation, signing out."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from workspaces.api.addresses import address_of
from workspaces.domain.errors import Forbidden, ForebayError, InvalidInput, TooMany
from workspaces.pages import actor_of, error_page
from workspaces.services.brakes import LINK
from workspaces.services.entra_browser import sign_out_url
from workspaces.services.members import accept_invite, check_invite
from workspaces.services.sign_in import (
    check_sign_in_link,
    consume_sign_in_link,
    note_bad_link,
    note_sign_in,
    note_sign_out,
    sign_in_by_password,
)

BY_ENTRA = "signed_in_by_entra"  # in the session of a browser that came from Microsoft
MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
FORWARDING = ("X-Forwarded-For", "Forwarded", "X-Real-Ip")
# Why somebody stands at the door, by the `why` of the address.
REASONS = {
    "ended": "Your session ended. Sign in to go on where you were.",
    "closed": "This account is closed. Ask an administrator of the studio to open it again.",
    "out": "You are signed out.",
    "out-entra": "You are signed out here, but not of Microsoft.",
}


def own_path(request: HttpRequest) -> str:
    """`?next=`, if it leads to a page of this studio; else the first page."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts=None, require_https=request.is_secure()
    ):
        return wanted
    return "/"


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """User name and password, or the way to Microsoft's sign-in where it is set up."""
    error: ForebayError | None = None
    name = request.POST.get("username", "").strip()
    if request.method == "POST":
        try:
            user = sign_in_by_password(
                name=name,
                password=request.POST.get("password", ""),
                address=address_of(request),
                now=timezone.now(),
            )
            login(request, user, backend=MODEL_BACKEND)
            return redirect(own_path(request))
        except ForebayError as caught:
            error = caught
    elif request.user.is_authenticated:
        return redirect(own_path(request))
    context = {
        "error": error.detail if error is not None else "",
        "reason": REASONS.get(request.GET.get("why", "")) if error is None else "",
        "username": name,
        "entra": settings.FOREBAY_ENTRA.signs_browsers_in,
        "microsoft_out": sign_out_url() if request.GET.get("why") == "out-entra" else "",
        "next": own_path(request),
    }
    status = 200 if error is None else error.status
    response = render(request, "studio/sign_in.html", context, status=status)
    if isinstance(error, TooMany):
        response["Retry-After"] = str(error.extra["retry_after"])
    return response


def is_loopback(request: HttpRequest) -> bool:
    """Whether the browser runs on this machine and no proxy stands between."""
    try:
        address = ip_address(address_of(request))
    except ValueError:
        return False
    return address.is_loopback and not any(name in request.headers for name in FORWARDING)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """A one-time link: looking at it changes nothing, its button uses it up."""
    now, address = timezone.now(), address_of(request)
    try:
        if not is_loopback(request):
            raise Forbidden(
                "A sign-in link works only in a browser on the machine that runs the studio. "
                "From elsewhere, sign in with user name and password.",
                code="link_not_local",
            )
        LINK.check(address, now=now)
        if request.method == "POST":
            user = consume_sign_in_link(raw=token, address=address, now=now)
            login(request, user, backend=MODEL_BACKEND)
            return redirect(own_path(request))
        link = check_sign_in_link(raw=token, now=now)
    except ForebayError as error:
        if error.code == "link_unknown":
            note_bad_link(address=address, now=now)
        return error_page(request, error)
    context = {"person": link.user, "token": token, "next": own_path(request)}
    return render(request, "studio/sign_in_link.html", context)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """An invited person chooses a password and is signed in."""
    now, address, problem = timezone.now(), address_of(request), ""
    try:
        LINK.check(address, now=now)
        link = check_invite(raw=token, now=now)
        if request.method == "POST":
            password = request.POST.get("password", "")
            try:
                if password != request.POST.get("again", ""):
                    raise InvalidInput.field("password", "The two passwords are not the same.")
                user = accept_invite(raw=token, password=password, address=address, now=now)
                login(request, user, backend=MODEL_BACKEND)
                note_sign_in(user=user, address=address, how="invitation")
                return redirect("root")
            except InvalidInput as error:
                problem = error.detail
    except ForebayError as error:
        if error.code == "invite_unknown":
            note_bad_link(address=address, now=now)
        return error_page(request, error)
    context = {"person": link.user, "token": token, "problem": problem}
    return render(request, "studio/invitation.html", context, status=422 if problem else 200)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session."""
    if isinstance(request.user, User):
        note_sign_out(actor=actor_of(request))
    why = "out-entra" if request.session.get(BY_ENTRA) else "out"
    logout(request)
    return redirect(f"/sign-in?{urlencode({'why': why})}")


@never_cache
def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """The administration has no sign-in of its own."""
    if request.user.is_authenticated:
        return error_page(request, Forbidden("The administration is for staff only."))
    return redirect(f"/sign-in?{urlencode({'next': own_path(request)}, safe='/')}")
