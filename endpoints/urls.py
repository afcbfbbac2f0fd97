"""URLs of published pipelines and pipeline endpoints."""

from __future__ import annotations

from django.urls import path

from endpoints.api import pipeline_endpoints, published

API = "api/v1/workspaces/<str:workspace_name>/"
PUBLISHED = API + "published-pipelines/<str:published_id>"
ENDPOINT = API + "pipeline-endpoints/<str:endpoint_id>"

urlpatterns = [
    path(
        API + "published-pipelines",
        published.PublishedListView.as_view(),
        name="api-published-pipelines",
    ),
    path(PUBLISHED, published.PublishedView.as_view(), name="api-published-pipeline"),
    path(
        PUBLISHED + "/submit", published.PublishedSubmitView.as_view(), name="api-published-submit"
    ),
    path(PUBLISHED + "/runs", published.PublishedRunsView.as_view(), name="api-published-runs"),
    path(
        API + "runs/<str:run_uid>/publish",
        published.RunPublishView.as_view(),
        name="api-run-publish",
    ),
    path(
        API + "pipeline-endpoints",
        pipeline_endpoints.EndpointListView.as_view(),
        name="api-pipeline-endpoints",
    ),
    path(ENDPOINT, pipeline_endpoints.EndpointView.as_view(), name="api-pipeline-endpoint"),
    path(
        ENDPOINT + "/versions",
        pipeline_endpoints.EndpointVersionsView.as_view(),
        name="api-endpoint-versions",
    ),
    path(
        ENDPOINT + "/versions/<str:version>",
        pipeline_endpoints.EndpointVersionView.as_view(),
        name="api-endpoint-version",
    ),
    path(
        ENDPOINT + "/submit",
        pipeline_endpoints.EndpointSubmitView.as_view(),
        name="api-endpoint-submit",
    ),
    path(
        ENDPOINT + "/runs",
        pipeline_endpoints.EndpointRunsView.as_view(),
        name="api-endpoint-runs",
    ),
]
