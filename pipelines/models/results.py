"""What a step leaves behind: outputs for other steps, artifacts and metrics for people."""

from __future__ import annotations

from django.db import models

from data.models import DatasetVersion, Datastore
from pipelines.models.children import ChildRun
from pipelines.models.runs import Run
from pipelines.models.steps import StepRun


class Output(models.Model):
    """A published output of a step; a reused step's row points at the earlier files."""

    step_run = models.ForeignKey(StepRun, on_delete=models.CASCADE, related_name="outputs")
    name = models.CharField(max_length=255)
    datastore = models.ForeignKey(Datastore, on_delete=models.PROTECT)
    path = models.CharField(max_length=1000)  # below the datastore's root
    is_directory = models.BooleanField(default=True)
    content_id = models.CharField(max_length=64)  # sha256 over the manifest of file hashes
    identity = models.CharField(max_length=64)  # digest of sizes, times and inodes: tampering
    file_count = models.PositiveIntegerField()
    size = models.BigIntegerField()
    # What `register_on_complete` registered; a reused step's row names the earlier version.
    dataset_version = models.ForeignKey(
        DatasetVersion, on_delete=models.SET_NULL, null=True, blank=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["step_run", "name"], name="one_output_per_name")
        ]

    def __str__(self) -> str:
        return self.name


class Artifact(models.Model):
    """A file that belongs to a run or a step (`outputs/…`, `logs/…`), kept in the blob store."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="artifacts")
    step_run = models.ForeignKey(
        StepRun, on_delete=models.CASCADE, null=True, blank=True, related_name="artifacts"
    )
    path = models.CharField(max_length=1000)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "step_run", "path"], name="one_artifact_per_path"
            )
        ]

    def __str__(self) -> str:
        return self.path


class Metric(models.Model):
    """One logged value. Several of one name make a series, in the order of `id`."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="metrics")
    step_run = models.ForeignKey(
        StepRun, on_delete=models.CASCADE, null=True, blank=True, related_name="metrics"
    )
    child_run = models.ForeignKey(
        ChildRun, on_delete=models.CASCADE, null=True, blank=True, related_name="metrics"
    )
    name = models.CharField(max_length=255)
    value = models.JSONField()
    kind = models.CharField(max_length=20, default="scalar")
    description = models.CharField(max_length=500, blank=True)
    logged_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["run", "step_run", "name"], name="metric_series"),
        ]

    def __str__(self) -> str:
        return self.name
