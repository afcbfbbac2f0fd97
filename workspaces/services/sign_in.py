"""One-time links that sign a browser in."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from workspaces.domain.errors import Forbidden
from workspaces.models import SignInLink
from workspaces.selectors import sign_in_link
from workspaces.services.access import digest_of

LINK_LIVES = timedelta(minutes=10)
HOW = "Print a new one with: .venv/bin/python manage.py sign_in_link"


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
def consume_sign_in_link(*, raw: str, now: datetime) -> User:
    """The user whom the link signs in; of two at once only one gets in."""
    link = check_sign_in_link(raw=raw, now=now)
    if not SignInLink.objects.filter(pk=link.pk, used_at=None).update(used_at=now):
        raise Forbidden(f"This sign-in link was used already. {HOW}", code="link_used")
    return link.user
