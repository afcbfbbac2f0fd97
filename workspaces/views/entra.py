"""Settings > Microsoft Entra ID: what is set up, and whether it works. Never a secret."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from workspaces.domain.entra import EntraSettings
from workspaces.domain.roles import Permission
from workspaces.pages import ActorRequest, workspace_page
from workspaces.services.entra_browser import CALLBACK, check_connection
from workspaces.views.common import settings_page


@require_http_methods(["GET", "HEAD", "POST"])
@workspace_page(Permission.MANAGE)
def show_entra(request: ActorRequest) -> HttpResponse:
    """The settings; POST tries them."""
    entra: EntraSettings = settings.FOREBAY_ENTRA
    tried = check_connection() if request.method == "POST" and entra else []
    context = {
        "entra": entra,
        "has_secret": bool(entra.client_secret),
        "redirect_uri": f"{settings.FOREBAY_URL}{CALLBACK}",
        "insecure": not settings.FOREBAY_URL.startswith(
            ("https://", "http://localhost", "http://127.0.0.1")
        ),
        "tried": tried,
    }
    label, template = "Microsoft Entra ID", "workspaces/settings_entra.html"
    return settings_page(request, "entra", label, template, context)
