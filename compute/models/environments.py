"""Environments: interpreters with packages, built once per content."""

from __future__ import annotations

from django.db import models


class EnvironmentBuild(models.Model):
    """One virtual environment, shared by every workspace and step that asks for its content.

    `key` is the digest of `spec` (see compute/domain/environments.py). `folder` is relative to
    FOREBAY_DATA. `lock` lists what was installed, once it was.
    """

    PENDING = "Pending"  # asked for, not started
    BUILDING = "Building"  # an attempt of the runner is at work
    READY = "Ready"  # usable
    FAILED = "Failed"  # `error` says why; asking again builds again

    key = models.CharField(max_length=64, unique=True)
    spec = models.JSONField()
    status = models.CharField(
        max_length=10,
        default=PENDING,
        choices=[(s, s) for s in (PENDING, BUILDING, READY, FAILED)],
    )
    folder = models.CharField(max_length=200)
    lock = models.JSONField(default=list)
    error = models.TextField(blank=True)
    attempt = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.key[:12]} {self.status}"
