"""Every read of modules, drafts and the versions of both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, QuerySet

from pipelines.models import DraftPresence, DraftVersion, Module, ModuleVersion, PipelineDraft
from pipelines.models.modules import ACTIVE
from workspaces.domain.errors import NotFound
from workspaces.domain.times import iso
from workspaces.models import AuditEntry, Workspace

GONE_AFTER = timedelta(seconds=45)  # since a tab said that it has a draft open


@dataclass(frozen=True)
class DraftState:
    """What a page that has a draft open must hear of: it changes with every save and submit."""

    pk: int
    name: str
    revision: int
    version: int
    updated_by: str
    updated_at: datetime
    tab: str
    last_run: str | None  # its uid

    def as_json(self) -> dict[str, Any]:
        told = {name: getattr(self, name) for name in ("name", "revision", "version")}
        by = {"updated_by": self.updated_by, "updated_at": iso(self.updated_at)}
        return {**told, **by, "tab": self.tab or None, "last_run": self.last_run}


def palette(workspace: Workspace, *, everything: bool = False) -> list[ModuleVersion]:
    """The default version of every active module, or of `everything`; by group and name."""
    rows = ModuleVersion.objects.filter(
        module__workspace=workspace, version=F("module__default_version")
    )
    if not everything:
        rows = rows.filter(module__status=ACTIVE)
    rows = rows.select_related("module", "snapshot").defer("snapshot__files")
    return list(rows.order_by("module__group", "module__name", "module__id"))


def get_module(workspace: Workspace, uid: str) -> Module:
    """One module. Raises NotFound, for another workspace's ids too."""
    row = Module.objects.filter(workspace=workspace, uid=uid).select_related("workspace").first()
    if row is None:
        raise NotFound(f"There is no module {uid!r} in workspace {workspace.name!r}.")
    return row


def get_module_named(workspace: Workspace, name: str) -> Module:
    """The own module of that name, else the studio's. Raises NotFound."""
    rows = Module.objects.filter(workspace=workspace, name=name).select_related("workspace")
    row = rows.order_by("key", "id").first()
    if row is None:
        raise NotFound(f"There is no module {name!r} in workspace {workspace.name!r}.")
    return row


def module_versions(module: Module) -> list[ModuleVersion]:
    """Its versions, newest first."""
    rows = ModuleVersion.objects.filter(module=module).select_related("snapshot", "created_by")
    return list(rows.defer("snapshot__files").order_by("-id"))


def get_module_version(module: Module, version: str) -> ModuleVersion:
    """One version of a module. Raises NotFound."""
    for row in module_versions(module):
        if row.version == version:
            return row
    raise NotFound(f"The module {module.name!r} has no version {version!r}.")


def versions_of_modules(
    workspace: Workspace, uids: Iterable[str], keys: Iterable[str]
) -> list[ModuleVersion]:
    """All versions of the modules with these ids, and of the built-ins with these keys."""
    rows = ModuleVersion.objects.filter(module__workspace=workspace)
    named = rows.filter(module__uid__in=list(uids)) | rows.filter(module__key__in=list(keys))
    return list(named.select_related("module", "snapshot").defer("snapshot__files"))


def modules_by_name(workspace: Workspace, names: Iterable[str]) -> dict[str, str]:
    """The id that each name finds: of one name, an own module before one of the studio's."""
    rows = Module.objects.filter(workspace=workspace, name__in=list(names))
    # Own ones, whose key is empty, come last and stay; of several the first that was made.
    return dict(rows.order_by("-key", "-id").values_list("name", "uid"))


def list_drafts(workspace: Workspace, *, text: str = "") -> QuerySet[PipelineDraft]:
    """Drafts without graphs, theirs and of their last runs; `text` is a part of the name."""
    rows = PipelineDraft.objects.filter(workspace=workspace).defer("graph", "last_run__graph")
    if text:
        rows = rows.filter(name__icontains=text)
    return rows.select_related("created_by", "updated_by", "last_run", "last_run__experiment")


def get_draft(workspace: Workspace, uid: str, *, graph: bool = True) -> PipelineDraft:
    """One draft, with its graph. Raises NotFound, for another workspace's ids too."""
    rows = PipelineDraft.objects.filter(workspace=workspace, uid=uid)
    rows = rows.select_related("workspace", "created_by", "updated_by", "last_run__experiment")
    rows = rows.defer("last_run__graph")
    row = (rows if graph else rows.defer("graph")).first()
    if row is None:
        raise NotFound(f"There is no draft {uid!r} in workspace {workspace.name!r}.")
    return row


def draft_versions(draft: PipelineDraft) -> QuerySet[DraftVersion]:
    """What was saved, without the graphs."""
    return DraftVersion.objects.filter(draft=draft).defer("graph").select_related("saved_by")


def get_draft_version(draft: PipelineDraft, number: str) -> DraftVersion:
    """One saved version with its graph. Raises NotFound."""
    row = None
    if number.isascii() and number.isdigit() and len(number) < 10:
        rows = DraftVersion.objects.filter(draft=draft, number=int(number))
        row = rows.select_related("saved_by").first()
    if row is None:
        raise NotFound(f"The draft {draft.name!r} has no version {number!r}.")
    return row


def people_in(drafts: Iterable[int], now: datetime) -> list[DraftPresence]:
    """Who has these drafts (by primary key) open, in the order they came."""
    rows = DraftPresence.objects.filter(draft__in=list(drafts), seen_at__gte=now - GONE_AFTER)
    return list(rows.select_related("user").order_by("since", "id"))


def states_of(uids: Iterable[str]) -> dict[str, DraftState]:
    """Of these drafts those that are there, by id; without graphs."""
    rows = PipelineDraft.objects.filter(uid__in=list(uids)).values_list(
        "uid",
        "pk",
        "name",
        "revision",
        "last_version",
        "updated_by__username",
        "updated_at",
        "saved_tab",
        "last_run__uid",
    )
    return {row[0]: DraftState(*row[1:]) for row in rows}


def deleted_by(uid: str) -> str | None:
    """Who deleted a draft that is gone."""
    rows = AuditEntry.objects.filter(action="draft.deleted", subject_uid=uid).order_by("-id")
    return rows.values_list("user_name", flat=True).first()
