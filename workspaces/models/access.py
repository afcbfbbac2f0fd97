"""Who may enter: members with a role, tokens for programs, one-time links for browsers."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from workspaces.domain.roles import Role
from workspaces.models.identities import ServicePrincipalSecret
from workspaces.models.workspace import Workspace, new_uid


class Member(models.Model):
    """A user's role in one workspace.

    `from_entra` marks a role that came with a claim of Entra ID and goes when the claim goes.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=20, choices=[(r.value, r.value) for r in Role])
    from_entra = models.BooleanField(default=False)
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
    `step_run_uid`, acts as the submitter, and is revoked when the attempt ends. A *service
    token* was given to a service principal for one of its secrets and lives for an hour.
    """

    PERSONAL, RUN, SERVICE = "personal", "run", "service"

    uid = models.CharField(max_length=36, unique=True, default=new_uid, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="access_tokens"
    )
    kind = models.CharField(
        max_length=10, choices=[(k, k) for k in (PERSONAL, RUN, SERVICE)], default=PERSONAL
    )
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, null=True, blank=True)
    step_run_uid = models.CharField(max_length=36, blank=True, db_index=True)
    secret = models.ForeignKey(
        ServicePrincipalSecret, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.name})"


class SignInLink(models.Model):
    """A link that opens the door once.

    One without `purpose` signs a browser of this machine in, within ten minutes. An *invite*
    lets a new person choose their password, from anywhere, within three days.
    """

    SIGN_IN, INVITE = "", "invite"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    purpose = models.CharField(
        max_length=10, choices=[(SIGN_IN, "sign in"), (INVITE, INVITE)], blank=True, default=SIGN_IN
    )
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.purpose or 'sign-in'} link for {self.user}"


class FailureCount(models.Model):
    """Failed attempts to get in under one key, since the first of them; shared by all processes.

    `key` is a digest: the table tells nobody which names were tried.
    """

    key = models.CharField(max_length=64, unique=True)
    count = models.PositiveIntegerField()
    since = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.count} since {self.since:%H:%M}"
