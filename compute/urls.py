"""URLs of compute targets. Whole paths, from the root."""

from __future__ import annotations

from django.urls import path

from compute.api.targets import ComputesView, ComputeView

API = "api/v1/workspaces/<str:workspace_name>"

urlpatterns = [
    path(f"{API}/computes", ComputesView.as_view()),
    path(f"{API}/computes/<str:name>", ComputeView.as_view()),
]
