"""Administration of runs, steps and events: to look at, never to change."""

from __future__ import annotations

from django.contrib import admin

from pipelines.models import Event, Run, StepRun
from workspaces.admin import ReadOnlyAdmin


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    list_display = ("uid", "number", "experiment", "status", "submitted_by", "submitted_at")
    list_filter = ("status", "workspace")
    list_select_related = ("experiment", "submitted_by")
    search_fields = ("uid",)
    exclude = ("graph",)  # it may be megabytes; the run page draws it
    show_full_result_count = False


@admin.register(StepRun)
class StepRunAdmin(ReadOnlyAdmin):
    list_display = ("uid", "name", "run", "status", "reused", "attempt", "started_at", "ended_at")
    list_filter = ("status", "reused")
    list_select_related = ("run",)
    search_fields = ("uid", "run__uid")
    exclude = ("known_parts", "fingerprint_parts")
    show_full_result_count = False


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("id", "kind", "run", "created_at")
    list_filter = ("kind",)
    list_select_related = ("run",)
    show_full_result_count = False
