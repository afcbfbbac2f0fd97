"""From the end of a run to a message that arrived: who is told, and trying until it works.

    run ends ─> event ─> (cursor) ─> one delivery per rule and run, unique ─> attempts ─> sent
                                                                                    └──> given up
    schedule can't submit ─> failed tick and its deliveries in one transaction ─────┘

The cursor moves in the transaction that writes the deliveries, so an end is told of once however
often a reader is killed. An attempt is claimed before it is made: killed in its midst, it is made
again, with the same message id, so that receivers can tell.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Min, Q
from django.utils import timezone

from endpoints.domain.messages import (
    RETRY_AFTER,
    EndedRun,
    Message,
    run_message,
    test_message,
    tick_message,
    took,
)
from endpoints.models import (
    Delivery,
    EventCursor,
    NotificationRule,
    PipelineEndpoint,
    RunLink,
    Schedule,
    ScheduleTick,
)
from pipelines.domain.status import Status
from pipelines.domain.status import sentence as sentence_of
from pipelines.models import Event, Run
from workspaces.domain.errors import Conflict
from workspaces.domain.times import iso
from workspaces.services.notifications import DeliveryFailed, post_webhook, send_mail
from workspaces.services.secrets import unseal

logger = logging.getLogger(__name__)

CURSOR = "notifications"
EVENTS_AT_ONCE = 5000
LEASE = timedelta(minutes=5)  # longer than an attempt can take
ENDS = {Status.FAILED.value: "on_failed", Status.COMPLETED.value: "on_completed"}
EVENTS = {Status.FAILED.value: Delivery.FAILURE, Status.COMPLETED.value: Delivery.COMPLETION}
ADDRESS, SECRET = "notification address", "webhook"  # purposes of what is encrypted


def collect_ended_runs(*, now: datetime) -> int:
    """Writes the deliveries for runs that ended since the last look; how many events it read."""
    read = 0
    while step := _collect_some(now):
        read += step
    return read


@transaction.atomic
def _collect_some(now: datetime) -> int:
    last = Event.objects.aggregate(last=Max("id"))["last"] or 0
    cursor, made = EventCursor.objects.get_or_create(name=CURSOR, defaults={"event_id": last})
    if made or last <= cursor.event_id:
        return 0
    until = min(last, cursor.event_id + EVENTS_AT_ONCE)
    moved = EventCursor.objects.filter(pk=cursor.pk, event_id=cursor.event_id)
    if not moved.update(event_id=until):
        return 0  # another reader has them
    ended = Event.objects.filter(
        id__gt=cursor.event_id, id__lte=until, kind="run.status", data__status__in=list(ENDS)
    )
    statuses = dict(ended.values_list("run_id", "data__status"))
    Delivery.objects.bulk_create(_deliveries_for(statuses, now), ignore_conflicts=True)
    return until - cursor.event_id


def _deliveries_for(statuses: dict[int, str], now: datetime) -> list[Delivery]:
    if not NotificationRule.objects.filter(enabled=True).exists():
        return []
    links = RunLink.objects.filter(run_id__in=list(statuses))
    made: list[Delivery] = []
    for link in links.filter(Q(endpoint__isnull=False) | Q(schedule__isnull=False)):
        status = statuses[link.run_id]
        subject = Q(pk__in=[])
        if link.endpoint_id is not None:
            subject |= Q(endpoint=link.endpoint_id)
        if link.schedule_id is not None:
            subject |= Q(schedule=link.schedule_id)
        rules = NotificationRule.objects.filter(subject, enabled=True, **{ENDS[status]: True})
        made += [
            Delivery(
                rule=rule, run_id=link.run_id, event=EVENTS[status], next_at=now, created_at=now
            )
            for rule in rules
        ]
    return made


def note_failed_tick(tick: ScheduleTick) -> None:
    """Tells whoever wants to know of failures of its schedule. In the caller's transaction."""
    rules = NotificationRule.objects.filter(
        schedule_id=tick.schedule_id, enabled=True, on_failed=True
    )
    Delivery.objects.bulk_create(
        [
            Delivery(
                rule=rule,
                tick=tick,
                event=Delivery.FAILURE,
                next_at=tick.done_at,
                created_at=tick.done_at,
            )
            for rule in rules
        ],
        ignore_conflicts=True,
    )


def next_delivery() -> datetime | None:
    """When something is to be sent next; None when nothing waits."""
    found: datetime | None = Delivery.objects.filter(next_at__isnull=False).aggregate(
        at=Min("next_at")
    )["at"]
    return found


def deliver_due(*, seconds: float) -> int:
    """Sends what is due, for about so long at most; how many attempts were made."""
    deadline = time.monotonic() + seconds
    count = 0
    while time.monotonic() < deadline:
        now = timezone.now()
        row = Delivery.objects.filter(next_at__lte=now).order_by("next_at").first()
        if row is None:
            break
        if claim_delivery(row, now=now):
            attempt_delivery(row)
            count += 1
    return count


def claim_delivery(row: Delivery, *, now: datetime) -> bool:
    """Takes the next attempt of a delivery, as it was read; False when another has it."""
    claimed = Delivery.objects.filter(pk=row.pk, next_at=row.next_at).update(
        next_at=now + LEASE, attempts=F("attempts") + 1
    )
    row.attempts += 1
    return bool(claimed)


def attempt_delivery(row: Delivery) -> Delivery:
    """Sends it once and notes what came of it: sent, to be tried again, or given up."""
    rule = row.rule
    error = ""
    try:
        if not rule.enabled and row.event != Delivery.TEST:
            raise DeliveryFailed("The rule was switched off.")
        _send(row, rule, message_of(row))
    except (DeliveryFailed, Conflict) as failure:
        error = str(failure)
    except Exception:
        logger.exception("delivery %s", row.uid)
        error = "The studio could not send it; what went wrong is in the log of its queue."
    now = timezone.now()
    row.last_error = error
    tries = 0 if row.event == Delivery.TEST or not rule.enabled else len(RETRY_AFTER)
    if error and row.attempts <= tries:
        row.next_at = now + RETRY_AFTER[row.attempts - 1]
    else:
        row.state = Delivery.FAILED if error else Delivery.SENT
        row.next_at, row.ended_at = None, now
    Delivery.objects.filter(pk=row.pk).update(  # its rule may have been deleted meanwhile
        state=row.state, next_at=row.next_at, last_error=row.last_error, ended_at=row.ended_at
    )
    return row


def _send(row: Delivery, rule: NotificationRule, message: Message) -> None:
    address = unseal(rule.sealed_address, purpose=ADDRESS)
    if rule.channel == NotificationRule.EMAIL:
        send_mail(to=address.split(", "), subject=message.subject, text=message.text)
        return
    post_webhook(
        url=address,
        secret=unseal(rule.sealed_secret, purpose=SECRET),
        message_id=row.uid,
        body=message.body(timestamp=iso(row.created_at)),
        at=timezone.now(),
    )


def message_of(row: Delivery) -> Message:
    """What a delivery says."""
    rule = row.rule
    workspace = rule.workspace.name
    if row.run is not None:
        return run_message(_ended(row.run, workspace))
    subject = rule.schedule or rule.endpoint
    assert subject is not None
    place = "schedules" if rule.schedule is not None else "endpoints"
    url = f"{settings.FOREBAY_URL}/w/{workspace}/{place}/{subject.uid}/"
    if row.tick is not None:
        return tick_message(
            workspace=workspace,
            schedule={"id": subject.uid, "name": subject.name},
            due_at=iso(row.tick.due_at),
            sentence=row.tick.sentence,
            url=url,
        )
    return test_message(workspace=workspace, subject=subject.name, url=url)


def _ended(run: Run, workspace: str) -> EndedRun:
    link = RunLink.objects.filter(run=run).select_related("endpoint", "schedule").first()
    seconds = (run.ended_at - run.submitted_at).total_seconds() if run.ended_at else None
    return EndedRun(
        workspace=workspace,
        id=run.uid,
        number=run.number,
        experiment=run.experiment.name,
        status=run.status,
        reason=run.reason,
        sentence=sentence_of(run.reason, run.reason_data),
        url=f"{settings.FOREBAY_URL}/w/{workspace}/runs/{run.uid}/",
        submitted_at=iso(run.submitted_at),
        ended_at=iso(run.ended_at),
        took="" if seconds is None else took(seconds),
        endpoint=_named(link.endpoint if link else None),
        schedule=_named(link.schedule if link else None),
        due_at=iso(link.due_at) if link else None,
    )


def _named(row: Schedule | PipelineEndpoint | None) -> dict[str, str] | None:
    return None if row is None else {"id": row.uid, "name": row.name}


def sweep_history(*, now: datetime, days: int) -> int:
    """Drops deliveries that ended, and ticks but the last of each schedule, older than this."""
    before = now - timedelta(days=days)
    count, _ = Delivery.objects.filter(created_at__lt=before, next_at=None).delete()
    last = ScheduleTick.objects.values("schedule").annotate(last=Max("id")).values("last")
    ticks, _ = ScheduleTick.objects.filter(done_at__lt=before).exclude(pk__in=last).delete()
    return count + ticks
