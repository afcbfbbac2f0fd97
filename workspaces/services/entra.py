"""Sign-in with Microsoft Entra ID: tokens of the tenant are checked, people and programs found."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import jwt
from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from workspaces.domain.entra import (
    ALGORITHMS,
    EntraIdentity,
    EntraSettings,
    identity_of_access_token,
    identity_of_id_token,
)
from workspaces.domain.errors import Conflict, Unauthenticated
from workspaces.domain.roles import Role
from workspaces.models import ExternalIdentity, Member, ServicePrincipal, Workspace
from workspaces.services.access import ACCOUNT_CLOSED, Actor
from workspaces.services.actors import ENTRA
from workspaces.services.audit import record_audit
from workspaces.services.entra_keys import EntraKeys
from workspaces.services.members import change_role, note_member, remove_member

LEEWAY = 60  # seconds that clocks may differ
SEEN_EVERY = timedelta(minutes=1)


@lru_cache(maxsize=4)
def keys_of(entra: EntraSettings) -> EntraKeys:
    """This process's keys of the tenant."""
    return EntraKeys(entra)


def is_jwt(raw: str) -> bool:
    """Whether a bearer token looks like one of Entra ID rather than one of ours."""
    return raw.count(".") == 2 and not raw.startswith("fby_")


def authenticate_jwt(raw: str, *, address: str, now: datetime) -> Actor:
    """The actor behind an access token of Entra ID; a person's first one makes their user.

    Raises Unauthenticated: entra_off, token_invalid, token_expired, token_not_yet_valid,
    wrong_audience, wrong_tenant, token_no_access, application_unknown, account_disabled;
    Unavailable when the keys can't be fetched.
    """
    entra: EntraSettings = settings.FOREBAY_ENTRA
    if not entra:
        raise Unauthenticated(
            "This studio takes no tokens of Entra ID. Make one under Settings > Access tokens.",
            code="entra_off",
        )
    claims = check_token(raw, entra, audiences=entra.audiences)
    identity = identity_of_access_token(claims, entra)
    if identity.app_id:
        user = _user_of_application(identity)
    else:
        user = user_of_identity(identity, address=address, now=now)
    return Actor(user=user, address=address, through=ENTRA)


def identity_of_sign_in(raw: str, *, nonce: str) -> EntraIdentity:
    """Who an id token speaks of that a browser brought back. Raises Unauthenticated."""
    entra: EntraSettings = settings.FOREBAY_ENTRA
    claims = check_token(raw, entra, audiences=(entra.client_id,))
    return identity_of_id_token(claims, entra, nonce=nonce)


def check_token(raw: str, entra: EntraSettings, *, audiences: tuple[str, ...]) -> dict[str, Any]:
    """The claims of a token whose signature, issuer, audience and times are right."""
    try:
        header = jwt.get_unverified_header(raw)
    except jwt.PyJWTError:
        raise Unauthenticated("This is not a token.", code="token_invalid") from None
    algorithm, kid = header.get("alg"), header.get("kid")
    if algorithm not in ALGORITHMS or not isinstance(kid, str):
        raise Unauthenticated(
            f"The token is signed by {str(algorithm)[:20]!r}, which is not taken here.",
            code="token_invalid",
        )
    key = keys_of(entra).signing_key(kid)
    if key is None or key.algorithm_name != algorithm:
        raise Unauthenticated(
            "The token is signed with a key that the directory of this studio does not have.",
            code="token_invalid",
        )
    return _decode(raw, key, str(algorithm), entra, audiences)


def _decode(
    raw: str, key: jwt.PyJWK, algorithm: str, entra: EntraSettings, audiences: tuple[str, ...]
) -> dict[str, Any]:
    try:
        return jwt.decode(
            raw,
            key,
            algorithms=[algorithm],
            audience=list(audiences),
            issuer=entra.issuers,
            leeway=LEEWAY,
            options={"require": ["exp", "iss", "aud"]},
        )
    except jwt.ExpiredSignatureError:
        raise Unauthenticated("The token of Entra ID expired.", code="token_expired") from None
    except jwt.ImmatureSignatureError:
        raise Unauthenticated(
            "The token is not valid yet. Is this machine's clock right?",
            code="token_not_yet_valid",
        ) from None
    except jwt.InvalidAudienceError:
        raise Unauthenticated(
            f"The token is for another service. Ask Entra ID for {entra.scope}.",
            code="wrong_audience",
        ) from None
    except jwt.InvalidIssuerError:
        raise Unauthenticated(
            "This token is of another directory (tenant) than the one of this studio, "
            f"{entra.tenant}.",
            code="wrong_tenant",
        ) from None
    except jwt.PyJWTError:
        raise Unauthenticated("The token is not valid.", code="token_invalid") from None


def _user_of_application(identity: EntraIdentity) -> User:
    principal = (
        ServicePrincipal.objects.filter(entra_app_id=identity.app_id).select_related("user").first()
    )
    if principal is None:
        raise Unauthenticated(
            f"The application {identity.app_id} is not known here. An Owner enters this id at a "
            "service principal, under Settings > Service principals.",
            code="application_unknown",
        )
    if principal.disabled_at is not None or not principal.user.is_active:
        raise Unauthenticated("This service principal is disabled.", code="account_disabled")
    return principal.user


def user_of_identity(identity: EntraIdentity, *, address: str, now: datetime) -> User:
    """The person's user, made at first sight without any role. Names and roles are kept up."""
    row = _find(identity)
    if row is None:
        try:
            row = _create(identity, address=address, now=now)
        except IntegrityError:  # their first two requests came at once
            row = _find(identity)
            if row is None:
                raise
    if not row.user.is_active:
        raise Unauthenticated(ACCOUNT_CLOSED, code="account_disabled")
    if now - row.last_seen_at >= SEEN_EVERY:
        _keep_up(row, identity, now)
    _keep_role(row.user, identity, address)
    return row.user


def _find(identity: EntraIdentity) -> ExternalIdentity | None:
    return (
        ExternalIdentity.objects.filter(issuer=identity.issuer, subject=identity.subject)
        .select_related("user")
        .first()
    )


@transaction.atomic
def _create(identity: EntraIdentity, *, address: str, now: datetime) -> ExternalIdentity:
    user = User(username=_free_name(identity), **_names(identity))
    user.set_unusable_password()
    user.save()
    row = ExternalIdentity.objects.create(
        user=user,
        issuer=identity.issuer,
        subject=identity.subject,
        user_principal_name=identity.user_principal_name,
        last_seen_at=now,
    )
    record_audit(
        actor=Actor(user=user, address=address, through=ENTRA),
        workspace=None,
        action="user.joined",
        kind="user",
        uid=str(user.pk),
        name=user.get_username(),
        detail={"issuer": identity.issuer, "object_id": identity.subject},
    )
    return row


def _free_name(identity: EntraIdentity) -> str:
    """Their user principal name; with the start of their id where somebody here is called so."""
    name = identity.user_principal_name[:120] or f"entra-{identity.subject[:36]}"
    if User.objects.filter(username__iexact=name).exists():
        return f"{name}-{identity.subject[:8]}"
    return name


def _names(identity: EntraIdentity) -> dict[str, str]:
    given, family = identity.given_name, identity.family_name
    if not (given or family):
        given, _, family = identity.name.partition(" ")
    return {"first_name": given[:150], "last_name": family[:150], "email": identity.email[:254]}


@transaction.atomic
def _keep_up(row: ExternalIdentity, identity: EntraIdentity, now: datetime) -> None:
    row.last_seen_at = now
    row.user_principal_name = identity.user_principal_name or row.user_principal_name
    row.save(update_fields=["last_seen_at", "user_principal_name"])
    told = {field: text for field, text in _names(identity).items() if text}
    if any(getattr(row.user, field) != text for field, text in told.items()):
        for field, text in told.items():
            setattr(row.user, field, text)
        row.user.save(update_fields=list(told))


def _keep_role(user: User, identity: EntraIdentity, address: str) -> None:
    """What the `roles` claim says counts in one workspace, for roles that came that way."""
    entra: EntraSettings = settings.FOREBAY_ENTRA
    if not entra.workspace:
        return
    member = Member.objects.filter(user=user, workspace__name=entra.workspace).first()
    wanted = next((role for role in Role if role in identity.roles), None)
    if member is None and wanted is None:
        return
    if member is not None and (
        not member.from_entra or (wanted is not None and member.role == wanted.value)
    ):
        return
    actor = Actor(user=user, address=address, through=f"{ENTRA} roles")
    try:
        _set_role(user, member, wanted, actor, entra.workspace)
    except Conflict:
        return  # the last Owner stays, whatever a claim says


@transaction.atomic
def _set_role(
    user: User, member: Member | None, wanted: Role | None, actor: Actor, workspace_name: str
) -> None:
    if member is None and wanted is not None:
        workspace = Workspace.objects.filter(name=workspace_name).first()
        if workspace is None:
            return
        made, fresh = Member.objects.get_or_create(
            workspace=workspace, user=user, defaults={"role": wanted.value, "from_entra": True}
        )
        if fresh:
            note_member(actor, made, "added", {"role": wanted.value})
    elif member is not None and wanted is None:
        remove_member(member=member, actor=actor)
    elif member is not None and wanted is not None:
        change_role(member=member, actor=actor, role=wanted.value)
        Member.objects.filter(pk=member.pk).update(from_entra=True)
