"""Datastores: named roots of files, reached through fsspec."""

from __future__ import annotations

from django.db import models

from workspaces.models import Workspace
from workspaces.models.workspace import new_uid


class Datastore(models.Model):
    """A named place for files. `root` is an fsspec URL; today always a local folder."""

    AZURE_BLOB, AZURE_FILE = "AzureBlob", "AzureFile"  # the kinds v1 programs ask about

    uid = models.CharField(max_length=36, unique=True, default=new_uid, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="datastores")
    name = models.CharField(max_length=255)
    kind = models.CharField(max_length=20)
    root = models.CharField(max_length=1000)
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="one_datastore_per_name"),
            models.UniqueConstraint(
                fields=["workspace"],
                condition=models.Q(is_default=True),
                name="one_default_datastore",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ContentHash(models.Model):
    """What bytes hide behind a store's own identity of a file (size, mtime, inode or etag).

    A cache: the row may be dropped at any time and is then computed again.
    """

    datastore = models.ForeignKey(Datastore, on_delete=models.CASCADE)
    path = models.CharField(max_length=1000)
    identity = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["datastore", "path"], name="one_hash_per_path")
        ]

    def __str__(self) -> str:
        return f"{self.path} {self.sha256[:12]}"
