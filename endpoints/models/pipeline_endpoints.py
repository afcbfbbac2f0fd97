"""Pipeline endpoints: one address for callers, with numbered published pipelines behind it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from endpoints.models.published import PublishedPipeline
from workspaces.models import Workspace
from workspaces.models.workspace import new_uid


class PipelineEndpoint(models.Model):
    """A name and an address; a call without a version starts `default_version`."""

    ACTIVE = "Active"  # may be called
    DISABLED = "Disabled"  # kept, and refuses calls
    ARCHIVED = "Archived"  # out of the lists, its name is free for another; refuses calls

    uid = models.CharField(max_length=36, unique=True, default=new_uid, editable=False)
    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, related_name="pipeline_endpoints"
    )
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True)
    status = models.CharField(
        max_length=10, default=ACTIVE, choices=[(s, s) for s in (ACTIVE, DISABLED, ARCHIVED)]
    )
    default_version = models.PositiveIntegerField(default=0)
    last_version = models.PositiveIntegerField(default=0)  # numbers are never given twice
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
            models.UniqueConstraint(
                fields=["workspace", "name"],
                condition=~models.Q(status="Archived"),
                name="one_endpoint_per_name",
            )
        ]
        indexes = [models.Index(fields=["workspace", "-id"], name="endpoint_list")]

    def __str__(self) -> str:
        return self.name


class EndpointVersion(models.Model):
    """A published pipeline behind an endpoint, under the next number from 0 up."""

    ACTIVE = "Active"  # may be called
    DISABLED = "Disabled"  # refuses calls; never the default one

    endpoint = models.ForeignKey(
        PipelineEndpoint, on_delete=models.CASCADE, related_name="versions"
    )
    number = models.PositiveIntegerField()
    published = models.ForeignKey(
        PublishedPipeline, on_delete=models.CASCADE, related_name="endpoint_versions"
    )
    status = models.CharField(
        max_length=10, default=ACTIVE, choices=[(s, s) for s in (ACTIVE, DISABLED)]
    )
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "number"], name="one_published_per_version")
        ]

    def __str__(self) -> str:
        return f"{self.endpoint} version {self.number}"
