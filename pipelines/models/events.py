"""What happened, in order: the only thing that browsers and programs follow."""

from __future__ import annotations

from django.db import models

from pipelines.models.runs import Run
from workspaces.models import Workspace


class Event(models.Model):
    """One thing that happened; written as the last statement of the transaction it tells of.

    `kind` is `run.status`, `step.status`, `step.metric`, `run.changed`; `data` is what a page
    needs to redraw without asking again. See docs/contributing/EVENTS.md.
    """

    id = models.BigAutoField(primary_key=True)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="events", null=True)
    kind = models.CharField(max_length=30)
    data = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["run", "id"], name="event_tail")]

    def __str__(self) -> str:
        return f"{self.id} {self.kind}"
