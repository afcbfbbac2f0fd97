"""Accounts of programs: made by Owners, with secrets that end, exchanged for one-hour tokens."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from workspaces.domain.errors import Conflict, InvalidInput, Unauthenticated
from workspaces.models import (
    AccessToken,
    Member,
    ServicePrincipal,
    ServicePrincipalSecret,
    Workspace,
)
from workspaces.selectors import secret_by_digest
from workspaces.services.access import Actor, create_token, digest_of
from workspaces.services.audit import record_audit
from workspaces.services.brakes import CLIENT_SECRET, CLIENT_SECRET_ADDRESS
from workspaces.services.members import change_role, read_role

SECRET_PREFIX = "fbs_"  # noqa: S105 - what secrets begin with
TOKEN_LIVES = timedelta(hours=1)
LONGEST_DAYS, MOST_SECRETS = 730, 10
OVERLAP = timedelta(hours=24)  # how long the old secret works on after it was rotated
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
FIELDS = ("name", "description", "role", "entra_app_id", "enabled")


@transaction.atomic
def create_principal(
    *, workspace: Workspace, actor: Actor, body: Mapping[str, Any]
) -> ServicePrincipal:
    """A new service principal with a role in the workspace. `body`: name, description, role,
    entra_app_id. It can't do anything before it has a secret or an application."""
    _refuse_others(body, FIELDS[:-1])
    name, description = _name(body.get("name")), _description(body.get("description"))
    role, app = read_role(body.get("role", "Contributor")), _app_id(body.get("entra_app_id"))
    row = ServicePrincipal(
        workspace=workspace,
        name=name,
        description=description,
        entra_app_id=app,
        created_by=actor.user,
    )
    user = User.objects.create_user(f"sp-{row.client_id}", password=None)
    user.first_name = name
    user.save(update_fields=["first_name"])
    row.user = user
    _save(row)
    Member.objects.create(workspace=workspace, user=user, role=role.value)
    _note(actor, row, "created", {"role": role.value, "entra_app_id": app})
    return row


@transaction.atomic
def update_principal(
    *, principal: ServicePrincipal, actor: Actor, body: Mapping[str, Any], now: datetime
) -> ServicePrincipal:
    """Change the fields that the body names; `enabled` false locks its programs out at once."""
    _refuse_others(body, FIELDS)
    row = ServicePrincipal.objects.select_for_update().get(pk=principal.pk)
    before = {"name": row.name, "description": row.description, "entra_app_id": row.entra_app_id}
    if "name" in body:
        row.name = _name(body["name"])
    if "description" in body:
        row.description = _description(body["description"])
    if "entra_app_id" in body:
        row.entra_app_id = _app_id(body["entra_app_id"])
    changes = {
        field: {"was": was, "is": getattr(row, field)}
        for field, was in before.items()
        if getattr(row, field) != was
    }
    if changes:
        _save(row)
        User.objects.filter(pk=row.user_id).update(first_name=row.name)
        _note(actor, row, "changed", changes)
    if "role" in body:
        _change_role(row, actor, body["role"])
    if "enabled" in body:
        _enable(row, actor, body["enabled"], now)
    return row


def _change_role(row: ServicePrincipal, actor: Actor, role: Any) -> None:
    member = Member.objects.filter(workspace=row.workspace, user=row.user).first()
    if member is None:  # somebody took it off the members' list
        wanted = read_role(role)
        Member.objects.create(workspace=row.workspace, user=row.user, role=wanted.value)
        _note(actor, row, "role_changed", {"was": None, "is": wanted.value})
    else:
        change_role(member=member, actor=actor, role=role)


def _enable(row: ServicePrincipal, actor: Actor, enabled: Any, now: datetime) -> None:
    if not isinstance(enabled, bool):
        raise InvalidInput.field("enabled", "enabled must be true or false.")
    if enabled == (row.disabled_at is None):
        return
    row.disabled_at = None if enabled else now
    row.save(update_fields=["disabled_at"])
    User.objects.filter(pk=row.user_id).update(is_active=enabled)
    _note(actor, row, "enabled" if enabled else "disabled")


@transaction.atomic
def add_secret(
    *, principal: ServicePrincipal, actor: Actor, days: Any, now: datetime
) -> tuple[ServicePrincipalSecret, str]:
    """A new secret that lives for 1 to 730 days, and its text, which can't be shown again."""
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= LONGEST_DAYS:
        raise InvalidInput.field("days", f"A secret lives for 1 to {LONGEST_DAYS} days.")
    live = principal.secrets.filter(revoked_at=None, expires_at__gt=now)
    if live.count() >= MOST_SECRETS:
        raise Conflict(f"It has {MOST_SECRETS} working secrets already: revoke some first.")
    raw = SECRET_PREFIX + secrets.token_urlsafe(32)
    row = ServicePrincipalSecret.objects.create(
        principal=principal,
        prefix=raw[:12],
        digest=digest_of(raw),
        expires_at=now + timedelta(days=days),
    )
    detail = {"begins_with": row.prefix, "expires_at": row.expires_at.isoformat()}
    _note(actor, principal, "secret_added", detail)
    return row, raw


@transaction.atomic
def rotate_secret(
    *, secret: ServicePrincipalSecret, actor: Actor, days: Any, now: datetime
) -> tuple[ServicePrincipalSecret, str]:
    """A new secret in the place of this one, which works on for a day so that programs can change.

    Conflict when it has ended already.
    """
    if secret.revoked_at is not None or secret.expires_at <= now:
        raise Conflict("This secret has ended already: add a new one.", code="ended")
    made = add_secret(principal=secret.principal, actor=actor, days=days, now=now)
    secret.expires_at = min(secret.expires_at, now + OVERLAP)
    secret.save(update_fields=["expires_at"])
    detail = {"begins_with": secret.prefix, "ends_at": secret.expires_at.isoformat()}
    _note(actor, secret.principal, "secret_rotated", detail)
    return made


@transaction.atomic
def revoke_secret(*, secret: ServicePrincipalSecret, actor: Actor, now: datetime) -> None:
    """The secret, and every token that was given for it, opens nothing from now on."""
    ended = ServicePrincipalSecret.objects.filter(pk=secret.pk, revoked_at=None)
    if ended.update(revoked_at=now):
        AccessToken.objects.filter(secret=secret, revoked_at=None).update(revoked_at=now)
        _note(actor, secret.principal, "secret_revoked", {"begins_with": secret.prefix})


def issue_token(
    *, client_id: str, client_secret: str, address: str, now: datetime
) -> tuple[AccessToken, str]:
    """A token of one hour for a service principal's secret.

    Raises TooMany, or Unauthenticated: client_unknown (also for a wrong secret), secret_expired,
    secret_revoked, account_disabled.
    """
    CLIENT_SECRET_ADDRESS.check(address, now=now)
    CLIENT_SECRET.check(address, client_id[:100], now=now)
    try:
        return _issue(client_id, client_secret, address, now)
    except Unauthenticated as error:
        _note_failure(client_id[:100], address, error.code, now)
        raise


@transaction.atomic
def _issue(
    client_id: str, client_secret: str, address: str, now: datetime
) -> tuple[AccessToken, str]:
    secret = secret_by_digest(digest_of(client_secret))
    if secret is None or secret.principal.client_id != client_id.strip().lower():
        raise Unauthenticated("The client id and this secret do not match.", code="client_unknown")
    principal = secret.principal
    if secret.revoked_at is not None:
        raise Unauthenticated("This secret was revoked.", code="secret_revoked")
    if secret.expires_at <= now:
        raise Unauthenticated(
            f"This secret expired on {secret.expires_at:%Y-%m-%d at %H:%M} UTC. An Owner of "
            f"{principal.workspace.name!r} can add a new one.",
            code="secret_expired",
        )
    if principal.disabled_at is not None or not principal.user.is_active:
        raise Unauthenticated("This service principal is disabled.", code="account_disabled")
    token, raw = create_token(
        user=principal.user,
        name=principal.name,
        kind=AccessToken.SERVICE,
        expires_at=now + TOKEN_LIVES,
        secret=secret,
    )
    ServicePrincipalSecret.objects.filter(pk=secret.pk).update(last_used_at=now)
    CLIENT_SECRET.succeeded(address, principal.client_id)
    actor = Actor(user=principal.user, address=address, through=f"secret {secret.prefix}…")
    _note(actor, principal, "signed_in", {"expires_at": now + TOKEN_LIVES})
    return token, raw


@transaction.atomic
def _note_failure(client_id: str, address: str, code: str, now: datetime) -> None:
    reached = CLIENT_SECRET.failed(address, client_id, now=now)
    reached = CLIENT_SECRET_ADDRESS.failed(address, now=now) or reached
    record_audit(
        actor=None,
        workspace=None,
        action="service_principal.sign_in_failed",
        kind="service principal",
        name=client_id,
        detail={"code": code, "must_wait": reached},
        address=address,
    )


def _note(
    actor: Actor, row: ServicePrincipal, done: str, detail: Mapping[str, Any] | None = None
) -> None:
    told = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in (detail or {}).items()}
    record_audit(
        actor=actor,
        workspace=row.workspace,
        action=f"service_principal.{done}",
        kind="service principal",
        uid=row.uid,
        name=row.name,
        detail=told,
    )


def _save(row: ServicePrincipal) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        if row.entra_app_id and (
            ServicePrincipal.objects.filter(entra_app_id=row.entra_app_id)
            .exclude(pk=row.pk)
            .exists()
        ):
            raise InvalidInput.field(
                "entra_app_id", "Another service principal speaks for this application already."
            ) from None
        raise InvalidInput.field(
            "name", f"There is a service principal {row.name!r} already.", code="exists"
        ) from None


def _name(value: Any) -> str:
    name = value.strip() if isinstance(value, str) else ""
    if not 1 <= len(name) <= 100 or not name.isprintable():
        raise InvalidInput.field("name", "A service principal's name has 1 to 100 characters.")
    return name


def _description(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > 500:
        raise InvalidInput.field("description", "A description has at most 500 characters.")
    return value.strip()


def _app_id(value: Any) -> str | None:
    if value is None or value == "":
        return None
    text = value.strip().lower() if isinstance(value, str) else ""
    if not GUID.fullmatch(text):
        raise InvalidInput.field(
            "entra_app_id", "The application (client) id is a GUID: 00000000-0000-0000-0000-…"
        )
    return text


def _refuse_others(body: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for name in body:
        if name not in known:
            raise InvalidInput.field(
                str(name), f"There is no field {name!r} here; there are: {', '.join(known)}."
            )
