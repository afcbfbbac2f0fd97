"""What started a run: the rows behind "Runs of this endpoint"."""

from __future__ import annotations

from django.db import models

from endpoints.models.pipeline_endpoints import EndpointVersion, PipelineEndpoint
from endpoints.models.published import PublishedPipeline
from endpoints.models.schedules import Schedule
from pipelines.models import Run


class RunLink(models.Model):
    """A run of a published pipeline, with the endpoint (and its version) that was called."""

    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="link")
    published = models.ForeignKey(
        PublishedPipeline, on_delete=models.CASCADE, related_name="run_links"
    )
    endpoint = models.ForeignKey(
        PipelineEndpoint, on_delete=models.CASCADE, null=True, blank=True, related_name="run_links"
    )
    endpoint_version = models.ForeignKey(
        EndpointVersion, on_delete=models.CASCADE, null=True, blank=True, related_name="run_links"
    )
    schedule = models.ForeignKey(
        Schedule, on_delete=models.SET_NULL, null=True, blank=True, related_name="run_links"
    )
    due_at = models.DateTimeField(null=True, blank=True)  # for which the schedule submitted it

    class Meta:
        indexes = [
            models.Index(fields=["published", "-run"], name="runs_of_published"),
            models.Index(fields=["endpoint", "-run"], name="runs_of_endpoint"),
            models.Index(fields=["schedule", "-run"], name="runs_of_schedule"),
        ]

    def __str__(self) -> str:
        return f"run {self.run_id} of {self.published_id}"
