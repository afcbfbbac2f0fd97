"""Pipeline drafts: what somebody builds in the designer before it runs."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from pipelines.models.runs import Run
from workspaces.models import Workspace
from workspaces.models.workspace import new_uid


class PipelineDraft(models.Model):
    """A graph that is being edited. `revision` rises with every change: who saves names the one
    that was read, so nobody's work is overwritten.

    `origin` says of what it was made: {"run" | "published" | "draft" | "sample": {"id", "name"}}.
    """

    uid = models.CharField(max_length=36, unique=True, default=new_uid, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="drafts")
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True)
    experiment = models.CharField(max_length=255, blank=True)  # where it is submitted to
    graph = models.JSONField()
    parameters = models.JSONField(default=dict)  # values to submit with, by name
    default_compute = models.CharField(max_length=255, blank=True)
    continue_on_step_failure = models.BooleanField(default=False)
    tags = models.JSONField(default=dict)
    properties = models.JSONField(default=dict)
    origin = models.JSONField(default=dict)
    step_count = models.PositiveIntegerField(default=0)
    revision = models.PositiveIntegerField(default=1)
    last_version = models.PositiveIntegerField(default=1)  # the newest DraftVersion's number
    last_run = models.ForeignKey(
        Run, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    updated_at = models.DateTimeField()
    saved_tab = models.CharField(max_length=64, blank=True)  # the browser's tab that saved last

    class Meta:
        indexes = [models.Index(fields=["workspace", "-id"], name="draft_list")]

    def __str__(self) -> str:
        return self.name


class DraftVersion(models.Model):
    """The graph as it was saved once. Those without a note are autosaves, which get thinner."""

    draft = models.ForeignKey(PipelineDraft, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    graph = models.JSONField()
    step_count = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=255, blank=True)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draft", "number"], name="one_draft_version_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.draft_id} version {self.number}"


class DraftPresence(models.Model):
    """Somebody who has the draft open in a tab, as long as it says so (services/presence.py)."""

    draft = models.ForeignKey(PipelineDraft, on_delete=models.CASCADE, related_name="people")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    tab = models.CharField(max_length=64)
    since = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draft", "user", "tab"], name="one_presence_per_tab")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.draft_id}"
