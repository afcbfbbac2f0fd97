"""Who may enter: members with a role, tokens for programs, one-time links for browsers."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from workspaces.domain.roles import Role
from workspaces.models.workspace import Workspace, new_uid


class Member(models.Model):
    """A user's role in one workspace."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=20, choices=[(r.value, r.value) for r in Role])
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "user"], name="one_role_per_member")
        ]

    def __str__(self) -> str:
        return f"{self.user} is {self.role} of {self.workspace}"


class AccessToken(models.Model):
    """A bearer token; only its SHA-256 is kept, with the first letters to recognise it by.

    A *run token* belongs to one attempt of a step: it is bound to a workspace and to
    `step_run_uid`, acts as the submitter, and is revoked when the attempt ends.
    """

    PERSONAL, RUN = "personal", "run"

    uid = models.CharField(max_length=36, unique=True, default=new_uid, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="access_tokens"
    )
    kind = models.CharField(
        max_length=10, choices=[(PERSONAL, PERSONAL), (RUN, RUN)], default=PERSONAL
    )
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, null=True, blank=True)
    step_run_uid = models.CharField(max_length=36, blank=True, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.name})"


class SignInLink(models.Model):
    """A link that signs one browser in: single use, ten minutes, loopback only."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"sign-in link for {self.user}"
