"""Own modules: the list, a module with its versions, the upload, and what changes its state."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from pipelines import draft_page_selectors, draft_selectors
from pipelines.domain.spec_changes import Line, spec_changes
from pipelines.models import Module, ModuleVersion
from pipelines.services.modules import change_module, change_module_version
from pipelines.views.common import asked, crumbs, may, page_url, render_list
from workspaces.domain.errors import Conflict, ForebayError, InvalidInput, NotFound
from workspaces.domain.roles import Permission
from workspaces.pages import error_page, workspace_page


@workspace_page(Permission.READ)
def list_modules(request: HttpRequest) -> HttpResponse:
    """The workspace's own modules."""
    workspace = request.workspace  # type: ignore[attr-defined]
    query = asked(request)
    context = {
        "section": "designer",
        "breadcrumbs": crumbs(
            request, ("Designer", page_url(request, "designer")), ("My modules", "")
        ),
        "asked": query,
        "page": draft_page_selectors.own_modules_page(workspace, query),
        "may_publish": may(request, Permission.PUBLISH),
    }
    fragment = "pipelines/modules_list.html"
    return render_list(request, "modules-list", fragment, "pipelines/modules.html", context)


@workspace_page(Permission.PUBLISH)
def new_module(request: HttpRequest) -> HttpResponse:
    """The upload of a module."""
    return _upload_page(request, None)


@workspace_page(Permission.PUBLISH)
def new_version(request: HttpRequest, module_id: str) -> HttpResponse:
    """The upload of a module's next version."""
    workspace = request.workspace  # type: ignore[attr-defined]
    module = draft_selectors.get_module(workspace, module_id)
    if module.key:
        raise Conflict(f"{module.name} comes with the studio and gets its versions from it.")
    return _upload_page(request, module)


def _upload_page(request: HttpRequest, module: Module | None) -> HttpResponse:
    steps = [("Designer", page_url(request, "designer")), ("My modules", _list_url(request))]
    if module is not None:
        steps.append((module.name, page_url(request, "module", module_id=module.uid)))
    context = {
        "section": "designer",
        "breadcrumbs": crumbs(
            request, *steps, ("New version" if module is not None else "New module", "")
        ),
        "module": module,
    }
    return render(request, "pipelines/module_new.html", context)


@workspace_page(Permission.READ)
def show_module(request: HttpRequest, module_id: str) -> HttpResponse:
    """A version of a module, drawn and described, beside all of its versions."""
    workspace = request.workspace  # type: ignore[attr-defined]
    try:
        module = draft_selectors.get_module(workspace, module_id)
    except NotFound as error:
        return error_page(request, error, back=(_list_url(request), "Open My modules"))
    versions = draft_selectors.module_versions(module)
    wanted = request.GET.get("version", "") or module.default_version
    newest = versions[0] if versions else None  # the SDK makes modules that get theirs later
    shown = next((row for row in versions if row.version == wanted), newest)
    before = _before(versions, shown) if shown else None
    context = {
        "section": "designer",
        "breadcrumbs": crumbs(
            request,
            ("Designer", page_url(request, "designer")),
            ("My modules", _list_url(request)),
            (module.name, ""),
        ),
        "module": module,
        "versions": versions,
        "shown": shown,
        "files": shown.snapshot.files if shown else [],
        "before": before,
        "changes": _changes(before, shown) if before and shown else [],
        "drafts": draft_page_selectors.drafts_with(module),
        "may_publish": may(request, Permission.PUBLISH),
    }
    response = render(request, "pipelines/module.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _before(versions: list[ModuleVersion], shown: ModuleVersion) -> ModuleVersion | None:
    older = versions[versions.index(shown) + 1 :]
    return older[0] if older else None


def _changes(before: ModuleVersion, shown: ModuleVersion) -> list[Line]:
    """Against the version before, of what the modules' files and specs say."""
    old = {**before.spec, "environment": before.environment}
    new = {**shown.spec, "environment": shown.environment}
    return spec_changes(old, new, before.snapshot.files, shown.snapshot.files)


@require_POST
@workspace_page(Permission.PUBLISH)
def set_status(request: HttpRequest, module_id: str) -> HttpResponse:
    """Active, Deprecated or Disabled."""
    workspace = request.workspace  # type: ignore[attr-defined]
    module = draft_selectors.get_module(workspace, module_id)
    return _change(request, module, {"status": request.POST.get("status", "")})


@require_POST
@workspace_page(Permission.PUBLISH)
def set_default(request: HttpRequest, module_id: str, version: str) -> HttpResponse:
    """The version that a new step of this module gets."""
    workspace = request.workspace  # type: ignore[attr-defined]
    module = draft_selectors.get_module(workspace, module_id)
    return _change(request, module, {"default_version": version})


@require_POST
@workspace_page(Permission.PUBLISH)
def set_version_status(request: HttpRequest, module_id: str, version: str) -> HttpResponse:
    """The status of one version."""
    workspace = request.workspace  # type: ignore[attr-defined]
    module = draft_selectors.get_module(workspace, module_id)
    row = draft_selectors.get_module_version(module, version)
    actor = request.actor  # type: ignore[attr-defined]
    try:
        change_module_version(row=row, actor=actor, changes={"status": request.POST.get("status")})
    except (Conflict, InvalidInput) as error:
        _tell(request, error)
    return redirect(page_url(request, "module", module_id=module.uid))


def _change(request: HttpRequest, module: Module, changes: dict[str, Any]) -> HttpResponse:
    try:
        change_module(module=module, actor=request.actor, changes=changes)  # type: ignore[attr-defined]
    except (Conflict, InvalidInput) as error:
        _tell(request, error)
    return redirect(page_url(request, "module", module_id=module.uid))


def _tell(request: HttpRequest, error: ForebayError) -> None:
    sentence = error.problems[0].message if error.problems else error.detail
    messages.error(request, sentence)


def _list_url(request: HttpRequest) -> str:
    return page_url(request, "modules")
