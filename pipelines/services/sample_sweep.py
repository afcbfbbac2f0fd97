"""Resource samples of attempts that ended a day ago become one a minute."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from pipelines.domain.resource_samples import thin_file
from pipelines.models import Attempt

log = logging.getLogger(__name__)

THIN_AFTER = timedelta(days=1)
LOOK_EVERY = timedelta(hours=1)
MARK = "samples-thinned-until"  # below FOREBAY_DATA: ended_at of the last attempt that was done


def thin_old_samples(*, now: datetime) -> int:
    """Thin what has become old since the last time; how many files. At most once an hour."""
    mark = Path(settings.FOREBAY_DATA) / MARK
    until = now - THIN_AFTER
    done = _read_mark(mark)
    if done is not None and until - done < LOOK_EVERY:
        return 0
    rows = Attempt.objects.filter(ended_at__lte=until)
    if done is not None:
        rows = rows.filter(ended_at__gt=done)
    count = 0
    for folder in rows.values_list("folder", flat=True).iterator():
        try:
            count += thin_file(Path(settings.FOREBAY_DATA) / folder)
        except OSError as error:
            log.warning("the samples of %s could not be thinned: %s", folder, error)
    new = mark.with_name(f"{MARK}.new")
    new.write_text(until.isoformat())
    new.replace(mark)
    return count


def _read_mark(mark: Path) -> datetime | None:
    try:
        return datetime.fromisoformat(mark.read_text())
    except (FileNotFoundError, ValueError):
        return None
