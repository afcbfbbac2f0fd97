"""Administration of workspaces, members and tokens."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from workspaces.models import AccessToken, Member, Snapshot, Workspace
from workspaces.services.access import revoke_token


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows that only services write: the administration shows them."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class MemberInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Member
    extra = 0
    autocomplete_fields = ("user",)


@admin.register(Workspace)
class WorkspaceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Names and members; a new workspace is made by `manage.py setup_studio`."""

    list_display = ("name", "friendly_name", "created_at")
    search_fields = ("name", "friendly_name")
    readonly_fields = ("uid", "name", "created_at")
    inlines = (MemberInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # it would lack its datastores

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(AccessToken)
class AccessTokenAdmin(ReadOnlyAdmin):
    """Who has which token; its digest is shown to nobody."""

    list_display = ("prefix", "name", "kind", "user", "last_used_at", "expires_at", "revoked_at")
    list_filter = ("kind",)
    search_fields = ("name", "user__username", "prefix")
    exclude = ("digest",)
    actions = ("revoke",)

    @admin.action(description="Revoke the chosen tokens")
    def revoke(self, request: HttpRequest, queryset: QuerySet[AccessToken]) -> None:
        """Locks the programs that use them out at once."""
        now = timezone.now()
        for token in queryset:
            revoke_token(token=token, now=now)
        self.message_user(request, "The chosen tokens open nothing any more.")


@admin.register(Snapshot)
class SnapshotAdmin(ReadOnlyAdmin):
    list_display = ("uid", "workspace", "file_count", "size", "created_by", "created_at")
    search_fields = ("uid",)
    list_filter = ("workspace",)
    exclude = ("files",)
