"""Reads of workspaces, members, tokens, sign-in links and snapshots."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from workspaces.domain.errors import NotFound
from workspaces.domain.relative_paths import shown
from workspaces.models import (
    AccessToken,
    Member,
    ServicePrincipal,
    ServicePrincipalSecret,
    SignInLink,
    Snapshot,
    Workspace,
)


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


def token_by_digest(digest: str) -> AccessToken | None:
    """The token whose SHA-256 this is, with its user."""
    return AccessToken.objects.filter(digest=digest).select_related("user").first()


def personal_tokens(user: User) -> QuerySet[AccessToken]:
    """The user's own tokens, newest first; those of steps are not listed."""
    return (
        AccessToken.objects.filter(user=user, kind=AccessToken.PERSONAL)
        .select_related("workspace")
        .order_by("-id")
    )


def live_personal_tokens(user: User, *, now: datetime) -> QuerySet[AccessToken]:
    """Those of the user's own tokens that still open the door at `now`."""
    return personal_tokens(user).filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None)


def sign_in_link(digest: str, *, purpose: str = SignInLink.SIGN_IN) -> SignInLink | None:
    """The link of this purpose whose SHA-256 this is, with its user."""
    return SignInLink.objects.filter(digest=digest, purpose=purpose).select_related("user").first()


def find_people(text: str) -> list[User]:
    """Those with exactly this user name, else with this e-mail address; at most two."""
    active = User.objects.filter(is_active=True)
    named = active.filter(username=text).first()
    if named is not None:
        return [named]
    return list(active.filter(email__iexact=text)[:2]) if "@" in text else []


def members_of(workspace: Workspace) -> QuerySet[Member]:
    """Everyone with a role in the workspace, programs too, with what shows who they are."""
    return (
        Member.objects.filter(workspace=workspace)
        .select_related("user", "user__service_principal", "workspace")
        .order_by("user__username")
    )


def invited_users(user_ids: Iterable[int]) -> set[int]:
    """Those of these users who were invited and never came."""
    waiting = SignInLink.objects.filter(
        purpose=SignInLink.INVITE, used_at=None, user__in=list(user_ids), user__last_login=None
    )
    return set(waiting.values_list("user_id", flat=True))


def member_by_user_name(workspace: Workspace, user_name: str) -> Member:
    """The workspace's member with this user name."""
    member = members_of(workspace).filter(user__username=user_name).first()
    if member is None:
        raise NotFound(f"{user_name!r} is not a member of {workspace.name!r}.")
    return member


def service_principals_of(workspace: Workspace) -> QuerySet[ServicePrincipal]:
    """The service principals that the workspace's Owners keep, by name."""
    return (
        ServicePrincipal.objects.filter(workspace=workspace)
        .select_related("user", "created_by", "workspace")
        .order_by("name")
    )


def service_principal_by_uid(workspace: Workspace, uid: str) -> ServicePrincipal:
    """The workspace's service principal with this public id."""
    row = service_principals_of(workspace).filter(uid=uid).first()
    if row is None:
        raise NotFound(f"There is no service principal {uid!r} in {workspace.name!r}.")
    return row


def secret_by_uid(principal: ServicePrincipal, uid: str) -> ServicePrincipalSecret:
    """The principal's secret with this public id."""
    row = principal.secrets.filter(uid=uid).select_related("principal__workspace").first()
    if row is None:
        raise NotFound(f"{principal.name!r} has no secret {uid!r}.")
    return row


def secret_by_digest(digest: str) -> ServicePrincipalSecret | None:
    """The secret whose SHA-256 this is, with its principal, workspace and user."""
    return (
        ServicePrincipalSecret.objects.filter(digest=digest)
        .select_related("principal__workspace", "principal__user")
        .first()
    )


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
