"""Keeps the logs of running steps below a limit, by holes in their middle."""

from __future__ import annotations

import logging
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from pipelines.domain.log_files import MEGABYTE, cut_log

log = logging.getLogger(__name__)

SLACK = 8  # an eighth of the limit: a hole is widened now and then, not at every look


def log_limit() -> int:
    """How many bytes of a step's log are kept."""
    return int(settings.FOREBAY_LOG_LIMIT_MB) * MEGABYTE


def limit_log(one: Path, *, ended: bool = False) -> None:
    """Cut a log that has grown too long; exactly to the limit when nothing more is printed."""
    limit = log_limit()
    slack = 0 if ended else limit // SLACK
    with suppress(FileNotFoundError):
        if one.stat().st_size <= limit + slack:
            return
        try:
            cut_log(one, limit=limit, slack=slack)
        except OSError as error:
            log.warning("the log %s could not be cut: %s", one, error)
