"""URLs of workspaces. Each app's `urls.py` holds whole paths, from the root."""

from __future__ import annotations

from django.urls import include, path

from workspaces.api import views
from workspaces.views import open_first_workspace

urlpatterns = [
    path("", open_first_workspace, name="root"),
    path("api/v1/me", views.MeView.as_view(), name="api-me"),
    path("api/v1/workspaces", views.WorkspaceListView.as_view(), name="api-workspaces"),
    path(
        "api/v1/workspaces/<str:workspace_name>",
        views.WorkspaceView.as_view(),
        name="api-workspace",
    ),
    path("api/v1/workspaces/<str:workspace_name>/", include("workspaces.api.snapshot_urls")),
]
