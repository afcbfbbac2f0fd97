"""Schedules, under the names v1 programs import from here; not in this version."""

from __future__ import annotations

from azureml._forebay.unsupported import later
from azureml.pipeline.core.graph import PublishedPipeline

__all__ = ["PublishedPipeline", "Schedule", "ScheduleRecurrence", "TimeZone"]

_INSTEAD = "Submit the pipeline from cron for now."
Schedule = later("Schedule", _INSTEAD, __name__)
ScheduleRecurrence = later("ScheduleRecurrence", _INSTEAD, __name__)
TimeZone = later("TimeZone", _INSTEAD, __name__)
