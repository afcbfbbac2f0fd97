"""Reads that only the pages of schedules and notifications need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import F, Max, Q, QuerySet

from endpoints.domain.schedule_words import (
    DueTime,
    cron_meaning,
    due_times,
    rule_words,
    watch_words,
)
from endpoints.domain.time_zones import read_zone
from endpoints.models import (
    Delivery,
    NotificationRule,
    PipelineEndpoint,
    PublishedPipeline,
    Schedule,
    ScheduleTick,
    WatchState,
)
from endpoints.schedule_selectors import (
    delivery_counts,
    last_ticks,
    list_rules,
    list_schedules,
    runs_of_schedule,
    schedules_of,
    ticks_of,
)
from endpoints.selectors import list_endpoints, list_published, usage_of
from endpoints.services.schedules import rule_of
from pipelines.models import Experiment, Run
from workspaces.domain.errors import ForebayError
from workspaces.models import Workspace

PAGE_SIZE = 50
LISTED_TARGETS = 500
LISTED_DELIVERIES = 20
LISTED_FILES = 20
ORDERS = {"name": "name", "next": "next_due_at", "status": "status", "updated": "updated_at"}


@dataclass(frozen=True)
class SchedulesAsked:
    """What the list's URL asks for; anything unknown counts as not given."""

    text: str = ""
    disabled: bool = False  # also those that submit nothing now
    sort: str = ""
    page: str = "1"


@dataclass(frozen=True)
class ListedSchedule:
    """A schedule, its trigger in words, its last run, and a later due time without one."""

    row: Schedule
    trigger: str
    last_run: Run | None
    problem: ScheduleTick | None


@dataclass(frozen=True)
class ListedRule:
    """A notification rule with how many messages it has in each state, and the latest."""

    row: NotificationRule
    counts: dict[str, int]
    last: Delivery | None


@dataclass(frozen=True)
class Watched:
    """What a look at a watched path saw last; `pending` are files that may still be written."""

    looked_at: datetime
    count: int
    pending: list[str] = field(default_factory=list)
    more: int = 0
    pending_since: datetime | None = None


def schedules_page(workspace: Workspace, asked: SchedulesAsked) -> Page[ListedSchedule]:
    """One page of the workspace's schedules, newest first unless asked otherwise."""
    rows: QuerySet[Any] = list_schedules(workspace, active_only=not asked.disabled)
    for word in asked.text.split()[:8]:
        rows = rows.filter(
            Q(name__icontains=word)
            | Q(description__icontains=word)
            | Q(published__name__icontains=word)
            | Q(endpoint__name__icontains=word)
            | Q(uid__startswith=word.lower())
        )
    column = ORDERS.get(asked.sort.removeprefix("-"))
    if column:
        by = F(column)
        turned = asked.sort.startswith("-")
        order = by.desc(nulls_last=True) if turned else by.asc(nulls_last=True)
        rows = rows.order_by(order, "-id")
    page: Page[Any] = Paginator(rows, PAGE_SIZE).get_page(asked.page)
    page.object_list = listed_schedules(list(page.object_list))
    return page


def schedules_of_page(
    target: PublishedPipeline | PipelineEndpoint, number: str
) -> Page[ListedSchedule]:
    """One page of what runs a published pipeline or an endpoint, disabled ones too."""
    page: Page[Any] = Paginator(schedules_of(target), PAGE_SIZE).get_page(number)
    page.object_list = listed_schedules(list(page.object_list))
    return page


def listed_schedules(rows: Sequence[Schedule]) -> list[ListedSchedule]:
    """Schedules with what a list shows of each; two queries however many there are."""
    usages = usage_of("schedule", [row.pk for row in rows])
    ticks = last_ticks(rows)
    found = []
    for row in rows:
        tick = ticks.get(row.pk)
        failed = tick is not None and tick.outcome == ScheduleTick.FAILED
        found.append(
            ListedSchedule(
                row, trigger_words(row), usages[row.pk].last_run, tick if failed else None
            )
        )
    return found


def trigger_words(schedule: Schedule) -> str:
    """When it submits, in words; or why that can't be read any more (its time zone is gone)."""
    if schedule.trigger == Schedule.DATASTORE:
        return watch_words(watched_place(schedule), schedule.polling_interval)
    try:
        return rule_words(rule_of(schedule), schedule.time_zone)
    except ForebayError as error:
        return error.detail


def trigger_meaning(schedule: Schedule) -> str:
    """A cron line as a sentence; nothing for other triggers, whose words are one."""
    return cron_meaning(schedule.cron) if schedule.trigger == Schedule.CRON else ""


def watched_place(schedule: Schedule) -> str:
    """`workspaceblobstore/incoming`."""
    store = schedule.datastore.name if schedule.datastore is not None else "?"
    return f"{store}/{schedule.path_on_datastore}"


def next_times(schedule: Schedule, now: datetime) -> list[DueTime]:
    """The next five due times; none while it is disabled, or can't be read."""
    if schedule.status != Schedule.ACTIVE:
        return []
    try:
        return due_times(rule_of(schedule), read_zone(schedule.time_zone), now)
    except ForebayError:
        return []


def ticks_page(schedule: Schedule, page: str) -> Page[ScheduleTick]:
    """What became of its due times, latest first."""
    return Paginator(ticks_of(schedule), PAGE_SIZE).get_page(page)


def schedule_runs_page(schedule: Schedule, page: str) -> Page[Run]:
    """The runs that it submitted, newest first."""
    return Paginator(runs_of_schedule(schedule), PAGE_SIZE).get_page(page)


def watched_state(schedule: Schedule) -> Watched | None:
    """What is known of its watched path; None for other triggers."""
    state = WatchState.objects.filter(schedule=schedule).first()
    if state is None or schedule.trigger != Schedule.DATASTORE:
        return None
    pending = sorted(state.pending)
    return Watched(
        state.looked_at,
        len(state.files),
        pending[:LISTED_FILES],
        max(0, len(pending) - LISTED_FILES),
        state.pending_since,
    )


def target_choices(
    workspace: Workspace,
) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a schedule may submit: (group, [(value of the form, label)]), by name."""
    endpoints = list_endpoints(workspace).exclude(status=PipelineEndpoint.ARCHIVED)
    published = list_published(workspace, active_only=True)
    return [
        (
            "Pipeline endpoints",
            [
                (f"endpoint:{row.uid}", row.name)
                for row in endpoints.order_by("name", "-id")[:LISTED_TARGETS]
            ],
        ),
        (
            "Published pipelines",
            [
                (f"published:{row.uid}", published_label(row))
                for row in published.order_by("name", "-id")[:LISTED_TARGETS]
            ],
        ),
    ]


def published_label(row: PublishedPipeline) -> str:
    """Name, version and the first letters of the id, for names are not unique."""
    version = f", version {row.version}" if row.version else ""
    return f"{row.name}{version} ({row.uid[:8]})"


def experiment_suggestions(workspace: Workspace) -> list[str]:
    """Names that a form offers."""
    rows = Experiment.objects.filter(workspace=workspace).order_by("name")
    return list(rows.values_list("name", flat=True)[:LISTED_TARGETS])


def rules_of(subject: Schedule | PipelineEndpoint) -> list[ListedRule]:
    """The notification rules of a schedule or an endpoint; three queries."""
    named = {"schedule" if isinstance(subject, Schedule) else "endpoint": subject.uid}
    rows = list(list_rules(subject.workspace, **named))
    counts = delivery_counts(rows)
    latest = {one.rule_id: one for one in _latest(rows)}
    return [ListedRule(row, counts[row.pk], latest.get(row.pk)) for row in rows]


def _latest(rows: Sequence[NotificationRule]) -> QuerySet[Delivery]:
    newest = Delivery.objects.filter(rule__in=rows).values("rule").annotate(last=Max("id"))
    return Delivery.objects.filter(pk__in=newest.values("last"))


def deliveries_of_subject(subject: Schedule | PipelineEndpoint) -> list[Delivery]:
    """The latest messages of all its rules."""
    rows = Delivery.objects.filter(
        Q(rule__schedule=subject) if isinstance(subject, Schedule) else Q(rule__endpoint=subject)
    )
    return list(
        rows.select_related("rule", "run__experiment", "tick")
        .defer("run__graph")
        .order_by("-id")[:LISTED_DELIVERIES]
    )


def deliveries_page(rule: NotificationRule, page: str) -> Page[Delivery]:
    """The messages of one rule, latest first."""
    rows: QuerySet[Any] = (
        rule.deliveries.select_related("rule", "run__experiment", "tick")
        .defer("run__graph")
        .order_by("-id")
    )
    return Paginator(rows, PAGE_SIZE).get_page(page)
