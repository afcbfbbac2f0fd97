"""Administration of datastores and datasets: to look at."""

from __future__ import annotations

from django.contrib import admin

from data.models import Dataset, Datastore
from workspaces.admin import ReadOnlyAdmin


@admin.register(Datastore)
class DatastoreAdmin(ReadOnlyAdmin):
    list_display = ("name", "workspace", "kind", "is_default", "root")
    list_filter = ("workspace",)


@admin.register(Dataset)
class DatasetAdmin(ReadOnlyAdmin):
    list_display = ("name", "workspace", "created_at")
    search_fields = ("name",)
    list_filter = ("workspace",)
