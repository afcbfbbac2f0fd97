"""URLs of workspaces. Each app's `urls.py` holds whole paths, from the root."""

from __future__ import annotations

from django.urls import include, path

from workspaces.api import audit, members, service_principals, views
from workspaces.views.audit import show_studio_audit
from workspaces.views.home import open_first_workspace

HERE = "api/v1/workspaces/<str:workspace_name>"

urlpatterns = [
    path("", open_first_workspace, name="root"),
    path("settings/audit/", show_studio_audit, name="studio-audit"),
    path("w/<str:workspace_name>/settings/", include("workspaces.page_urls")),
    path("api/v1/sign-in-options", views.SignInOptionsView.as_view(), name="api-sign-in-options"),
    path("api/v1/me", views.MeView.as_view(), name="api-me"),
    path("api/v1/workspaces", views.WorkspaceListView.as_view(), name="api-workspaces"),
    path(
        HERE,
        views.WorkspaceView.as_view(),
        name="api-workspace",
    ),
    path(f"{HERE}/audit", audit.AuditView.as_view(), name="api-audit"),
    path(f"{HERE}/members", members.MemberListView.as_view(), name="api-members"),
    path(f"{HERE}/members/<str:user_name>", members.MemberView.as_view(), name="api-member"),
    path(
        f"{HERE}/service-principals",
        service_principals.ServicePrincipalListView.as_view(),
        name="api-service-principals",
    ),
    path(
        f"{HERE}/service-principals/<str:principal_id>",
        service_principals.ServicePrincipalView.as_view(),
        name="api-service-principal",
    ),
    path(
        f"{HERE}/service-principals/<str:principal_id>/secrets",
        service_principals.ServicePrincipalSecretListView.as_view(),
        name="api-service-principal-secrets",
    ),
    path(
        f"{HERE}/service-principals/<str:principal_id>/secrets/<str:secret_id>",
        service_principals.ServicePrincipalSecretView.as_view(),
        name="api-service-principal-secret",
    ),
    path(
        f"{HERE}/service-principals/<str:principal_id>/secrets/<str:secret_id>/rotate",
        service_principals.ServicePrincipalSecretRotateView.as_view(),
        name="api-service-principal-secret-rotate",
    ),
    path("api/v1/oauth2/token", service_principals.TokenView.as_view(), name="api-token"),
    # Where programs written for Microsoft's token endpoint look when only the host is changed.
    path("<str:tenant>/oauth2/v2.0/token", service_principals.MicrosoftTokenView.as_view()),
    path("<str:tenant>/oauth2/token", service_principals.MicrosoftTokenView.as_view()),
    path(f"{HERE}/", include("workspaces.api.snapshot_urls")),
]
