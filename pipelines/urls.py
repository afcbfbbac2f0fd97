"""URLs of pipelines: REST here, pages in `page_urls.py`."""

from __future__ import annotations

from django.urls import include, path

from pipelines.api import artifacts, children, control, experiments, programs, runs, steps

API = "api/v1/workspaces/<str:workspace_name>/"
RUN = API + "runs/<str:run_uid>"
STEP = API + "steps/<str:step_uid>"
CHILD = API + "children/<str:child_uid>"
OUTPUT = STEP + "/outputs/<str:name>/files"

urlpatterns = [
    path(API + "experiments", experiments.ExperimentListView.as_view(), name="api-experiments"),
    path(
        API + "experiments/<str:name>", experiments.ExperimentView.as_view(), name="api-experiment"
    ),
    path(API + "runs", runs.RunListView.as_view(), name="api-runs"),
    path(API + "runs/validate", runs.RunValidateView.as_view(), name="api-run-validate"),
    path(API + "runs/forecast", control.RunForecastView.as_view(), name="api-run-forecast"),
    path(RUN, runs.RunView.as_view(), name="api-run"),
    path(RUN + "/cancel", runs.RunCancelView.as_view(), name="api-run-cancel"),
    path(RUN + "/resume", control.RunResumeView.as_view(), name="api-run-resume"),
    path(RUN + "/resubmit", control.RunResubmitView.as_view(), name="api-run-resubmit"),
    path(RUN + "/program", programs.RunProgramView.as_view(), name="api-run-program"),
    path(RUN + "/steps", runs.RunStepsView.as_view(), name="api-run-steps"),
    path(RUN + "/events", runs.RunEventsView.as_view(), name="api-run-events"),
    path(RUN + "/metrics", runs.RunMetricsView.as_view(), name="api-run-metrics"),
    path(RUN + "/records", runs.RunRecordsView.as_view(), name="api-run-records"),
    path(RUN + "/graph.dot", runs.RunDotView.as_view(), name="api-run-dot"),
    path(STEP, steps.StepView.as_view(), name="api-step"),
    path(STEP + "/cancel", control.StepCancelView.as_view(), name="api-step-cancel"),
    path(STEP + "/log", steps.StepLogView.as_view(), name="api-step-log"),
    path(STEP + "/resources", steps.StepResourcesView.as_view(), name="api-step-resources"),
    path(STEP + "/metrics", steps.StepMetricsView.as_view(), name="api-step-metrics"),
    path(STEP + "/records", steps.StepRecordsView.as_view(), name="api-step-records"),
    path(STEP + "/artifacts", artifacts.StepArtifactsView.as_view(), name="api-step-artifacts"),
    path(
        STEP + "/artifacts/<path:path>",
        artifacts.StepArtifactView.as_view(),
        name="api-step-artifact",
    ),
    path(STEP + "/children", children.StepChildrenView.as_view(), name="api-step-children"),
    path(RUN + "/artifacts", artifacts.RunArtifactsView.as_view(), name="api-run-artifacts"),
    path(
        RUN + "/artifacts/<path:path>", artifacts.RunArtifactView.as_view(), name="api-run-artifact"
    ),
    path(RUN + "/children", children.RunChildrenView.as_view(), name="api-run-children"),
    path(CHILD, children.ChildView.as_view(), name="api-child"),
    path(CHILD + "/children", children.ChildChildrenView.as_view(), name="api-child-children"),
    path(CHILD + "/end", children.ChildEndView.as_view(), name="api-child-end"),
    path(CHILD + "/metrics", children.ChildMetricsView.as_view(), name="api-child-metrics"),
    path(CHILD + "/records", children.ChildRecordsView.as_view(), name="api-child-records"),
    path(STEP + "/outputs/<str:name>/rows", steps.OutputRowsView.as_view(), name="api-output-rows"),
    path(OUTPUT, steps.OutputFilesView.as_view(), name="api-output-files"),
    path(OUTPUT + "/", steps.OutputFileView.as_view(), name="api-output-whole"),
    path(OUTPUT + "/<path:path>", steps.OutputFileView.as_view(), name="api-output-file"),
    path("", include("pipelines.designer_urls")),
    path("", include("pipelines.page_urls")),
]
