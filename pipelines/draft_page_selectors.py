"""Reads that only the pages of drafts and modules need."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.core.paginator import Page, Paginator
from django.db.models import Q

from pipelines.draft_selectors import list_drafts
from pipelines.models import PipelineDraft
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
