"""Schedules: what submits a published pipeline or an endpoint by itself, and what it did."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from data.models import Datastore
from endpoints.models.pipeline_endpoints import PipelineEndpoint
from endpoints.models.published import PublishedPipeline
from pipelines.models import Run
from workspaces.models import Workspace
from workspaces.models.workspace import new_uid


class Schedule(models.Model):
    """When and how to submit. Runs are submitted as `runs_as`, whoever saved or enabled it last.

    `next_due_at` is the next time at which there is something to do (a due time, or a look at the
    watched path); None while disabled or when nothing is due any more. It moves forward in the
    transaction that notes what was done, so it is also the mark up to which everything is done.
    """

    ACTIVE = "Active"  # submits when it is due
    DISABLED = "Disabled"  # kept, and submits nothing

    RECURRENCE = "recurrence"  # every so many minutes … months
    CRON = "cron"  # a cron line
    DATASTORE = "datastore"  # when files below a path are new or changed

    SKIP = "skip"  # times missed while the studio did not run are left out
    RUN_ONCE = "run_once"  # one run stands for all that were missed
    CATCH_UP = "catch_up"  # one run for each, up to a limit

    uid = models.CharField(max_length=36, unique=True, default=new_uid, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="schedules")
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True)
    status = models.CharField(
        max_length=10, default=ACTIVE, choices=[(s, s) for s in (ACTIVE, DISABLED)]
    )
    published = models.ForeignKey(
        PublishedPipeline,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="schedules",
    )
    endpoint = models.ForeignKey(
        PipelineEndpoint, on_delete=models.CASCADE, null=True, blank=True, related_name="schedules"
    )
    experiment_name = models.CharField(max_length=255, blank=True)  # empty: the pipeline's
    parameters = models.JSONField(default=dict)
    continue_on_step_failure = models.BooleanField(null=True, blank=True)  # None: as published

    trigger = models.CharField(
        max_length=10, choices=[(t, t) for t in (RECURRENCE, CRON, DATASTORE)]
    )
    recurrence = models.JSONField(null=True, blank=True)  # v1's keys, see recurrence_form.py
    cron = models.CharField(max_length=200, blank=True)
    time_zone = models.CharField(max_length=100, default="UTC")  # as given: IANA or Windows
    anchor_at = models.DateTimeField()  # what a recurrence without a start counts from
    start_at = models.DateTimeField(null=True, blank=True)
    end_at = models.DateTimeField(null=True, blank=True)
    missed_policy = models.CharField(
        max_length=10, default=RUN_ONCE, choices=[(p, p) for p in (SKIP, RUN_ONCE, CATCH_UP)]
    )
    next_due_at = models.DateTimeField(null=True, blank=True)

    datastore = models.ForeignKey(Datastore, on_delete=models.PROTECT, null=True, blank=True)
    path_on_datastore = models.TextField(blank=True)
    polling_interval = models.PositiveIntegerField(default=5)  # minutes
    data_path_parameter_name = models.CharField(max_length=255, blank=True)
    include_subfolders = models.BooleanField(default=False)
    one_run_per_change = models.BooleanField(default=False)

    runs_as = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(published__isnull=True) ^ models.Q(endpoint__isnull=True),
                name="schedule_has_one_target",
            )
        ]
        indexes = [
            models.Index(fields=["workspace", "-id"], name="schedule_list"),
            models.Index(
                fields=["next_due_at"],
                condition=models.Q(next_due_at__isnull=False),
                name="schedule_due",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ScheduleTick(models.Model):
    """What became of one due time. Unique, and written in the transaction of its run: whoever
    else is about to submit for the same time fails on it and takes its run back.

    `path` is the changed file where each has a run of its own, else empty. `missed` counts the
    earlier due times that this one stands for; `repeats` how often a look failed the same way.
    """

    SUBMITTED = "submitted"  # there is a run
    SKIPPED = "skipped"  # missed, and the policy leaves it out
    FAILED = "failed"  # the submit was refused; `sentence` says why

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="ticks")
    due_at = models.DateTimeField()
    path = models.TextField(blank=True)
    outcome = models.CharField(
        max_length=10, choices=[(o, o) for o in (SUBMITTED, SKIPPED, FAILED)]
    )
    run = models.ForeignKey(
        Run, on_delete=models.SET_NULL, null=True, blank=True, related_name="ticks"
    )
    sentence = models.TextField(blank=True)
    missed = models.PositiveIntegerField(default=0)
    repeats = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "due_at", "path"], name="one_tick_per_due_time"
            )
        ]
        indexes = [
            models.Index(fields=["schedule", "-id"], name="tick_list"),
            models.Index(fields=["done_at"], name="tick_age"),
        ]

    def __str__(self) -> str:
        return f"{self.schedule_id} at {self.due_at}: {self.outcome}"


class WatchState(models.Model):
    """What a schedule knows of the files below its path: each one's identity by its path.

    `pending` holds what the look due at `pending_since` found new or changed. A second look soon
    after takes those that are still the same; a file that somebody is still writing waits.
    """

    schedule = models.OneToOneField(Schedule, on_delete=models.CASCADE, related_name="watch")
    files = models.JSONField(default=dict)
    pending = models.JSONField(default=dict)
    pending_since = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{len(self.files)} files of schedule {self.schedule_id}"
