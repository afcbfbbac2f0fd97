"""Modules of the designer: the studio's own, and those that people of a workspace add."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from workspaces.models import Snapshot, Workspace
from workspaces.models.workspace import new_uid

ACTIVE = "Active"  # in the palette
DEPRECATED = "Deprecated"  # works where it is used, and is offered no more
DISABLED = "Disabled"  # drafts that use it can't be submitted
STATUSES = (ACTIVE, DEPRECATED, DISABLED)
CHOICES = [(status, status) for status in STATUSES]


class Module(models.Model):
    """A name in the palette. `key` is that of a built-in (pipelines/library), else empty.

    `name`, `description` and `group` are those of the default version, so that lists need no spec.
    `default_version` is empty while there is none. Where nobody chose it (`default_chosen`), it is
    what `domain.module_versions` resolves to, and follows new versions.
    """

    uid = models.CharField(max_length=36, unique=True, default=new_uid, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="modules")
    key = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True)
    group = models.CharField(max_length=64)
    status = models.CharField(max_length=12, default=ACTIVE, choices=CHOICES)
    default_version = models.CharField(max_length=100, blank=True)
    default_chosen = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "key"],
                condition=~models.Q(key=""),
                name="one_module_per_key",
            ),
            models.UniqueConstraint(
                fields=["workspace", "name"],
                condition=models.Q(key=""),
                name="one_own_module_per_name",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ModuleVersion(models.Model):
    """One frozen form of a module: its spec, its source files and its environment.

    `digest` is over all three; equal content of a built-in is never a new version.
    """

    module = models.ForeignKey(Module, on_delete=models.CASCADE, related_name="versions")
    version = models.CharField(max_length=100)
    spec = models.JSONField()
    environment = models.JSONField(null=True)  # as a node's; None: the studio's default one
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    status = models.CharField(max_length=12, default=ACTIVE, choices=CHOICES)
    changes = models.TextField(blank=True)  # against the version before, for people
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["module", "version"], name="one_row_per_module_version")
        ]

    def __str__(self) -> str:
        return f"{self.module_id} version {self.version}"
