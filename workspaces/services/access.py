"""Who is asking, and may they? Tokens and the one permission function."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from workspaces.domain.errors import Forbidden, InvalidInput, NotFound, Unauthenticated
from workspaces.domain.roles import GRANTS, Permission, Role, allows
from workspaces.models import AccessToken, ServicePrincipalSecret, Workspace
from workspaces.models.workspace import new_uid
from workspaces.raw_sql import change, moment
from workspaces.selectors import membership, token_by_digest
from workspaces.services.actors import Actor
from workspaces.services.audit import record_audit

__all__ = [
    "ACCOUNT_CLOSED",
    "Actor",  # made in actors.py, which the audit log needs too
    "authenticate_token",
    "authorize",
    "create_run_token",
    "create_token",
    "digest_of",
    "revoke_run_tokens",
    "revoke_token",
]

PREFIX = "fby_"  # so that people and scanners recognise one of ours
ACCOUNT_CLOSED = "This account is closed. Ask an administrator of the studio to open it again."
TOUCH_EVERY = timedelta(minutes=1)  # `last_used_at` is for people; a write per request is not

NEEDS: dict[Permission, str] = {
    Permission.READ: "read this workspace",
    Permission.WRITE: "change anything in this workspace",
    Permission.PUBLISH: "publish, change or schedule pipelines",
    Permission.COMPUTE: "create, change or delete compute targets",
    Permission.MANAGE: "manage this workspace, its members and tokens",
}


def digest_of(secret: str) -> str:
    """What is stored instead of a token or a sign-in link: its SHA-256, 64 hex digits."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def authenticate_token(raw: str, *, now: datetime) -> Actor:
    """The actor behind a bearer token.

    Raises Unauthenticated: token_unknown, token_expired, token_revoked or account_disabled.
    """
    token = token_by_digest(digest_of(raw))
    if token is None:
        raise Unauthenticated(
            "This token is not known here. Make one under Settings > Access tokens.",
            code="token_unknown",
        )
    if not token.user.is_active:
        raise Unauthenticated(ACCOUNT_CLOSED, code="account_disabled")
    if token.revoked_at is not None:
        raise Unauthenticated(
            "The step that this token belonged to has ended."
            if token.kind == AccessToken.RUN
            else f"The token {token.name!r} was revoked. {_how_to_renew(token)}",
            code="token_revoked",
        )
    if token.expires_at is not None and token.expires_at <= now:
        raise Unauthenticated(
            f"The token {token.name!r} expired on {token.expires_at:%Y-%m-%d at %H:%M} UTC. "
            f"{_how_to_renew(token)}",
            code="token_expired",
        )
    if token.last_used_at is None or now - token.last_used_at >= TOUCH_EVERY:
        AccessToken.objects.filter(
            Q(last_used_at=None) | Q(last_used_at__lt=now), pk=token.pk
        ).update(last_used_at=now)
    return Actor(user=token.user, token=token)


def _how_to_renew(token: AccessToken) -> str:
    if token.kind == AccessToken.SERVICE:
        return "Ask /api/v1/oauth2/token for the next one."
    return "Make a new one under Settings > Access tokens."


def authorize(*, actor: Actor, workspace_name: str, permission: Permission) -> Workspace:
    """The workspace, if the actor may do this in it. Every view, call and socket asks here.

    Raises NotFound to whoever is not a member (a stranger learns nothing), else Forbidden.
    """
    member = membership(actor.user, workspace_name)
    token = actor.token
    bound_elsewhere = (
        token is not None
        and token.workspace_id is not None
        and (member is None or token.workspace_id != member.workspace_id)
    )
    if member is None or bound_elsewhere or not actor.user.is_active:
        raise NotFound(
            f"There is no workspace {workspace_name!r}, or you are not a member of it. An Owner "
            f"can add you: your user name is {actor.user.get_username()!r}."
        )
    role = Role(member.role)
    if allows(role, permission, run_token=actor.is_run_token):
        return member.workspace
    if actor.is_run_token:
        raise Forbidden(
            f"A step's own token may not {NEEDS[permission]}. Do it before the run is submitted.",
            code="run_token",
        )
    who = " or ".join(r.value for r in reversed(Role) if permission in GRANTS[r])
    raise Forbidden(
        f"You are a {role.value} of {workspace_name!r}: to {NEEDS[permission]} you must be {who}."
    )


@transaction.atomic
def create_token(
    *,
    user: User,
    name: str,
    kind: str = AccessToken.PERSONAL,
    workspace: Workspace | None = None,
    step_run_uid: str = "",
    expires_at: datetime | None = None,
    secret: ServicePrincipalSecret | None = None,
    actor: Actor | None = None,
) -> tuple[AccessToken, str]:
    """A new token and its text, which is never stored and can't be shown again.

    One with a `workspace` opens nothing elsewhere. `actor` is who asks, when it is not a command.
    """
    name = name.strip()
    if not 1 <= len(name) <= 100:
        raise InvalidInput.field("name", "A token's name has 1 to 100 characters.")
    raw = PREFIX + secrets.token_urlsafe(32)
    token = AccessToken.objects.create(
        user=user,
        kind=kind,
        name=name,
        prefix=raw[:12],
        digest=digest_of(raw),
        workspace=workspace,
        step_run_uid=step_run_uid,
        expires_at=expires_at,
        secret=secret,
    )
    if kind == AccessToken.PERSONAL:
        _note(actor or Actor(user=user), token, "created")
    return token, raw


@transaction.atomic
def revoke_token(*, token: AccessToken, now: datetime, actor: Actor | None = None) -> AccessToken:
    """From now on the token opens nothing. Revoking twice keeps the first time."""
    if AccessToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
        _note(actor or Actor(user=token.user), token, "revoked")
    token.refresh_from_db(fields=["revoked_at"])
    return token


def _note(actor: Actor, token: AccessToken, done: str) -> None:
    expires = token.expires_at.isoformat() if token.expires_at is not None else None
    record_audit(
        actor=actor,
        workspace=token.workspace,
        action=f"token.{done}",
        kind=f"{token.kind} token",
        uid=token.uid,
        name=token.name,
        detail={"of": token.user.get_username(), "expires_at": expires},
    )


def create_run_token(
    *, user: User, workspace: Workspace, step_run_uid: str, name: str, now: datetime
) -> str:
    """The text of a new token for one attempt. In the caller's transaction, once for every step."""
    raw = PREFIX + secrets.token_urlsafe(32)
    change(
        "INSERT INTO workspaces_accesstoken "
        "(uid, user_id, kind, name, prefix, digest, workspace_id, step_run_uid, created_at) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            *(new_uid(), user.pk, AccessToken.RUN, name, raw[:12], digest_of(raw)),
            *(workspace.pk, step_run_uid, moment(now)),
        ],
    )
    return raw


def revoke_run_tokens(*, step_run_uid: str, now: datetime) -> None:
    """Ends every token of a step run, as its attempt ends. In the caller's transaction."""
    change(
        "UPDATE workspaces_accesstoken SET revoked_at = %s "
        "WHERE step_run_uid = %s AND kind = %s AND revoked_at IS NULL",
        [moment(now), step_run_uid, AccessToken.RUN],
    )
