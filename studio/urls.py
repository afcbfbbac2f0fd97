"""Every URL of the studio, by app. An app's own `urls.py` holds whole paths, from the root."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from studio import entra_views, sign_in, views
from studio.schema import SchemaView

admin.autodiscover()  # here and not at every start: see INSTALLED_APPS

urlpatterns = [
    path("sign-in", sign_in.sign_in, name="sign-in"),
    path("sign-in/entra", entra_views.start, name="entra-start"),
    path("sign-in/entra/callback", entra_views.callback, name="entra-callback"),
    path("sign-in/<str:token>", sign_in.sign_in_by_link, name="sign-in-link"),
    path("sign-out", sign_in.sign_out, name="sign-out"),
    path("invite/<str:token>", sign_in.invitation, name="invitation"),
    path("settings/tokens/", views.tokens, name="tokens"),
    path("settings/tokens/<str:uid>/revoke", views.revoke, name="token-revoke"),
    path("favicon.ico", views.favicon),
    path("health", views.health, name="health"),
    path("api/v1/schema", SchemaView.as_view(), name="api-schema"),
    path("admin/login/", sign_in.admin_sign_in),
    path("admin/", admin.site.urls),
    path("", include("workspaces.urls")),
    path("", include("data.urls")),
    path("", include("compute.urls")),
    path("", include("pipelines.urls")),
    path("", include("endpoints.urls")),
    path("", include("gateways.urls")),
]

handler404 = "studio.errors.not_found"
handler500 = "studio.errors.server_error"
handler403 = "studio.errors.forbidden"
handler400 = "studio.errors.bad_request"
