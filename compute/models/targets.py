"""Compute targets: named pools of slots."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from workspaces.models import Workspace
from workspaces.models.workspace import new_uid


class ComputeTarget(models.Model):
    """A named pool in which `max_nodes` steps may run at once, one a node.

    Nodes are slots of this machine; `vm_size` is a name that programs give, nothing more.
    """

    AML_COMPUTE = "AmlCompute"

    uid = models.CharField(max_length=36, unique=True, default=new_uid, editable=False)
    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, related_name="compute_targets"
    )
    name = models.CharField(max_length=24)
    kind = models.CharField(max_length=20, default=AML_COMPUTE)
    vm_size = models.CharField(max_length=60, default="STANDARD_D2_V2")
    vm_priority = models.CharField(max_length=20, default="dedicated")
    min_nodes = models.PositiveIntegerField(default=0)
    max_nodes = models.PositiveIntegerField(default=4)
    idle_seconds = models.PositiveIntegerField(default=1800)
    description = models.TextField(blank=True)
    tags = models.JSONField(default=dict)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    created_at = models.DateTimeField(auto_now_add=True)
    modified_at = models.DateTimeField(auto_now=True)
    paused_at = models.DateTimeField(null=True, blank=True)  # nothing is started on it since then
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    memory_limit_mb = models.PositiveIntegerField(null=True, blank=True)  # of one step
    # Written by the runner now and then: until when steps ran, and on how many nodes at most.
    last_busy_at = models.DateTimeField(null=True, blank=True)
    warm_nodes = models.PositiveIntegerField(default=0)
    deleted_at = models.DateTimeField(null=True, blank=True)  # kept for the runs that used it

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "name"],
                condition=models.Q(deleted_at__isnull=True),
                name="one_target_per_name",
            )
        ]

    def __str__(self) -> str:
        return self.name
