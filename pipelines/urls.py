"""URLs of pipelines: REST here, pages in `page_urls.py`."""

from __future__ import annotations

from django.urls import include, path

from pipelines.api import experiments, runs, steps

API = "api/v1/workspaces/<str:workspace_name>/"
RUN = API + "runs/<str:run_uid>"
STEP = API + "steps/<str:step_uid>"
OUTPUT = STEP + "/outputs/<str:name>/files"

urlpatterns = [
    path(API + "experiments", experiments.ExperimentListView.as_view(), name="api-experiments"),
    path(
        API + "experiments/<str:name>", experiments.ExperimentView.as_view(), name="api-experiment"
    ),
    path(API + "runs", runs.RunListView.as_view(), name="api-runs"),
    path(API + "runs/validate", runs.RunValidateView.as_view(), name="api-run-validate"),
    path(RUN, runs.RunView.as_view(), name="api-run"),
    path(RUN + "/cancel", runs.RunCancelView.as_view(), name="api-run-cancel"),
    path(RUN + "/steps", runs.RunStepsView.as_view(), name="api-run-steps"),
    path(RUN + "/events", runs.RunEventsView.as_view(), name="api-run-events"),
    path(RUN + "/metrics", runs.RunMetricsView.as_view(), name="api-run-metrics"),
    path(RUN + "/records", runs.RunRecordsView.as_view(), name="api-run-records"),
    path(RUN + "/graph.dot", runs.RunDotView.as_view(), name="api-run-dot"),
    path(STEP, steps.StepView.as_view(), name="api-step"),
    path(STEP + "/log", steps.StepLogView.as_view(), name="api-step-log"),
    path(STEP + "/metrics", steps.StepMetricsView.as_view(), name="api-step-metrics"),
    path(STEP + "/records", steps.StepRecordsView.as_view(), name="api-step-records"),
    path(STEP + "/artifacts", steps.StepArtifactsView.as_view(), name="api-step-artifacts"),
    path(
        STEP + "/artifacts/<path:path>", steps.StepArtifactView.as_view(), name="api-step-artifact"
    ),
    path(OUTPUT, steps.OutputFilesView.as_view(), name="api-output-files"),
    path(OUTPUT + "/", steps.OutputFileView.as_view(), name="api-output-whole"),
    path(OUTPUT + "/<path:path>", steps.OutputFileView.as_view(), name="api-output-file"),
    path("", include("pipelines.page_urls")),
]
