"""Child runs: what a script opens within its own run to log several things side by side."""

from __future__ import annotations

from django.db import models

from pipelines.domain.status import Status
from pipelines.models.runs import STATUS_CHOICES, Run
from pipelines.models.steps import StepRun
from workspaces.models.workspace import new_uid


class ChildRun(models.Model):
    """Runs no script of its own. It ends when it is told to, or with the step that opened it."""

    uid = models.CharField(max_length=36, unique=True, default=new_uid)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="children")
    step_run = models.ForeignKey(
        StepRun, on_delete=models.CASCADE, null=True, blank=True, related_name="children"
    )
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="children"
    )
    number = models.PositiveIntegerField()  # its place among all children of the step or run
    name = models.CharField(max_length=255)
    status = models.CharField(max_length=16, choices=STATUS_CHOICES, default=Status.RUNNING.value)
    error = models.CharField(max_length=2000, blank=True)  # what fail() was told
    tags = models.JSONField(default=dict)
    properties = models.JSONField(default=dict)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["run", "step_run", "id"], name="child_of_step")]

    def __str__(self) -> str:
        return self.name
