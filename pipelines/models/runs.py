"""Experiments and the runs in them."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from pipelines.domain.status import Reason, Status
from workspaces.models import Workspace
from workspaces.models.workspace import new_uid

STATUS_CHOICES = [(s.value, s.value) for s in Status]


class Experiment(models.Model):
    """A name under which runs are collected and numbered."""

    uid = models.CharField(max_length=36, unique=True, default=new_uid, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="experiments")
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True)
    last_number = models.PositiveIntegerField(default=0)  # numbers are never given twice
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="one_experiment_per_name")
        ]

    def __str__(self) -> str:
        return self.name


class Run(models.Model):
    """One submission of a pipeline. `graph` is exactly what was sent, after defaults."""

    uid = models.CharField(max_length=36, unique=True, default=new_uid, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="runs")
    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="runs")
    number = models.PositiveIntegerField()
    status = models.CharField(
        max_length=16, choices=STATUS_CHOICES, default=Status.NOT_STARTED.value
    )
    reason = models.CharField(max_length=30, blank=True, default=Reason.NONE.value)
    reason_data = models.JSONField(default=dict)
    source = models.CharField(max_length=20, default="SDK")  # SDK, Designer, REST, Schedule
    # Of what it is a run, when it was started by a published pipeline; see endpoints/.
    origin = models.JSONField(default=dict)
    description = models.TextField(blank=True)
    tags = models.JSONField(default=dict)
    properties = models.JSONField(default=dict)
    graph = models.JSONField()
    parameters = models.JSONField(default=dict)  # every parameter's value in this run
    regenerate_outputs = models.BooleanField(default=False)
    continue_on_step_failure = models.BooleanField(default=False)
    retry = models.JSONField(default=dict)  # for steps that name none; as StepRun.retry
    timeout_seconds = models.PositiveIntegerField(null=True, blank=True)
    deadline = models.DateTimeField(null=True, blank=True)  # while it runs under a time limit
    resumed_from = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="resumed_by"
    )
    step_count = models.PositiveIntegerField(default=0)
    open_count = models.PositiveIntegerField(default=0)  # steps without a final answer
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    submitted_at = models.DateTimeField(db_index=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["experiment", "number"], name="one_run_per_number")
        ]
        indexes = [
            models.Index(
                fields=["deadline"],
                condition=models.Q(deadline__isnull=False),
                name="run_deadline",
            ),
            models.Index(fields=["workspace", "-id"], name="run_list"),
            models.Index(fields=["workspace", "status", "-id"], name="run_by_status"),
            models.Index(fields=["workspace", "submitted_by", "-id"], name="run_by_person"),
        ]

    def __str__(self) -> str:
        return f"Run {self.number}"
