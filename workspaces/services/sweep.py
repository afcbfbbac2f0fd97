"""Removal of what nobody will ask for again."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from workspaces.models import AccessToken, IdempotencyKey, SignInLink
from workspaces.services.brakes import drop_old_failures

ANSWERS_LIVE = timedelta(hours=24)
DEAD_TOKENS_LIVE = timedelta(days=30)


@transaction.atomic
def sweep_expired_access(*, now: datetime) -> dict[str, int]:
    """Drops stored answers after 24 h, dead links, old failures, and tokens dead for 30 days.

    Personal tokens stay on their owner's list.
    """
    answers, _ = IdempotencyKey.objects.filter(created_at__lt=now - ANSWERS_LIVE).delete()
    links, _ = SignInLink.objects.filter(expires_at__lt=now - ANSWERS_LIVE).delete()
    tokens, _ = AccessToken.objects.filter(
        kind=AccessToken.RUN, revoked_at__lt=now - DEAD_TOKENS_LIVE
    ).delete()
    services, _ = AccessToken.objects.filter(
        kind=AccessToken.SERVICE, expires_at__lt=now - DEAD_TOKENS_LIVE
    ).delete()
    failures = drop_old_failures(now=now)
    return {
        "answers": answers,
        "links": links,
        "tokens": tokens + services,
        "failures": failures,
    }
