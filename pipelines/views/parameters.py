"""Suggestions for the fields of a parameter form: folders of a datastore, versions of a dataset."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from data.selectors import dataset_choices, datastores, list_entries
from pipelines.parameter_form import version_options
from workspaces.domain.errors import ForebayError
from workspaces.domain.roles import Permission
from workspaces.pages import workspace_page

MOST_ENTRIES = 100


def _given(request: HttpRequest, part: str) -> str:
    """A control's text; the form calls it by the field's key."""
    key = request.GET.get("key", "")
    return request.GET.get(f"{key}-{part}", "")


@require_GET
@workspace_page(Permission.READ)
def suggest_paths(request: HttpRequest) -> HttpResponse:
    """Options with what lies in the folder that is typed so far."""
    workspace = request.workspace  # type: ignore[attr-defined]
    folder = _given(request, "path").rpartition("/")[0]
    store = datastores(workspace).filter(name=_given(request, "datastore")).first()
    try:
        names = list_entries(store, folder, MOST_ENTRIES) if store is not None else []
    except ForebayError:
        names = []  # what is typed leads nowhere: the submit says so
    prefix = f"{folder}/" if folder else ""
    options = [(f"{prefix}{name}", "") for name in names]
    return render(request, "pipelines/parameter_options.html", {"options": options})


@require_GET
@workspace_page(Permission.READ)
def suggest_versions(request: HttpRequest) -> HttpResponse:
    """Options with the versions of the chosen dataset."""
    workspace = request.workspace  # type: ignore[attr-defined]
    latest = dataset_choices(workspace).get(_given(request, "dataset"), 0)
    options = version_options(latest) if latest else []
    return render(request, "pipelines/parameter_options.html", {"options": options})
