"""Source folders as they were at submit: a manifest of paths over content-addressed blobs."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from workspaces.models.workspace import Workspace, new_uid


class Blob(models.Model):
    """One file's bytes in the store, named by their SHA-256."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    size = models.BigIntegerField()
    holds_token = models.BooleanField(default=False)  # one of our access tokens: no snapshot
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.sha256


class BlobPresence(models.Model):
    """This workspace uploaded this blob; only then may it refer to it."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    blob = models.ForeignKey(Blob, on_delete=models.CASCADE)
    touched_at = models.DateTimeField(db_index=True)  # unreferenced ones go 24 h after this

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "blob"], name="one_presence_per_blob")
        ]

    def __str__(self) -> str:
        return f"{self.blob_id} in {self.workspace_id}"


class Snapshot(models.Model):
    """A source folder: `files` is a list of {path, sha256, size, executable}, sorted by path."""

    uid = models.CharField(max_length=36, unique=True, default=new_uid, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="snapshots")
    digest = models.CharField(max_length=64)  # of the manifest: equal folders share a row
    files = models.JSONField()
    file_count = models.PositiveIntegerField()
    size = models.BigIntegerField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "digest"], name="one_snapshot_per_content")
        ]

    def __str__(self) -> str:
        return f"{self.uid} ({self.file_count} files)"
