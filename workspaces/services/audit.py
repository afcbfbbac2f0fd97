"""The audit log: every change that somebody makes leaves one entry, in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from workspaces.models import AuditEntry, Workspace
from workspaces.services.actors import Actor

LONGEST_NAME = 255


def record_audit(
    *,
    actor: Actor | None,
    workspace: Workspace | None,
    action: str,
    kind: str,
    uid: str = "",
    name: str = "",
    detail: Mapping[str, Any] | None = None,
    address: str = "",
) -> None:
    """Notes one change, inside the transaction that makes it: no change without its entry.

    `action` is `<what>.<done>`, as in "endpoint.default_changed"; `kind`, `uid` and `name` say of
    what; `detail` is JSON without secrets. `workspace` is None for what concerns the whole studio.
    Where nobody is known (a failed sign-in) `actor` is None and `address` says from where.
    """
    AuditEntry.objects.create(
        workspace=workspace,
        workspace_name=workspace.name if workspace is not None else "",
        user=actor.user if actor is not None else None,
        user_name=actor.user.get_username() if actor is not None else "",
        via=actor.spoke if actor is not None else "nobody",
        address=actor.address if actor is not None else address,
        action=action,
        kind=kind,
        subject_uid=uid,
        subject_name=name.replace("\0", "")[:LONGEST_NAME],
        detail=dict(detail or {}),
    )


def drop_old_audit_entries(*, now: datetime, days: int) -> int:
    """Drops what is older than this many days; 0 days keep all. How many went."""
    if not days:
        return 0
    count, _ = AuditEntry.objects.filter(at__lt=now - timedelta(days=days)).delete()
    return count
