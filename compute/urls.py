"""URLs of compute targets and environments. Whole paths, from the root."""

from __future__ import annotations

from django.urls import path

from compute.api.environments import (
    EnvironmentBuildLogView,
    EnvironmentBuildsView,
    EnvironmentBuildView,
    EnvironmentsView,
    EnvironmentView,
)
from compute.api.targets import ComputesView, ComputeView

API = "api/v1/workspaces/<str:workspace_name>"

urlpatterns = [
    path(f"{API}/computes", ComputesView.as_view()),
    path(f"{API}/computes/<str:name>", ComputeView.as_view()),
    path(f"{API}/environments", EnvironmentsView.as_view()),
    path(f"{API}/environments/<str:name>", EnvironmentView.as_view()),
    path(f"{API}/environment-builds", EnvironmentBuildsView.as_view()),
    path(f"{API}/environments/builds/<str:key>", EnvironmentBuildView.as_view()),
    path(f"{API}/environments/builds/<str:key>/log", EnvironmentBuildLogView.as_view()),
]
