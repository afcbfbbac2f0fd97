"""Schedules, under the names v1 programs import from here; not in this version."""

from __future__ import annotations

from azureml.pipeline.core._later import (
    PublishedPipeline,
    Schedule,
    ScheduleRecurrence,
    TimeZone,
)

__all__ = ["PublishedPipeline", "Schedule", "ScheduleRecurrence", "TimeZone"]
