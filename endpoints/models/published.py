"""Published pipelines: a graph and all that it needs, frozen at one moment."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from compute.models import EnvironmentBuild
from pipelines.models import Run
from workspaces.models import Workspace
from workspaces.models.workspace import new_uid


class PublishedPipeline(models.Model):
    """What a caller starts. Only its name, description and status ever change.

    `graph` names snapshots and dataset versions by id; `parameters` (name, type, default) and
    `step_names` are read off it, so that lists need not load it. `graph_id` is the same for
    equal graphs.
    """

    ACTIVE = "Active"  # may be called
    DISABLED = "Disabled"  # kept, and refuses calls

    uid = models.CharField(max_length=36, unique=True, default=new_uid, editable=False)
    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, related_name="published_pipelines"
    )
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True)
    version = models.CharField(max_length=100, blank=True)  # the publisher's own word for it
    status = models.CharField(
        max_length=10, default=ACTIVE, choices=[(s, s) for s in (ACTIVE, DISABLED)]
    )
    graph = models.JSONField()
    graph_id = models.CharField(max_length=36)
    parameters = models.JSONField(default=list)
    step_names = models.JSONField(default=list)
    step_count = models.PositiveIntegerField()
    continue_on_step_failure = models.BooleanField(default=False)
    source_run = models.ForeignKey(
        Run, on_delete=models.SET_NULL, null=True, blank=True, related_name="published_as"
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
        indexes = [
            models.Index(fields=["workspace", "-id"], name="published_list"),
            models.Index(fields=["workspace", "name", "-id"], name="published_by_name"),
        ]

    def __str__(self) -> str:
        return self.name


class FrozenEnvironment(models.Model):
    """The build that an environment of the graph became when it was published.

    `asked` is the canonical text of the node's `environment`. The build's row holds the lock; it
    is never deleted while this is there, and builds of a frozen one install that lock again.
    """

    published = models.ForeignKey(
        PublishedPipeline, on_delete=models.CASCADE, related_name="environments"
    )
    asked = models.TextField()
    build = models.ForeignKey(EnvironmentBuild, on_delete=models.PROTECT, related_name="frozen_in")

    def __str__(self) -> str:
        return f"{self.published_id}: {self.build_id}"
