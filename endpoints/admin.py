"""Administration of published pipelines and endpoints: to look at, never to change."""

from __future__ import annotations

from django.contrib import admin

from endpoints.models import PipelineEndpoint, PublishedPipeline
from workspaces.admin import ReadOnlyAdmin


@admin.register(PublishedPipeline)
class PublishedPipelineAdmin(ReadOnlyAdmin):
    list_display = ("uid", "name", "version", "workspace", "status", "created_by", "created_at")
    list_filter = ("status", "workspace")
    list_select_related = ("workspace", "created_by")
    search_fields = ("uid", "name")
    exclude = ("graph",)  # it may be megabytes
    show_full_result_count = False


@admin.register(PipelineEndpoint)
class PipelineEndpointAdmin(ReadOnlyAdmin):
    list_display = ("uid", "name", "workspace", "status", "default_version", "updated_at")
    list_filter = ("status", "workspace")
    list_select_related = ("workspace",)
    search_fields = ("uid", "name")
    show_full_result_count = False
