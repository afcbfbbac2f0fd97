"""Removal of what nobody will ask for again."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from workspaces.models import AccessToken, IdempotencyKey, SignInLink

ANSWERS_LIVE = timedelta(hours=24)
DEAD_TOKENS_LIVE = timedelta(days=30)


@transaction.atomic
def sweep_expired_access(*, now: datetime) -> dict[str, int]:
    """Drops stored answers after 24 h, dead sign-in links, and run tokens dead for 30 days."""
    answers, _ = IdempotencyKey.objects.filter(created_at__lt=now - ANSWERS_LIVE).delete()
    links, _ = SignInLink.objects.filter(expires_at__lt=now - ANSWERS_LIVE).delete()
    tokens, _ = AccessToken.objects.filter(
        kind=AccessToken.RUN, revoked_at__lt=now - DEAD_TOKENS_LIVE
    ).delete()
    return {"answers": answers, "links": links, "tokens": tokens}
