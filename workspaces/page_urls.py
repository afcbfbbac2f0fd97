"""Settings pages: `w/<workspace_name>/settings/…`, named `settings:…`."""

from __future__ import annotations

from django.urls import path

from workspaces.views import audit, entra, members, principals

app_name = "settings"
PRINCIPAL = "service-principals/<str:principal_id>"
SECRET = f"{PRINCIPAL}/secrets/<str:secret_id>"

urlpatterns = [
    path("members/", members.show_members, name="members"),
    path("members/add", members.add, name="member-add"),
    path("members/invite", members.invite, name="member-invite"),
    path("members/<str:user_name>/invite", members.invite_once_more, name="member-invite-again"),
    path("members/<str:user_name>/role", members.set_role, name="member-role"),
    path("members/<str:user_name>/remove", members.remove, name="member-remove"),
    path("service-principals/", principals.show_principals, name="principals"),
    path(f"{PRINCIPAL}/", principals.show_principal, name="principal"),
    path(f"{PRINCIPAL}/enabled", principals.enable, name="principal-enable"),
    path(f"{PRINCIPAL}/secrets", principals.new_secret, name="principal-secret"),
    path(f"{SECRET}/rotate", principals.rotate, name="secret-rotate"),
    path(f"{SECRET}/revoke", principals.revoke, name="secret-revoke"),
    path("entra/", entra.show_entra, name="entra"),
    path("audit/", audit.show_audit, name="audit"),
]
