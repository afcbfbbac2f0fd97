"""Side work that the queue does: it shows that it lives, and sweeps."""

from __future__ import annotations

import logging

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from compute.services.environment_sweep import sweep_environments
from data.engine.table import sweep_scratch
from endpoints.services.deliveries import sweep_history
from pipelines.services.presence import sweep_presence
from pipelines.services.sample_sweep import thin_old_samples
from studio.health import queue_beat
from studio.selectors import artifact_hashes
from workspaces.services.audit import drop_old_audit_entries
from workspaces.services.snapshots import sweep_unreferenced_blobs
from workspaces.services.sweep import sweep_expired_access

logger = logging.getLogger(__name__)

HISTORY_DAYS = 90  # of what schedules did and whom notifications reached


def touch_beat() -> None:
    """Makes the heartbeat fresh."""
    queue_beat().parent.mkdir(parents=True, exist_ok=True)
    queue_beat().touch()


def beat() -> None:
    """Runs in a worker: that it ran at all is the news."""
    touch_beat()


def sweep() -> None:
    """Drops old answers, links, sessions, unneeded blobs, lost folders, unused environments."""
    now = timezone.now()
    swept = sweep_expired_access(now=now)
    call_command("clearsessions")
    swept["blobs"] = sweep_unreferenced_blobs(now=now, referenced_elsewhere=artifact_hashes())
    swept["tables"] = sweep_scratch(settings.FOREBAY_DATA / "scratch")
    swept["samples"] = thin_old_samples(now=now)
    swept["presence"] = sweep_presence(now=now)
    swept["audit"] = drop_old_audit_entries(now=now, days=settings.FOREBAY_AUDIT_DAYS)
    swept["schedules"] = sweep_history(now=now, days=HISTORY_DAYS)
    swept |= sweep_environments(now=now, days=settings.FOREBAY_ENVIRONMENT_DAYS)
    if any(swept.values()):
        logger.warning("swept %s", swept)
