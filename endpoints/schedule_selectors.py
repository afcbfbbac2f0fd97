"""Every read of schedules, their due times, and notification rules."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Max, QuerySet

from endpoints.models import (
    Delivery,
    NotificationRule,
    PipelineEndpoint,
    PublishedPipeline,
    RunLink,
    Schedule,
    ScheduleTick,
)
from pipelines.models import Run
from workspaces.domain.errors import NotFound
from workspaces.domain.relative_paths import shown
from workspaces.models import Workspace

RELATED = (
    "workspace",
    "published",
    "endpoint",
    "datastore",
    "runs_as",
    "created_by",
    "updated_by",
)


def list_schedules(
    workspace: Workspace,
    *,
    active_only: bool = False,
    published: str = "",
    endpoint: str = "",
    text: str = "",
) -> QuerySet[Schedule]:
    """Schedules, newest first; `published` and `endpoint` are ids."""
    rows = (
        Schedule.objects.filter(workspace=workspace)
        .select_related(*RELATED)
        .defer("published__graph")
        .order_by("-id")
    )
    if active_only:
        rows = rows.filter(status=Schedule.ACTIVE)
    if published:
        rows = rows.filter(published__uid=published)
    if endpoint:
        rows = rows.filter(endpoint__uid=endpoint)
    return rows.filter(name__icontains=text) if text else rows


def get_schedule(workspace: Workspace, uid: str) -> Schedule:
    """One schedule. Raises NotFound, for another workspace's ids too."""
    row = list_schedules(workspace).filter(uid=uid).first()
    if row is None:
        raise NotFound(f"There is no schedule {shown(uid)} in workspace {workspace.name!r}.")
    return row


def schedules_of(target: PublishedPipeline | PipelineEndpoint) -> QuerySet[Schedule]:
    """The schedules of a published pipeline or an endpoint, newest first."""
    if isinstance(target, PublishedPipeline):
        return list_schedules(target.workspace, published=target.uid)
    return list_schedules(target.workspace, endpoint=target.uid)


def runs_of_schedule(schedule: Schedule) -> QuerySet[Run]:
    """The runs that it submitted, newest first, those of *Run now* too."""
    return (
        Run.objects.filter(pk__in=RunLink.objects.filter(schedule=schedule).values("run"))
        .select_related("workspace", "experiment", "submitted_by")
        .defer("graph")
        .order_by("-id")
    )


def ticks_of(schedule: Schedule) -> QuerySet[ScheduleTick]:
    """What became of its due times, latest first."""
    return schedule.ticks.select_related("run__experiment").defer("run__graph").order_by("-id")


def last_ticks(schedules: Iterable[Schedule]) -> dict[int, ScheduleTick]:
    """The latest tick of each schedule by its primary key; one query."""
    ids = [one.pk for one in schedules]
    latest = (
        ScheduleTick.objects.filter(schedule__in=ids)
        .values("schedule")
        .annotate(last=Max("id"))
        .values("last")
    )
    rows = ScheduleTick.objects.filter(pk__in=latest).select_related("run__experiment")
    return {row.schedule_id: row for row in rows.defer("run__graph")}


def list_rules(
    workspace: Workspace, *, endpoint: str = "", schedule: str = ""
) -> QuerySet[NotificationRule]:
    """Notification rules, newest first, of one endpoint or schedule (ids) if asked."""
    rows = (
        NotificationRule.objects.filter(workspace=workspace)
        .select_related("workspace", "endpoint", "schedule", "created_by", "updated_by")
        .order_by("-id")
    )
    if endpoint:
        rows = rows.filter(endpoint__uid=endpoint)
    return rows.filter(schedule__uid=schedule) if schedule else rows


def get_rule(workspace: Workspace, uid: str) -> NotificationRule:
    """One rule. Raises NotFound."""
    row = list_rules(workspace).filter(uid=uid).first()
    if row is None:
        raise NotFound(
            f"There is no notification rule {shown(uid)} in workspace {workspace.name!r}."
        )
    return row


def deliveries_of(rule: NotificationRule) -> QuerySet[Delivery]:
    """Its messages, latest first."""
    return (
        rule.deliveries.select_related("run__experiment", "tick")
        .defer("run__graph")
        .order_by("-id")
    )


def delivery_counts(rules: Iterable[NotificationRule]) -> dict[int, dict[str, int]]:
    """How many messages of each rule are in each state; one query."""
    found: dict[int, dict[str, int]] = {rule.pk: {} for rule in rules}
    rows = Delivery.objects.filter(rule__in=list(found)).values("rule", "state")
    for row in rows.annotate(count=Count("id")):
        found[row["rule"]][row["state"]] = row["count"]
    return found
