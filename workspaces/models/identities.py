"""Who somebody is besides a user name: a service principal, a person of Microsoft Entra ID."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from workspaces.models.workspace import Workspace, new_uid


class ServicePrincipal(models.Model):
    """A program's own account, kept by the Owners of one workspace.

    Its `user` has no password; roles are given to that user as to a person. `entra_app_id` is the
    application of Microsoft Entra ID whose tokens speak for it too.
    """

    uid = models.CharField(max_length=36, unique=True, default=new_uid, editable=False)
    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, related_name="service_principals"
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="service_principal"
    )
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=500, blank=True)
    client_id = models.CharField(max_length=36, unique=True, default=new_uid, editable=False)
    entra_app_id = models.CharField(max_length=36, unique=True, null=True, blank=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "name"], name="one_service_principal_per_name"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ServicePrincipalSecret(models.Model):
    """One secret of a service principal; only its SHA-256 is kept, with its first letters."""

    uid = models.CharField(max_length=36, unique=True, default=new_uid, editable=False)
    principal = models.ForeignKey(
        ServicePrincipal, on_delete=models.CASCADE, related_name="secrets"
    )
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.prefix}…"


class ExternalIdentity(models.Model):
    """A person as an issuer of tokens knows them; the first sight of one makes a user.

    `issuer` is the tenant's one name whatever version a token has; `subject` is the object id.
    Never matched by e-mail or user name: those are not the issuer's to promise.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="identities"
    )
    issuer = models.CharField(max_length=200)
    subject = models.CharField(max_length=200)
    user_principal_name = models.CharField(max_length=254, blank=True)
    first_seen_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "external identities"
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="one_user_per_identity")
        ]

    def __str__(self) -> str:
        return self.user_principal_name or self.subject
