"""Reads of workspaces, members, tokens, sign-in links and snapshots."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from workspaces.domain.errors import NotFound
from workspaces.domain.relative_paths import shown
from workspaces.models import AccessToken, Member, SignInLink, Snapshot, Workspace


def memberships(user: User) -> QuerySet[Member]:
    """The user's roles, with their workspaces, by workspace name."""
    return Member.objects.filter(user=user).select_related("workspace").order_by("workspace__name")


def workspaces_of(user: User) -> QuerySet[Workspace]:
    """The workspaces that the user is a member of, by name."""
    return Workspace.objects.filter(members__user=user).order_by("name")


def membership(user: User, workspace_name: str) -> Member | None:
    """The user's role in the workspace of this name, or None when there is none."""
    return (
        Member.objects.filter(user=user, workspace__name=workspace_name)
        .select_related("workspace")
        .first()
    )


def workspace_by_name(name: str) -> Workspace:
    """The workspace of this name, whoever asks: only for commands and set-up, never for views."""
    try:
        return Workspace.objects.get(name=name)
    except Workspace.DoesNotExist:
        raise NotFound(f"There is no workspace {name!r}.") from None


def token_by_digest(digest: str) -> AccessToken | None:
    """The token whose SHA-256 this is, with its user."""
    return AccessToken.objects.filter(digest=digest).select_related("user").first()


def personal_tokens(user: User) -> QuerySet[AccessToken]:
    """The user's own tokens, newest first; those of steps are not listed."""
    return AccessToken.objects.filter(user=user, kind=AccessToken.PERSONAL).order_by("-id")


def live_personal_tokens(user: User, *, now: datetime) -> QuerySet[AccessToken]:
    """Those of the user's own tokens that still open the door at `now`."""
    return personal_tokens(user).filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None)


def sign_in_link(digest: str) -> SignInLink | None:
    """The sign-in link whose SHA-256 this is, with its user."""
    return SignInLink.objects.filter(digest=digest).select_related("user").first()


def snapshot_by_uid(workspace: Workspace, uid: str) -> Snapshot:
    """The workspace's snapshot with this public id; NotFound, also for another workspace's."""
    try:
        return Snapshot.objects.get(workspace=workspace, uid=uid)
    except Snapshot.DoesNotExist:
        raise NotFound(f"There is no snapshot {uid!r} in workspace {workspace.name!r}.") from None


def snapshot_file(snapshot: Snapshot, path: str) -> dict[str, Any]:
    """One entry of the manifest: {path, sha256, size, executable}."""
    for file in snapshot.files:
        if file["path"] == path:
            return dict(file)
    raise NotFound(f"The snapshot has no file {shown(path)}.")
