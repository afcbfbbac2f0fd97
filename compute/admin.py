"""Administration of compute targets and environments."""

from __future__ import annotations

from django.contrib import admin

from compute.models import ComputeTarget, EnvironmentBuild
from workspaces.admin import ReadOnlyAdmin


@admin.register(ComputeTarget)
class ComputeTargetAdmin(ReadOnlyAdmin):
    list_display = ("name", "workspace", "kind", "vm_size", "min_nodes", "max_nodes")
    search_fields = ("name",)
    list_filter = ("workspace",)


@admin.register(EnvironmentBuild)
class EnvironmentBuildAdmin(ReadOnlyAdmin):
    list_display = ("key", "status", "created_at", "finished_at")
    list_filter = ("status",)
