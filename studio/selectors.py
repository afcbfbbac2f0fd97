"""Reads that join apps for the studio as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from pipelines.domain.status import ACTIVE, FINAL, Status
from pipelines.models import Artifact, Run, StepRun

OPEN = [status.value for status in Status if status not in FINAL]


def active_runs() -> QuerySet[Run]:
    """Runs of every workspace that have not ended, with their submitters."""
    return Run.objects.filter(status__in=OPEN).select_related("submitted_by").order_by("id")


def count_active_steps() -> int:
    """How many steps occupy a node right now."""
    return StepRun.objects.filter(status__in=[status.value for status in ACTIVE]).count()


def artifact_hashes() -> Iterator[str]:
    """The blobs that artifacts refer to."""
    return Artifact.objects.values_list("sha256", flat=True).distinct().iterator()
