"""Who did what, when and from where. Rows are added and, when old, dropped; never changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from workspaces.models.workspace import Workspace, new_uid


class AuditEntry(models.Model):
    """One change that somebody made, or one attempt to get in.

    Names are kept beside the references: the log outlives the people and things that it tells of.
    An entry without a workspace is about the studio as a whole, as signing in is.
    """

    uid = models.CharField(max_length=36, unique=True, default=new_uid, editable=False)
    at = models.DateTimeField(auto_now_add=True, db_index=True)
    workspace = models.ForeignKey(
        Workspace, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    workspace_name = models.CharField(max_length=33, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    user_name = models.CharField(max_length=150, blank=True)
    via = models.CharField(max_length=200)  # session, token 'laptop', server, …
    address = models.CharField(max_length=45, blank=True)  # empty: this server itself
    action = models.CharField(max_length=60)  # `<what>.<done>`: token.created, sign_in.failed
    kind = models.CharField(max_length=40)  # of the thing: token, member, run, …
    subject_uid = models.CharField(max_length=64, blank=True)
    subject_name = models.CharField(max_length=255, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["workspace", "-id"], name="audit_of_workspace"),
            models.Index(fields=["user_name", "-id"], name="audit_of_user"),
            models.Index(fields=["action", "-id"], name="audit_of_action"),
        ]

    def __str__(self) -> str:
        return f"{self.action} by {self.user_name or 'nobody'}"
