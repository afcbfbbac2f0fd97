"""Pages of a workspace; whole paths, from the root."""

from __future__ import annotations

from django.urls import path

from pipelines.views import (
    again,
    children,
    computes,
    designer,
    drafts,
    environments,
    lists,
    module_source,
    modules,
    parameters,
    runs,
    steps,
)

app_name = "pages"
HERE = "w/<str:workspace_name>/"
RUN = HERE + "runs/<str:run_uid>/"
TARGET = HERE + "compute/targets/<str:name>/"
ENVIRONMENTS = HERE + "environments/"
STEP = RUN + "steps/<str:step_uid>/"
DESIGNER = HERE + "designer/"
MODULES = HERE + "modules/"
MODULE = MODULES + "<str:module_id>/"
VERSION = MODULE + "versions/<str:version>/"

urlpatterns = [
    path(HERE, lists.show_home, name="home"),
    path(HERE + "pipelines/", lists.list_runs, name="runs"),
    path(DESIGNER, designer.show_home, name="designer"),
    path(DESIGNER + "new", designer.new_draft, name="draft-new"),
    path(DESIGNER + "<str:draft_id>", designer.show_draft, name="draft"),
    path(DESIGNER + "<str:draft_id>/clone", drafts.clone_draft, name="draft-clone"),
    path(DESIGNER + "<str:draft_id>/delete", drafts.remove_draft, name="draft-delete"),
    path(HERE + "drafts/", drafts.list_drafts, name="drafts"),
    path(RUN + "draft", drafts.clone_run, name="run-draft"),
    path(MODULES, modules.list_modules, name="modules"),
    path(MODULES + "new/", modules.new_module, name="module-new"),
    path(MODULE, modules.show_module, name="module"),
    path(MODULE + "new/", modules.new_version, name="module-new-version"),
    path(MODULE + "status", modules.set_status, name="module-status"),
    path(VERSION + "default", modules.set_default, name="module-default"),
    path(VERSION + "status", modules.set_version_status, name="module-version-status"),
    path(VERSION + "source", module_source.download, name="module-source"),
    path(HERE + "experiments/", lists.list_experiments, name="experiments"),
    path(HERE + "experiments/<path:name>/", lists.show_experiment, name="experiment"),
    path(HERE + "compute/", computes.list_targets, name="computes"),
    path(HERE + "compute/new/", computes.new_target, name="compute-new"),
    path(TARGET, computes.show_target, name="compute"),
    path(TARGET + "pause", computes.pause_target, name="compute-pause"),
    path(TARGET + "delete", computes.remove_target, name="compute-delete"),
    path(ENVIRONMENTS, environments.list_environments, name="environments"),
    path(ENVIRONMENTS + "<str:name>/", environments.show_environment, name="environment"),
    path(
        ENVIRONMENTS + "<str:name>/build", environments.build_environment, name="environment-make"
    ),
    path(ENVIRONMENTS + "builds/<str:key>/", environments.show_build, name="environment-build"),
    path(
        ENVIRONMENTS + "builds/<str:key>/again", environments.build_again, name="environment-again"
    ),
    path(HERE + "parameters/paths", parameters.suggest_paths, name="parameter-paths"),
    path(HERE + "parameters/versions", parameters.suggest_versions, name="parameter-versions"),
    path(RUN, runs.show_run, name="run"),
    path(RUN + "live", runs.refresh_run, name="run-live"),
    path(RUN + "cancel", runs.cancel, name="run-cancel"),
    path(RUN + "resubmit", again.resubmit, name="run-resubmit"),
    path(RUN + "resume", again.resume, name="run-resume"),
    path(RUN + "forecast", again.show_forecast, name="run-forecast"),
    path(RUN + "children/", children.list_children, name="run-children"),
    path(RUN + "children/<str:child_uid>/panel", children.show_child, name="child"),
    path(STEP + "cancel", runs.cancel_one, name="step-cancel"),
    path(STEP + "panel", steps.show_panel, name="step"),
    path(STEP + "preview", steps.show_preview, name="preview"),
    path(STEP + "image", steps.show_image, name="image"),
    path(STEP + "source", steps.show_source, name="source"),
]
