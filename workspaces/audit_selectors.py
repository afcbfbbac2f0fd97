"""Reads of the audit log: filters that a page, a program and an export share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.models import Q, QuerySet

from workspaces.domain.errors import InvalidInput
from workspaces.models import AuditEntry, Workspace

BATCH = 1000


@dataclass(frozen=True)
class AuditQuery:
    """What an audit list asks for; empty fields narrow nothing. Days are UTC, both included."""

    text: str = ""
    who: str = ""
    action: str = ""
    since: datetime | None = None
    before: datetime | None = None

    @property
    def filtered(self) -> bool:
        return bool(self.text or self.who or self.action or self.since or self.before)


def read_audit_query(params: Mapping[str, str]) -> AuditQuery:
    """The query of `q`, `who`, `action`, `from`, `to` (days). InvalidInput for a wrong day."""
    last = _day(params, "to")
    return AuditQuery(
        text=_text(params, "q"),
        who=_text(params, "who"),
        action=_text(params, "action"),
        since=_day(params, "from"),
        before=last + timedelta(days=1) if last is not None else None,
    )


def _text(params: Mapping[str, str], name: str) -> str:
    return str(params.get(name) or "").replace("\0", "").strip()[:200]


def _day(params: Mapping[str, str], name: str) -> datetime | None:
    text = _text(params, name)
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise InvalidInput.field(name, f"A day is written 2026-07-01, not {text!r}.") from None


def audit_entries(workspace: Workspace | None, query: AuditQuery) -> QuerySet[AuditEntry]:
    """Entries that fit, newest first: of one workspace, or of the whole studio for None."""
    rows = AuditEntry.objects.all() if workspace is None else _of(workspace)
    if query.who:
        rows = rows.filter(user_name=query.who)
    if query.action.endswith("."):  # everything that was done to one kind of thing
        rows = rows.filter(action__startswith=query.action)
    elif query.action:
        rows = rows.filter(action=query.action)
    if query.since is not None:
        rows = rows.filter(at__gte=query.since)
    if query.before is not None:
        rows = rows.filter(at__lt=query.before)
    if query.text:
        rows = rows.filter(
            Q(subject_name__icontains=query.text)
            | Q(subject_uid=query.text)
            | Q(user_name__icontains=query.text)
            | Q(action__icontains=query.text)
            | Q(address=query.text)
        )
    return rows.order_by("-id")


def audit_names(workspace: Workspace | None) -> tuple[list[str], list[str]]:
    """(people, actions) that occur, for the filters of a page; of each at most 500."""
    rows = AuditEntry.objects.all() if workspace is None else _of(workspace)
    people = rows.exclude(user_name="").order_by("user_name").values_list("user_name", flat=True)
    actions = rows.order_by("action").values_list("action", flat=True)
    return list(people.distinct()[:500]), list(actions.distinct()[:500])


def audit_batches(rows: QuerySet[AuditEntry]) -> Iterator[list[AuditEntry]]:
    """All the rows of `audit_entries` in lists of a thousand, of one cost at any depth.

    Read outside any request's thread, so each batch gives its connection back.
    """
    before: int | None = None
    while True:
        batch = list((rows if before is None else rows.filter(pk__lt=before))[:BATCH])
        if not connection.in_atomic_block:
            connection.close()
        if batch:
            yield batch
        if len(batch) < BATCH:
            return
        before = batch[-1].pk


def _of(workspace: Workspace) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(workspace=workspace)
