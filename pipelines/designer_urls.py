"""URLs of the designer's REST: modules and drafts."""

from __future__ import annotations

from django.urls import path

from pipelines.api import drafts, modules, programs

API = "api/v1/workspaces/<str:workspace_name>/"
MODULE = API + "modules/<str:module_id>"
DRAFT = API + "drafts/<str:draft_id>"
SAVED = DRAFT + "/versions/<str:number>"

urlpatterns = [
    path(API + "modules", modules.ModuleListView.as_view(), name="api-modules"),
    path(
        API + "modules/by-name/<path:name>",
        modules.ModuleByNameView.as_view(),
        name="api-module-by-name",
    ),
    path(MODULE, modules.ModuleView.as_view(), name="api-module"),
    path(MODULE + "/versions", modules.ModuleVersionsView.as_view(), name="api-module-versions"),
    path(
        MODULE + "/versions/<str:version>",
        modules.ModuleVersionView.as_view(),
        name="api-module-version",
    ),
    path(API + "drafts", drafts.DraftListView.as_view(), name="api-drafts"),
    path(API + "samples", drafts.SampleListView.as_view(), name="api-samples"),
    path(API + "samples/datasets", drafts.SampleDataView.as_view(), name="api-sample-data"),
    path(DRAFT, drafts.DraftView.as_view(), name="api-draft"),
    path(DRAFT + "/validate", drafts.DraftValidateView.as_view(), name="api-draft-validate"),
    path(DRAFT + "/schema", drafts.DraftSchemaView.as_view(), name="api-draft-schema"),
    path(DRAFT + "/forecast", drafts.DraftForecastView.as_view(), name="api-draft-forecast"),
    path(DRAFT + "/presence", drafts.DraftPresenceView.as_view(), name="api-draft-presence"),
    path(DRAFT + "/program", programs.DraftProgramView.as_view(), name="api-draft-program"),
    path(DRAFT + "/submit", drafts.DraftSubmitView.as_view(), name="api-draft-submit"),
    path(DRAFT + "/versions", drafts.DraftVersionsView.as_view(), name="api-draft-versions"),
    path(SAVED, drafts.DraftVersionView.as_view(), name="api-draft-version"),
    path(SAVED + "/restore", drafts.DraftRestoreView.as_view(), name="api-draft-restore"),
]
