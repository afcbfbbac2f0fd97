"""Notification rules: who is told of what, kept without showing a webhook's secrets again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from endpoints.domain.texts import unknown_fields
from endpoints.models import Delivery, NotificationRule, PipelineEndpoint, Schedule
from endpoints.schedule_selectors import get_schedule
from endpoints.selectors import get_endpoint
from endpoints.services.deliveries import ADDRESS, SECRET, attempt_delivery
from workspaces.domain.errors import InvalidInput, NotFound, Problem, TooMany
from workspaces.models import Workspace
from workspaces.services.access import Actor
from workspaces.services.audit import record_audit
from workspaces.services.notifications import (
    new_webhook_secret,
    read_recipients,
    read_webhook_url,
    shown_webhook,
)
from workspaces.services.secrets import reseal, seal

SUBJECTS = ("endpoint", "schedule")
EVENTS = ("failed", "completed")
CHANNELS = (NotificationRule.EMAIL, NotificationRule.WEBHOOK)
CHANGEABLE = ("on", "address", "enabled")
MOST_RULES = 50  # of one endpoint or schedule
MOST_TESTS, TESTS_WITHIN = 10, timedelta(minutes=5)


def create_rule(
    *,
    workspace: Workspace,
    actor: Actor,
    body: Mapping[str, Any],
    note_stored: Callable[[NotificationRule], None] = lambda row: None,
) -> tuple[NotificationRule, str]:
    """A rule, and the secret of a webhook, which can't be shown again ("" for e-mail).

    `body`: `endpoint` or `schedule` (an id), `on` (of EVENTS), `channel`, `address`, `enabled`.
    Raises InvalidInput; Conflict for e-mail where there is no mail server.
    """
    problems = unknown_fields(body, (*SUBJECTS, "channel", *CHANGEABLE))
    channel = body.get("channel")
    if channel not in CHANNELS:
        problems.append(Problem(f"channel must be one of {', '.join(CHANNELS)}.", "channel"))
    problems += _plain_problems(body)
    if problems:
        raise InvalidInput.of(problems)
    endpoint, schedule = _read_subject(workspace, body)
    siblings = NotificationRule.objects.filter(endpoint=endpoint, schedule=schedule)
    if siblings.count() >= MOST_RULES:
        raise InvalidInput.field("channel", f"There are {MOST_RULES} rules already, the most.")
    now = timezone.now()
    row = NotificationRule(
        workspace=workspace,
        endpoint=endpoint,
        schedule=schedule,
        channel=str(channel),
        created_by=actor.user,
        created_at=now,
        updated_by=actor.user,
        updated_at=now,
    )
    _set_events(row, body.get("on") or ["failed"])
    row.enabled = body.get("enabled") is not False
    _set_address(row, body.get("address"))
    secret = new_webhook_secret() if channel == NotificationRule.WEBHOOK else ""
    row.sealed_secret = seal(secret, purpose=SECRET) if secret else ""
    with transaction.atomic():
        row.save()
        _note(actor, row, "created")
        note_stored(row)
    return row, secret


def change_rule(
    *, rule: NotificationRule, actor: Actor, changes: Mapping[str, Any]
) -> NotificationRule:
    """Sets `on`, `address` or `enabled`; the rest stays, a webhook's secret too."""
    problems = unknown_fields(changes, CHANGEABLE) + _plain_problems(changes)
    if problems:
        raise InvalidInput.of(problems)
    with transaction.atomic():
        row = NotificationRule.objects.select_for_update(of=("self",)).filter(pk=rule.pk).first()
        if row is None:
            raise NotFound("This rule was deleted.")
        if changes.get("on"):
            _set_events(row, changes["on"])
        if "address" in changes:
            _set_address(row, changes["address"])
        row.enabled = changes.get("enabled", row.enabled)
        row.updated_by, row.updated_at = actor.user, timezone.now()
        row.save()
        _note(actor, row, "changed")
    return row


def rotate_rule_secret(*, rule: NotificationRule, actor: Actor) -> str:
    """A new secret for a webhook, shown once; the old one signs nothing any more."""
    if rule.channel != NotificationRule.WEBHOOK:
        raise InvalidInput("Only webhooks have a secret.")
    secret = new_webhook_secret()
    with transaction.atomic():
        NotificationRule.objects.filter(pk=rule.pk).update(
            sealed_secret=seal(secret, purpose=SECRET),
            updated_by=actor.user,
            updated_at=timezone.now(),
        )
        _note(actor, rule, "secret_changed")
    return secret


def delete_rule(*, rule: NotificationRule, actor: Actor) -> None:
    """It is gone with its deliveries, those that wait too."""
    with transaction.atomic():
        _note(actor, rule, "deleted")
        rule.delete()


def send_test(*, rule: NotificationRule, actor: Actor) -> Delivery:
    """Sends a test right now, once; the delivery says what came of it.

    Raises TooMany after MOST_TESTS of one rule within TESTS_WITHIN: somebody else reads them.
    """
    now = timezone.now()
    sent = Delivery.objects.filter(
        rule=rule, event=Delivery.TEST, created_at__gt=now - TESTS_WITHIN
    )
    if sent.count() >= MOST_TESTS:
        seconds = int(TESTS_WITHIN.total_seconds())
        raise TooMany(
            f"{MOST_TESTS} tests of this rule were sent just now. Wait five minutes.",
            extra={"retry_after": seconds},
        )
    with transaction.atomic():
        row = Delivery.objects.create(
            rule=rule, event=Delivery.TEST, attempts=1, created_at=now, next_at=None
        )
        _note(actor, rule, "tested")
    return attempt_delivery(row)


def reseal_rules() -> int:
    """Encrypts every rule's address and secret with the present key; how many rules."""
    with transaction.atomic():
        rows = list(NotificationRule.objects.select_for_update())
        for row in rows:
            row.sealed_address = reseal(row.sealed_address, purpose=ADDRESS)
            if row.sealed_secret:
                row.sealed_secret = reseal(row.sealed_secret, purpose=SECRET)
        NotificationRule.objects.bulk_update(rows, ["sealed_address", "sealed_secret"])
    return len(rows)


def _read_subject(
    workspace: Workspace, body: Mapping[str, Any]
) -> tuple[PipelineEndpoint | None, Schedule | None]:
    given = [name for name in SUBJECTS if body.get(name)]
    if len(given) != 1:
        message = "Give the id of an endpoint or of a schedule, exactly one."
        raise InvalidInput.field(given[-1] if given else "endpoint", message)
    try:
        if given == ["endpoint"]:
            return get_endpoint(workspace, str(body["endpoint"])), None
        return None, get_schedule(workspace, str(body["schedule"]))
    except NotFound as error:
        raise InvalidInput.field(given[0], error.detail) from None


def _plain_problems(body: Mapping[str, Any]) -> list[Problem]:
    problems = []
    on = body.get("on")
    if on is not None and (
        not isinstance(on, list) or not on or any(event not in EVENTS for event in on)
    ):
        problems.append(Problem('on is a list of "failed" and "completed", not empty.', "on"))
    if not isinstance(body.get("enabled", True), bool):
        problems.append(Problem("enabled must be true or false.", "enabled"))
    return problems


def _set_events(row: NotificationRule, on: list[str]) -> None:
    row.on_failed, row.on_completed = "failed" in on, "completed" in on


def _set_address(row: NotificationRule, value: Any) -> None:
    if row.channel == NotificationRule.EMAIL:
        address = row.shown_address = read_recipients(value)
    else:
        address = read_webhook_url(value)
        row.shown_address = shown_webhook(address)
    row.sealed_address = seal(address, purpose=ADDRESS)


def _note(actor: Actor, row: NotificationRule, done: str) -> None:
    subject = row.schedule or row.endpoint
    record_audit(
        actor=actor,
        workspace=row.workspace,
        action=f"notification_rule.{done}",
        kind="notification_rule",
        uid=row.uid,
        name=f"{row.channel} for {subject.name}" if subject is not None else row.channel,
        detail={"address": row.shown_address},
    )
