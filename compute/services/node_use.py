"""How many nodes of a target were in use lately: they stay for a while before they go."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from compute.domain.targets import warm_now
from compute.models import ComputeTarget


@transaction.atomic
def note_use(*, nodes: Mapping[int, int], now: datetime) -> None:
    """Steps ran on so many nodes of these targets (by primary key) until now."""
    for row in ComputeTarget.objects.filter(pk__in=list(nodes)):
        warm = warm_now(row.warm_nodes, row.last_busy_at, row.idle_seconds, now)
        ComputeTarget.objects.filter(pk=row.pk).update(
            warm_nodes=max(warm, nodes[row.pk]), last_busy_at=now
        )
