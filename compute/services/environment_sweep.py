"""Removal of environments that nobody uses, and of what broken builds left behind."""

from __future__ import annotations

import shutil
import time
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Q

from compute.models import EnvironmentBuild

LEFTOVERS_LIVE = timedelta(days=1)
# Step runs and published pipelines live floors above: reached through reverse relations only.
GOING_ON = ("NotStarted", "Queued", "Preparing", "Running", "Finalizing", "CancelRequested")
REMOVED_PREFIX = ".removed-"


def sweep_environments(*, now: datetime, days: int) -> dict[str, int]:
    """Drops environments unused for `days` (0: none), and leftovers of builds older than a day."""
    root = Path(settings.FOREBAY_DATA) / "environments"
    return {
        "environments": _sweep_unused(root, now, days) if days else 0,
        "builds": _sweep_leftovers(root),
    }


def _sweep_unused(root: Path, now: datetime, days: int) -> int:
    limit = now - timedelta(days=days)
    unused = EnvironmentBuild.objects.filter(
        Q(last_asked_at__lt=limit) | Q(last_asked_at=None, created_at__lt=limit),
        status=EnvironmentBuild.READY,
    )
    count = 0
    for build in unused.only("key", "folder"):
        if _may_be_needed(build):
            continue
        # Only if nobody asked meanwhile; who asks from now on has it built again.
        if not unused.filter(pk=build.pk).update(status=EnvironmentBuild.REMOVED):
            continue
        place = root / build.key
        aside = root / f"{REMOVED_PREFIX}{build.key}"
        if place.exists() and not aside.exists():
            place.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)
        count += 1
    return count


def _may_be_needed(build: EnvironmentBuild) -> bool:
    """Whether a step of a run that has not ended is in it, or a call of a pipeline may come."""
    row = EnvironmentBuild.objects.filter(pk=build.pk)
    return (
        row.filter(steprun__status__in=GOING_ON, steprun__run__status__in=GOING_ON).exists()
        or row.filter(frozen_in__published__status="Active").exists()
    )


def _sweep_leftovers(root: Path) -> int:
    """Process folders and half-built environments of builders that are long gone."""
    oldest = time.time() - LEFTOVERS_LIVE.total_seconds()
    building = EnvironmentBuild.objects.filter(status=EnvironmentBuild.BUILDING)
    at_work = set(building.values_list("key", flat=True))
    count = 0
    for place in (
        *root.glob(".builds/*.*"),
        *root.glob("*.new"),
        *root.glob(f"{REMOVED_PREFIX}*"),
    ):
        key = place.name.removeprefix(REMOVED_PREFIX).partition(".")[0]
        try:
            old = place.stat().st_mtime < oldest
        except FileNotFoundError:
            continue
        if old and key not in at_work:
            shutil.rmtree(place, ignore_errors=True)
            count += 1
    return count
