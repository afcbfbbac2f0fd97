"""One-time links that sign a browser in."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.db import transaction

from workspaces.domain.errors import Forbidden, Unauthenticated
from workspaces.models import SignInLink
from workspaces.selectors import sign_in_link
from workspaces.services.access import ACCOUNT_CLOSED, Actor, digest_of
from workspaces.services.audit import record_audit
from workspaces.services.brakes import LINK, PASSWORD, PASSWORD_ADDRESS

LINK_LIVES = timedelta(minutes=10)
HOW = "Print a new one with: .venv/bin/python manage.py sign_in_link"


def sign_in_by_password(*, name: str, password: str, address: str, now: datetime) -> User:
    """The user with this name and password.

    Raises TooMany after many failures; Unauthenticated: wrong_password, or account_disabled to
    who knows the password of a closed account.
    """
    PASSWORD_ADDRESS.check(address, now=now)
    PASSWORD.check(address, name[:150], now=now)
    name = name.replace("\0", "")
    user = authenticate(username=name, password=password)
    if isinstance(user, User):
        PASSWORD.succeeded(address, name[:150])
        note_sign_in(user=user, address=address, how="password")
        return user
    closed = User.objects.filter(username=name, is_active=False).first()
    code = "wrong_password"
    if closed is not None and closed.check_password(password):
        code = "account_disabled"
    _note_failure(name, address, code, now)
    if code == "account_disabled":
        raise Unauthenticated(ACCOUNT_CLOSED, code=code)
    raise Unauthenticated("This user name and password do not match.", code=code)


def note_sign_in(*, user: User, address: str, how: str) -> None:
    """The audit entry of a browser that was signed in."""
    _note(Actor(user=user, address=address, through=how), "succeeded")


def note_sign_out(*, actor: Actor) -> None:
    """The audit entry of a browser that was signed out."""
    _note(actor, "ended")


def _note(actor: Actor, done: str) -> None:
    record_audit(
        actor=actor,
        workspace=None,
        action=f"sign_in.{done}",
        kind="user",
        uid=str(actor.user.pk),
        name=actor.user.get_username(),
    )


def note_sign_in_failure(*, how: str, code: str, address: str) -> None:
    """The audit entry of a browser that came back from elsewhere and was not let in."""
    record_audit(
        actor=None,
        workspace=None,
        action="sign_in.failed",
        kind="user",
        detail={"code": code, "how": how},
        address=address,
    )


@transaction.atomic
def _note_failure(name: str, address: str, code: str, now: datetime) -> None:
    reached = PASSWORD.failed(address, name[:150], now=now)
    reached = PASSWORD_ADDRESS.failed(address, now=now) or reached
    record_audit(
        actor=None,
        workspace=None,
        action="sign_in.failed",
        kind="user",
        name=name,
        detail={"code": code, "must_wait": reached},
        address=address,
    )


@transaction.atomic
def create_sign_in_link(*, user: User, now: datetime) -> str:
    """The secret part of a new link; only its digest is kept."""
    raw = secrets.token_urlsafe(24)
    SignInLink.objects.create(user=user, digest=digest_of(raw), expires_at=now + LINK_LIVES)
    return raw


def check_sign_in_link(*, raw: str, now: datetime) -> SignInLink:
    """The link, unused and in time. Raises Forbidden: link_unknown, link_used, link_expired."""
    link = sign_in_link(digest_of(raw))
    if link is None or not link.user.is_active:
        raise Forbidden(f"This sign-in link is not known here. {HOW}", code="link_unknown")
    if link.used_at is not None:
        raise Forbidden(f"This sign-in link was used already. {HOW}", code="link_used")
    if link.expires_at <= now:
        raise Forbidden(f"This sign-in link is older than 10 minutes. {HOW}", code="link_expired")
    return link


@transaction.atomic
def consume_sign_in_link(*, raw: str, address: str, now: datetime) -> User:
    """The user whom the link signs in; of two at once only one gets in."""
    link = check_sign_in_link(raw=raw, now=now)
    if not SignInLink.objects.filter(pk=link.pk, used_at=None).update(used_at=now):
        raise Forbidden(f"This sign-in link was used already. {HOW}", code="link_used")
    note_sign_in(user=link.user, address=address, how="sign-in link")
    return link.user


def note_bad_link(*, address: str, now: datetime) -> None:
    """Counts a link that was not known; `LINK.check` stops who tries many."""
    LINK.failed(address, now=now)
