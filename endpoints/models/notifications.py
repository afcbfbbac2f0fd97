"""Who is told when a run of an endpoint or a schedule ends, and what became of each message."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from endpoints.models.pipeline_endpoints import PipelineEndpoint
from endpoints.models.schedules import Schedule, ScheduleTick
from pipelines.models import Run
from workspaces.models import Workspace
from workspaces.models.workspace import new_uid


class NotificationRule(models.Model):
    """Tell `address` by `channel` when a run of the endpoint or the schedule ends this way.

    A webhook's URL often is a secret itself: like its key it is stored encrypted, and
    `shown_address` is what pages and answers have of it.
    """

    EMAIL, WEBHOOK = "email", "webhook"

    uid = models.CharField(max_length=36, unique=True, default=new_uid, editable=False)
    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, related_name="notification_rules"
    )
    endpoint = models.ForeignKey(
        PipelineEndpoint, on_delete=models.CASCADE, null=True, blank=True, related_name="rules"
    )
    schedule = models.ForeignKey(
        Schedule, on_delete=models.CASCADE, null=True, blank=True, related_name="rules"
    )
    on_failed = models.BooleanField(default=True)  # also when a schedule could not submit
    on_completed = models.BooleanField(default=False)
    channel = models.CharField(max_length=10, choices=[(c, c) for c in (EMAIL, WEBHOOK)])
    shown_address = models.TextField()
    sealed_address = models.TextField()
    sealed_secret = models.TextField(blank=True)  # of a webhook
    enabled = models.BooleanField(default=True)
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
            models.CheckConstraint(
                condition=models.Q(endpoint__isnull=True) ^ models.Q(schedule__isnull=True),
                name="rule_has_one_subject",
            )
        ]
        indexes = [models.Index(fields=["workspace", "-id"], name="rule_list")]

    def __str__(self) -> str:
        return f"{self.channel} to {self.shown_address}"


class Delivery(models.Model):
    """One message of a rule. Unique for a run (and for a tick without one), so that an end that is
    seen twice is told once. `next_at` is when to try (again); None: it is over."""

    WAITING = "waiting"  # to be sent, or to be tried again at `next_at`
    SENT = "sent"  # taken by the mail server or the webhook
    FAILED = "failed"  # given up; `last_error` says why

    FAILURE, COMPLETION, TEST = "failed", "completed", "test"

    uid = models.CharField(max_length=36, unique=True, default=new_uid, editable=False)
    rule = models.ForeignKey(NotificationRule, on_delete=models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=10, choices=[(e, e) for e in (FAILURE, COMPLETION, TEST)])
    run = models.ForeignKey(Run, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    tick = models.ForeignKey(
        ScheduleTick, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    state = models.CharField(
        max_length=10, default=WAITING, choices=[(s, s) for s in (WAITING, SENT, FAILED)]
    )
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "run"], name="one_delivery_per_run"),
            models.UniqueConstraint(fields=["rule", "tick"], name="one_delivery_per_tick"),
        ]
        indexes = [
            models.Index(
                fields=["next_at"], condition=models.Q(next_at__isnull=False), name="delivery_due"
            ),
            models.Index(fields=["rule", "-id"], name="delivery_list"),
            models.Index(fields=["created_at"], name="delivery_age"),
        ]

    def __str__(self) -> str:
        return f"{self.event} by rule {self.rule_id}: {self.state}"


class EventCursor(models.Model):
    """Up to which event a reader of the event table has done its work."""

    name = models.CharField(max_length=50, unique=True)
    event_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.name} at {self.event_id}"
