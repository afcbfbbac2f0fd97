"""Pages outside any workspace: signing in and out, a person's own tokens, health."""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import ip_address

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from studio import health as health_module
from studio.throttle import FailureBrake
from workspaces.domain.errors import Forbidden, ForebayError, InvalidInput, NotFound
from workspaces.models import AccessToken
from workspaces.pages import ActorRequest, error_page, signed_in_page
from workspaces.selectors import personal_tokens
from workspaces.services.access import create_token, revoke_token
from workspaces.services.sign_in import check_sign_in_link, consume_sign_in_link

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
LIFETIMES = {"30": 30, "90": 90, "365": 365, "never": None}  # days
brake = FailureBrake()


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
    """User name and password."""
    error, status = "", 200
    name = request.POST.get("username", "").strip()
    if request.method == "POST":
        key = f"{request.META.get('REMOTE_ADDR')} {name[:150]}"  # the brake remembers it
        wait = brake.wait(key)
        if wait:
            minutes = (wait + 59) // 60
            many = "minute" if minutes == 1 else "minutes"
            error, status = f"Too many attempts. Try again in {minutes} {many}.", 429
        else:
            user = authenticate(request, username=name, password=request.POST.get("password", ""))
            if user is not None:
                brake.succeeded(key)
                login(request, user)
                return redirect(own_path(request))
            brake.failed(key)
            error, status = "This user name and password do not match.", 401
    elif request.user.is_authenticated:
        return redirect(own_path(request))
    context = {"error": error, "username": name, "next": own_path(request)}
    return render(request, "studio/sign_in.html", context, status=status)


def is_loopback(request: HttpRequest) -> bool:
    """Whether the browser runs on this machine and no proxy stands between."""
    try:
        address = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    forwarded = any(h in request.headers for h in ("X-Forwarded-For", "Forwarded", "X-Real-Ip"))
    return address.is_loopback and not forwarded


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """A one-time link: looking at it changes nothing, its button uses it up."""
    now = timezone.now()
    try:
        if not is_loopback(request):
            raise Forbidden(
                "A sign-in link works only in a browser on the machine that runs the studio. "
                "From elsewhere, sign in with user name and password.",
                code="link_not_local",
            )
        if request.method == "POST":
            login(request, consume_sign_in_link(raw=token, now=now), backend=MODEL_BACKEND)
            return redirect(own_path(request))
        link = check_sign_in_link(raw=token, now=now)
    except ForebayError as error:
        return error_page(request, error)
    context = {"person": link.user, "token": token, "next": own_path(request)}
    return render(request, "studio/sign_in_link.html", context)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session."""
    logout(request)
    return redirect("sign-in")


@never_cache
def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """The administration has no sign-in of its own."""
    if request.user.is_authenticated:
        return error_page(request, Forbidden("The administration is for staff only."))
    return redirect(f"/sign-in?next={own_path(request)}")


@never_cache
@signed_in_page
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: ActorRequest) -> HttpResponse:
    """The person's own tokens; a new one is shown once, right after it is made."""
    now = timezone.now()
    raw, problem, name = "", "", ""
    lifetime = "90"
    if request.method == "POST":
        name = request.POST.get("name", "")
        lifetime = request.POST.get("lifetime", "90")
        try:
            if lifetime not in LIFETIMES:
                raise InvalidInput.field("lifetime", "Choose how long the token lives.")
            days = LIFETIMES[lifetime]
            expires_at = None if days is None else now + timedelta(days=days)
            _, raw = create_token(user=request.actor.user, name=name, expires_at=expires_at)
            name = ""
        except InvalidInput as error:
            problem = error.detail
    context = {
        "tokens": [
            {"row": token, "state": _state(token, now)}
            for token in personal_tokens(request.actor.user)
        ],
        "raw": raw,
        "problem": problem,
        "name": name,
        "lifetime": lifetime,
        "server": settings.FOREBAY_URL,
        "breadcrumbs": [{"label": "Access tokens", "url": ""}],
    }
    return render(request, "studio/tokens.html", context, status=422 if problem else 200)


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
    revoke_token(token=token, now=timezone.now())
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
