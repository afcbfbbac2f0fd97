"""Reads that only the pages of drafts and modules need."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.paginator import Page, Paginator
from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery

from pipelines.draft_selectors import list_drafts
from pipelines.models import Module, ModuleVersion, PipelineDraft
from pipelines.page_selectors import PAGE_SIZE, ListQuery, ordered
from workspaces.models import Workspace

# What the reader sorts drafts by -> columns.
DRAFT_ORDERS: dict[str, tuple[str, ...]] = {
    "name": ("name", "id"),
    "updated": ("updated_at", "id"),
    "by": ("created_by__username", "id"),
    "steps": ("step_count", "id"),
    "last": ("last_run", "id"),
}


def drafts_page(
    workspace: Workspace, asked: ListQuery, *, of: User | None = None
) -> Page[PipelineDraft]:
    """One page of the drafts, the last changed first; only those that `of` made or changed."""
    rows = list_drafts(workspace)
    if of is not None:
        rows = rows.filter(Q(created_by=of) | Q(updated_by=of))
    for word in asked.text.split()[:8]:
        rows = rows.filter(
            Q(name__icontains=word)
            | Q(description__icontains=word)
            | Q(created_by__username__icontains=word)
            | Q(uid__startswith=word.lower())
        )
    rows = ordered(rows.order_by("-updated_at", "-id"), asked.sort, DRAFT_ORDERS)
    return Paginator(rows, PAGE_SIZE).get_page(asked.page)


MODULE_PAGE_SIZE = 25  # each row counts the drafts that use it
MODULE_ORDERS: dict[str, tuple[str, ...]] = {
    "name": ("name", "id"),
    "status": ("status", "name"),
    "versions": ("version_count", "name"),
    "updated": ("updated_at", "id"),
}


def own_modules_page(workspace: Workspace, asked: ListQuery) -> Page[Any]:
    """The workspace's own modules by name, with `version_count`, `updated_at` (of the newest
    version), `updated_by` and `draft_count`."""
    newest = ModuleVersion.objects.filter(module=OuterRef("pk")).order_by("-id")
    rows: QuerySet[Any] = Module.objects.filter(workspace=workspace, key="").annotate(
        version_count=Count("versions"),
        updated_at=Max("versions__created_at"),
        updated_by=Subquery(newest.values("created_by__username")[:1]),
    )
    for word in asked.text.split()[:8]:
        rows = rows.filter(Q(name__icontains=word) | Q(description__icontains=word))
    rows = ordered(rows.order_by("name", "id"), asked.sort, MODULE_ORDERS)
    page = Paginator(rows, MODULE_PAGE_SIZE).get_page(asked.page)
    found = list(page.object_list)
    counts = drafts_using(workspace, [row.uid for row in found])
    for row in found:
        row.draft_count = counts[row.uid]
    page.object_list = found
    return page


def drafts_using(workspace: Workspace, uids: list[str]) -> dict[str, int]:
    """How many drafts have a step of each of these modules, in one walk over the drafts."""
    if not uids:
        return {}
    counts = {
        f"of_{index}": Count("id", filter=Q(graph__icontains=f'"{uid}"'))
        for index, uid in enumerate(uids)
    }
    found = PipelineDraft.objects.filter(workspace=workspace).aggregate(**counts)
    return {uid: found[f"of_{index}"] for index, uid in enumerate(uids)}


def drafts_with(module: Module) -> list[PipelineDraft]:
    """Drafts that have a step of this module, the last changed first; 50 at most."""
    rows = list_drafts(module.workspace).filter(graph__icontains=f'"{module.uid}"')
    return list(rows.order_by("-updated_at", "-id")[:50])
