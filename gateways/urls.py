"""URLs of foreign protocols. These are v1's, as its programs have them stored."""

from __future__ import annotations

from django.urls import path

from gateways.api import v1

RUNS = (
    "pipelines/v1.0/subscriptions/<str:subscription>/resourceGroups/<str:resource_group>"
    "/providers/Microsoft.MachineLearningServices/workspaces/<str:workspace_name>/PipelineRuns/"
)
BY_ID = RUNS + "PipelineEndpointSubmit/Id/<str:endpoint_id>"

urlpatterns = [
    path(
        RUNS + "PipelineSubmit/<str:published_id>",
        v1.V1PipelineSubmitView.as_view(),
        name="v1-pipeline-submit",
    ),
    path(
        RUNS + "PipelineEndpointSubmit/Name",
        v1.V1EndpointByNameSubmitView.as_view(),
        name="v1-endpoint-submit-by-name",
    ),
    path(BY_ID, v1.V1EndpointSubmitView.as_view(), name="v1-endpoint-submit"),
    path(
        BY_ID + "/<str:version>",
        v1.V1EndpointVersionSubmitView.as_view(),
        name="v1-endpoint-version-submit",
    ),
    path(RUNS + "<str:run_uid>", v1.V1RunView.as_view(), name="v1-run"),
    path(RUNS + "<str:run_uid>/Cancel", v1.V1RunCancelView.as_view(), name="v1-run-cancel"),
]
