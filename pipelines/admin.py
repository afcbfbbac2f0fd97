"""Administration of runs, steps, events, modules and drafts: to look at, never to change."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.utils.html import format_html

from pipelines.models import (
    DraftVersion,
    Event,
    Module,
    ModuleVersion,
    PipelineDraft,
    Run,
    StepRun,
)
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


SHOWN = 200_000  # characters of a graph or a spec on one page


def folded(value: Any) -> str:
    """JSON as people read it, closed until they open it."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    cut = "" if len(text) <= SHOWN else f"\n… and {len(text) - SHOWN:,} characters more"
    template = "<details><summary>{} characters</summary><pre>{}{}</pre></details>"
    return format_html(template, f"{len(text):,}", text[:SHOWN], cut)


@admin.register(Module)
class ModuleAdmin(ReadOnlyAdmin):
    list_display = ("name", "key", "workspace", "group", "status", "default_version")
    list_filter = ("status", "group", "workspace")
    list_select_related = ("workspace",)
    search_fields = ("name", "key", "uid")
    show_full_result_count = False


@admin.register(ModuleVersion)
class ModuleVersionAdmin(ReadOnlyAdmin):
    list_display = ("module", "version", "status", "created_by", "created_at")
    list_filter = ("status",)
    list_select_related = ("module", "created_by")
    search_fields = ("module__name", "module__uid")
    exclude = ("spec", "environment")
    readonly_fields = ("spec_shown", "environment_shown")
    show_full_result_count = False

    @admin.display(description="spec")
    def spec_shown(self, row: ModuleVersion) -> str:
        return folded(row.spec)

    @admin.display(description="environment")
    def environment_shown(self, row: ModuleVersion) -> str:
        return folded(row.environment)

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).defer("spec", "environment")


class GraphAdmin(ReadOnlyAdmin):
    """Rows with a graph: lists do not load it, a page shows it closed."""

    readonly_fields = ("graph_shown",)
    show_full_result_count = False

    @admin.display(description="graph")
    def graph_shown(self, row: Any) -> str:
        return folded(row.graph)

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).defer("graph")


@admin.register(PipelineDraft)
class PipelineDraftAdmin(GraphAdmin):
    list_display = ("name", "workspace", "step_count", "revision", "updated_by", "updated_at")
    list_filter = ("workspace",)
    list_select_related = ("workspace", "updated_by")
    search_fields = ("name", "uid")
    # A parameter's value may be a password that somebody typed.
    exclude = ("graph", "parameters")
    raw_id_fields = ("last_run",)


@admin.register(DraftVersion)
class DraftVersionAdmin(GraphAdmin):
    list_display = ("draft", "number", "step_count", "note", "saved_by", "saved_at")
    list_select_related = ("draft", "saved_by")
    search_fields = ("draft__name", "draft__uid", "note")
    exclude = ("graph",)

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).defer("graph", "draft__graph")
