"""Datasets: definitions over files, never copies of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from workspaces.models import Workspace
from workspaces.models.workspace import new_uid


class Dataset(models.Model):
    """A registered name; its versions hold the definitions."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="datasets")
    name = models.CharField(max_length=255)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="one_dataset_per_name")
        ]

    def __str__(self) -> str:
        return self.name


class DatasetVersion(models.Model):
    """One frozen definition. Unregistered ones have no `dataset` and no `version`.

    `definition` (see data/domain/definition.py) says which paths and, for a tabular one, how
    they are read. Its `uid` is what a graph refers to.
    """

    FILE, TABULAR = "file", "tabular"

    uid = models.CharField(max_length=36, unique=True, default=new_uid, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    dataset = models.ForeignKey(
        Dataset, on_delete=models.CASCADE, null=True, blank=True, related_name="versions"
    )
    version = models.PositiveIntegerField(null=True, blank=True)
    kind = models.CharField(max_length=10, choices=[(FILE, FILE), (TABULAR, TABULAR)])
    definition = models.JSONField()
    digest = models.CharField(max_length=64, db_index=True)  # equal definitions, equal digest
    description = models.TextField(blank=True)
    tags = models.JSONField(default=dict)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset", "version"], name="one_row_per_version")
        ]

    def __str__(self) -> str:
        return f"{self.dataset or 'unregistered'} {self.version or self.uid}"
