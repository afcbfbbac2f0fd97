"""Who has a draft open: each tab says so every 20 seconds, and drops out when it does not.

Rows are few and short-lived; no version, no revision and no event is written for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from pipelines.domain.drafts import tab_problems
from pipelines.draft_selectors import GONE_AFTER, people_in
from pipelines.models import DraftPresence, PipelineDraft
from pipelines.services.drafts import unknown_fields
from workspaces.domain.errors import InvalidInput, NotFound, Problem
from workspaces.services.access import Actor

TABS = 20  # of one person on one draft


def keep_presence(
    *, draft: PipelineDraft, actor: Actor, body: Mapping[str, Any], now: datetime
) -> list[DraftPresence]:
    """Note that a tab has the draft open, or with `leave` not any more. Answers who has it open."""
    problems = unknown_fields(body, ("tab", "leave")) + tab_problems(body.get("tab"))
    if not isinstance(body.get("leave", False), bool):
        problems.append(Problem("leave must be true or false.", "leave"))
    if problems:
        raise InvalidInput.of(problems)
    tab = body["tab"]
    with transaction.atomic():
        if not PipelineDraft.objects.filter(pk=draft.pk).exists():
            raise NotFound(f"The draft {draft.name!r} was just deleted.")
        rows = DraftPresence.objects.filter(draft=draft)
        rows.filter(seen_at__lt=now - GONE_AFTER).delete()
        mine = rows.filter(user=actor.user)
        if body.get("leave"):
            mine.filter(tab=tab).delete()
        elif not mine.filter(tab=tab).update(seen_at=now):
            too_many = list(mine.order_by("-seen_at").values_list("pk", flat=True)[TABS - 1 :])
            if too_many:
                mine.filter(pk__in=too_many).delete()
            _add(draft, actor, tab, now)
    return people_in([draft.pk], now)


def sweep_presence(*, now: datetime) -> int:
    """Drop the rows of drafts that nobody has opened since; answers how many."""
    return DraftPresence.objects.filter(seen_at__lt=now - GONE_AFTER).delete()[0]


def _add(draft: PipelineDraft, actor: Actor, tab: str, now: datetime) -> None:
    try:
        with transaction.atomic():
            DraftPresence.objects.create(
                draft=draft, user=actor.user, tab=tab, since=now, seen_at=now
            )
    except IntegrityError:
        pass  # another request of the same tab was first
