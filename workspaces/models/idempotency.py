"""Answers kept so that a request sent twice is done once."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from workspaces.models.workspace import Workspace


class IdempotencyKey(models.Model):
    """One keyed request. Without status it is under way, or done and not answered: see `answer`."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    route = models.CharField(max_length=100)
    key = models.CharField(max_length=200)
    body_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "actor", "route", "key"], name="one_answer_per_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"
