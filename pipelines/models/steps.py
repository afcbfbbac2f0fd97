"""Steps of a run, the edges between them, and the attempts to run them."""

from __future__ import annotations

from django.db import models

from compute.models import ComputeTarget, EnvironmentBuild
from pipelines.domain.status import Reason, Status
from pipelines.models.runs import STATUS_CHOICES, Run
from workspaces.models import Snapshot, Workspace
from workspaces.models.workspace import new_uid


class StepRun(models.Model):
    """One node of the graph in one run.

    The queued row is the queue: the runner claims it by a conditional update. `node` is this
    step's own slice of the graph, so that a finish never loads the whole graph.
    """

    uid = models.CharField(max_length=36, unique=True, default=new_uid, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)  # the run's, for look-ups
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="steps")
    node_id = models.CharField(max_length=64)
    name = models.CharField(max_length=255)
    position = models.PositiveIntegerField()  # topological; the order pages show
    node = models.JSONField()
    compute_target = models.ForeignKey(ComputeTarget, on_delete=models.PROTECT)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT)
    environment = models.ForeignKey(EnvironmentBuild, on_delete=models.PROTECT)
    status = models.CharField(
        max_length=16, choices=STATUS_CHOICES, default=Status.NOT_STARTED.value
    )
    reason = models.CharField(max_length=30, blank=True, default=Reason.NONE.value)
    reason_data = models.JSONField(default=dict)
    waits_for = models.PositiveIntegerField(default=0)  # direct predecessors not yet completed
    attempt = models.PositiveIntegerField(default=0)  # number of the newest attempt
    cancel_requested = models.BooleanField(default=False)
    # Control (domain/control.py): what holds for this step in this run.
    retry = models.JSONField(default=dict)  # {} = none, else count, delay_seconds, on
    retries = models.PositiveIntegerField(default=0)  # attempts that were tried again
    not_before = models.DateTimeField(null=True, blank=True)  # a Queued row that waits for a time
    timeout_seconds = models.PositiveIntegerField(null=True, blank=True)
    forced = models.BooleanField(default=False)  # runs whatever there is to reuse
    kept_from = models.ForeignKey(  # of a resumed run: kept from there while its parts are equal
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="kept_by"
    )
    # Reuse (domain/reuse.py): parts known at submit; those of upstream outputs join when ready.
    known_parts = models.JSONField(default=dict)
    fingerprint_parts = models.JSONField(null=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    reused = models.BooleanField(default=False)
    reused_from = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="reused_by"
    )
    why = models.JSONField(
        default=dict
    )  # {"kind", "sentence", "changes", ...}: see domain/reuse.py
    queued_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    exit_code = models.IntegerField(null=True, blank=True)
    error_lines = models.JSONField(default=list)  # the last lines of a failed step's log
    tags = models.JSONField(default=dict)  # set by the script itself
    properties = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "node_id"], name="one_step_per_node")]
        indexes = [
            models.Index(fields=["status", "compute_target", "run", "id"], name="step_queue"),
            models.Index(
                fields=["compute_target", "run", "id"],
                condition=models.Q(status="Queued", not_before__isnull=True),
                name="step_queue_ready",
            ),
            models.Index(
                fields=["not_before"],
                condition=models.Q(not_before__isnull=False),
                name="step_delayed",
            ),
            models.Index(
                fields=["workspace", "fingerprint"],
                condition=models.Q(status="Completed", reused=False),
                name="step_reuse",
            ),
            models.Index(fields=["run", "position"], name="step_of_run"),
            models.Index(fields=["workspace", "name", "-id"], name="step_lineage"),
        ]

    def __str__(self) -> str:
        return self.name


class StepEdge(models.Model):
    """`after` waits for `before`; one row however many ports join them."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE)
    before = models.ForeignKey(StepRun, on_delete=models.CASCADE, related_name="edges_out")
    after = models.ForeignKey(StepRun, on_delete=models.CASCADE, related_name="edges_in")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["before", "after"], name="one_edge_per_pair")
        ]

    def __str__(self) -> str:
        return f"{self.before_id} -> {self.after_id}"


class Attempt(models.Model):
    """One try to run a step; its folder under FOREBAY_DATA holds log, spool and exit code."""

    step_run = models.ForeignKey(StepRun, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveIntegerField()
    folder = models.CharField(max_length=200)  # relative to FOREBAY_DATA
    host = models.CharField(max_length=100)
    pid = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    exit_code = models.IntegerField(null=True, blank=True)
    outcome = models.CharField(max_length=16, blank=True)  # final status of this attempt
    reason = models.CharField(max_length=30, blank=True)
    reason_data = models.JSONField(default=dict)
    ingested_seq = models.BigIntegerField(default=0)  # records of the spool already stored

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["step_run", "number"], name="one_row_per_attempt")
        ]

    def __str__(self) -> str:
        return f"{self.step_run_id}.{self.number}"
