"""Environments: interpreters with packages, built once per content."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from workspaces.models import Workspace
from workspaces.models.workspace import new_uid


class EnvironmentBuild(models.Model):
    """One virtual environment, shared by every workspace and step that asks for its content.

    `key` is the digest of `spec` (see compute/domain/environments.py). `folder` is relative to
    FOREBAY_DATA. `lock` lists what was installed, once it was: a later build of the row installs
    the same again.
    """

    PENDING = "Pending"  # asked for, not started
    BUILDING = "Building"  # an attempt of the runner is at work
    READY = "Ready"  # usable
    FAILED = "Failed"  # `error` says why; asking again builds again
    CANCELED = "Canceled"  # nobody waited for it any more; asking again builds it
    REMOVED = "Removed"  # unused for long: its folder is gone; asking again builds it

    ENDED = (READY, FAILED, CANCELED, REMOVED)

    key = models.CharField(max_length=64, unique=True)
    spec = models.JSONField()
    status = models.CharField(
        max_length=10,
        default=PENDING,
        choices=[(s, s) for s in (PENDING, BUILDING, READY, FAILED, CANCELED, REMOVED)],
    )
    folder = models.CharField(max_length=200)
    lock = models.JSONField(default=list)
    error = models.TextField(blank=True)
    attempt = models.PositiveIntegerField(default=0)
    wanted = models.BooleanField(default=False)  # built even when no step waits for it
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    last_asked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.key[:12]} {self.status}"


class EnvironmentRequest(models.Model):
    """What programs of a workspace asked for, which build it became, and what was said about it.

    `asked` is as a graph has it (null: the default one), `digest` its digest.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    build = models.ForeignKey(EnvironmentBuild, on_delete=models.CASCADE, related_name="requests")
    name = models.CharField(max_length=255, blank=True)
    digest = models.CharField(max_length=64)
    asked = models.JSONField(null=True)
    notices = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    last_asked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "digest", "build"], name="one_request_per_content"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name or 'default'} {self.digest[:12]}"


class EnvironmentVersion(models.Model):
    """A registered environment: a frozen definition under a name and a number."""

    uid = models.CharField(max_length=36, unique=True, default=new_uid, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="environments")
    name = models.CharField(max_length=255)
    version = models.PositiveIntegerField()
    definition = models.JSONField()
    digest = models.CharField(max_length=64)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "name", "version"], name="one_environment_per_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}:{self.version}"


class EnvironmentRule(models.Model):
    """One line of the administrator's mapping: what is asked -> what is used instead.

    Rules are tried in the order of `position`; of each kind the first that fits counts. What
    `asked` and `used` may say: compute/domain/mapping.py.
    """

    KINDS = (
        ("python", "Python version"),
        ("image", "Base image"),
        ("curated", "Curated environment"),
        ("package", "Package"),
    )

    position = models.PositiveIntegerField(default=10)
    kind = models.CharField(max_length=10, choices=KINDS)
    asked = models.CharField(max_length=300)
    used = models.TextField(blank=True)
    reason = models.CharField(max_length=300, blank=True)
    enabled = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return f"rule {self.pk}: {self.kind} {self.asked}"
