"""Pages of a workspace; whole paths, from the root."""

from __future__ import annotations

from django.urls import path

from pipelines.views import lists, runs, steps

app_name = "pages"
HERE = "w/<str:workspace_name>/"
RUN = HERE + "runs/<str:run_uid>/"
STEP = RUN + "steps/<str:step_uid>/"

urlpatterns = [
    path(HERE, lists.show_home, name="home"),
    path(HERE + "pipelines/", lists.list_runs, name="runs"),
    path(HERE + "experiments/", lists.list_experiments, name="experiments"),
    path(HERE + "experiments/<path:name>/", lists.show_experiment, name="experiment"),
    path(RUN, runs.show_run, name="run"),
    path(RUN + "live", runs.refresh_run, name="run-live"),
    path(RUN + "cancel", runs.cancel, name="run-cancel"),
    path(STEP + "panel", steps.show_panel, name="step"),
    path(STEP + "preview", steps.show_preview, name="preview"),
    path(STEP + "image", steps.show_image, name="image"),
    path(STEP + "source", steps.show_source, name="source"),
]
