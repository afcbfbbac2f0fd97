"""Administration of workspaces, members and tokens."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils import timezone

from workspaces.api.addresses import address_of
from workspaces.domain.roles import Role
from workspaces.models import (
    AccessToken,
    AuditEntry,
    ExternalIdentity,
    Member,
    ServicePrincipal,
    Snapshot,
    Workspace,
)
from workspaces.services.access import Actor, revoke_token
from workspaces.services.audit import record_audit


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows that only services write: the administration shows them."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class AuditedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows that the administration itself may change: each change is in the audit log."""

    def _note(self, request: HttpRequest, row: Model, done: str, detail: Any = None) -> None:
        assert isinstance(request.user, User)
        record_audit(
            actor=Actor(user=request.user, address=address_of(request), through="administration"),
            workspace=row if isinstance(row, Workspace) else getattr(row, "workspace", None),
            action=f"{row._meta.model_name}.{done}",
            kind=str(row._meta.verbose_name),
            uid=str(getattr(row, "uid", row.pk)),
            name=str(row),
            detail={"changes": detail} if detail else None,
        )

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Django calls these three for every change of its forms, in their transaction."""
        self._note(request, obj, "created", message)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._note(request, obj, "changed", message)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for row in queryset:
            self._note(request, row, "deleted")
        return super().log_deletions(request, queryset)


admin.site.unregister(User)


@admin.register(User)
class AuditedUserAdmin(AuditedAdmin, UserAdmin):  # type: ignore[type-arg]
    """People: names, passwords, who is staff, who is closed."""


class OwnedFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """A workspace's members, of whom one person at least stays Owner."""

    def clean(self) -> None:
        """Refuses the form whose rows leave no Owner."""
        super().clean()
        kept = [
            form.cleaned_data
            for form in self.forms
            if form.is_valid() and form.cleaned_data and not form.cleaned_data.get("DELETE")
        ]
        if not any(
            row["role"] == Role.OWNER.value
            and row["user"].is_active
            and getattr(row["user"], "service_principal", None) is None
            for row in kept
            if row.get("user")
        ):
            raise ValidationError("A workspace needs a person who owns it.")


class MemberInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Member
    formset = OwnedFormSet
    fields = ("user", "role")
    extra = 0
    autocomplete_fields = ("user",)


@admin.register(Workspace)
class WorkspaceAdmin(AuditedAdmin):
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
        assert isinstance(request.user, User)
        now = timezone.now()
        actor = Actor(user=request.user, address=address_of(request), through="administration")
        for token in queryset:
            revoke_token(token=token, now=now, actor=actor)
        self.message_user(request, "The chosen tokens open nothing any more.")


@admin.register(ServicePrincipal)
class ServicePrincipalAdmin(ReadOnlyAdmin):
    """Accounts of programs; their Owners keep them under Settings."""

    list_display = ("name", "workspace", "client_id", "entra_app_id", "disabled_at", "created_at")
    list_filter = ("workspace",)
    search_fields = ("name", "client_id", "entra_app_id")


@admin.register(ExternalIdentity)
class ExternalIdentityAdmin(ReadOnlyAdmin):
    """People of Microsoft Entra ID and the users they are here."""

    list_display = ("user_principal_name", "user", "subject", "first_seen_at", "last_seen_at")
    search_fields = ("user_principal_name", "subject", "user__username")


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Who changed what; added only, never changed here."""

    list_display = ("at", "user_name", "via", "address", "action", "subject_name", "workspace_name")
    list_filter = ("kind", "workspace_name")
    search_fields = ("user_name", "subject_name", "action", "address")
    date_hierarchy = "at"


@admin.register(Snapshot)
class SnapshotAdmin(ReadOnlyAdmin):
    list_display = ("uid", "workspace", "file_count", "size", "created_by", "created_at")
    search_fields = ("uid",)
    list_filter = ("workspace",)
    exclude = ("files",)
