"""Reads of child runs for pages: a list by page with the metrics that most of them logged."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, FloatField, Func, Max, Min, Q, QuerySet

from pipelines.domain.metric_series import as_number
from pipelines.models import ChildRun, Metric, Run, StepRun
from pipelines.page_selectors import DURATION, STATUS_FILTERS, ListQuery
from workspaces.domain.errors import NotFound

PAGE_SIZE = 50
COLUMNS = 4  # metrics that a list shows
SAMPLE = 200  # children that are asked which metrics those are
METRIC = "metric:"  # sort keys of metrics
CHILD_ORDERS: dict[str, tuple[str, ...]] = {
    "number": ("number", "id"),
    "name": ("name", "id"),
    "step": ("step_run__position", "id"),
    "status": ("status", "id"),
    "started": ("started_at", "id"),
    "duration": ("seconds", "id"),
}


class Number(Func):
    """A JSON value as a number, NULL when it is none."""

    output_field = FloatField()
    template = (
        "CASE WHEN json_type(%(expressions)s) IN ('integer', 'real') "
        "THEN CAST(%(expressions)s AS REAL) END"
    )

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = (
            "CASE WHEN jsonb_typeof(%(expressions)s) = 'number' "
            "THEN (%(expressions)s #>> '{}')::double precision END"
        )
        return self.as_sql(compiler, connection, template=template, **context)


@dataclass(frozen=True)
class Logged:
    """What a child logged under one name: the last value, the range of its numbers, how many."""

    last: Any
    low: float | None
    high: float | None
    count: int


@dataclass(frozen=True)
class ChildRow:
    """A child run with its values in the order of the list's names, None where it has none."""

    child: ChildRun
    values: list[Logged | None]


@dataclass(frozen=True)
class ChildPage:
    """One page of child runs; `any` tells an empty list from a filter that nothing fits."""

    names: list[str]
    page: Page[Any]
    rows: list[ChildRow]
    any: bool


def children_of_run(run: Run) -> QuerySet[ChildRun]:
    """Children of the run and of its steps, reused ones included; not those of other children."""
    reused = StepRun.objects.filter(run=run, reused=True).values("reused_from")
    return ChildRun.objects.filter(Q(run=run) | Q(step_run__in=reused), parent=None)


def children_of_step(origin: StepRun) -> QuerySet[ChildRun]:
    """Children of the step that did the work."""
    return ChildRun.objects.filter(run_id=origin.run_id, step_run=origin, parent=None)


def children_of_child(child: ChildRun) -> QuerySet[ChildRun]:
    """Children that a child opened."""
    return ChildRun.objects.filter(parent=child)


def has_children(run: Run) -> bool:
    """Whether the run's page has child runs to show."""
    reused = StepRun.objects.filter(run=run, reused=True).values("reused_from")
    return (
        ChildRun.objects.filter(run=run).exists()
        or ChildRun.objects.filter(step_run__in=reused).exists()
    )


def get_child(run: Run, uid: str) -> ChildRun:
    """A child that the run's page shows, whole. Raises NotFound."""
    reused = StepRun.objects.filter(run=run, reused=True).values("reused_from")
    child = (
        ChildRun.objects.filter(Q(run=run) | Q(step_run__in=reused), uid=uid)
        .select_related("run", "step_run", "parent")
        .defer("run__graph", "step_run__node", "step_run__known_parts")
        .first()
    )
    if child is None:
        raise NotFound("There is no such child run in this run.")
    return child


def children_page(children: QuerySet[ChildRun], asked: ListQuery) -> ChildPage:
    """The page that the URL asks for, oldest first unless it says otherwise."""
    names = _names(children)
    found = children
    if asked.status in STATUS_FILTERS:
        found = found.filter(status__in=STATUS_FILTERS[asked.status])
    for word in asked.text.split()[:8]:
        matches = Q(name__icontains=word) | Q(tags__icontains=word)
        if word.isascii() and word.isdigit() and len(word) < 10:
            matches |= Q(number=int(word))
        found = found.filter(matches)
    page = Paginator(_sorted_ids(found, asked.sort, names), PAGE_SIZE).get_page(asked.page)
    wanted = list(page.object_list)
    rows = (
        ChildRun.objects.select_related("step_run")
        .only("uid", "number", "name", "status", "error", "tags", "started_at", "ended_at",
              "run_id", "step_run__uid", "step_run__name", "step_run__run_id")
        .in_bulk(wanted)
    )  # fmt: skip
    logged = _logged(wanted, names)
    listed = [
        ChildRow(rows[pk], [logged.get((pk, name)) for name in names])
        for pk in wanted
        if pk in rows
    ]
    return ChildPage(names, page, listed, bool(listed) or children.exists())


def _names(children: QuerySet[ChildRun]) -> list[str]:
    """Metrics of single values that most of the newest children logged."""
    sample = list(children.order_by("-id").values_list("pk", flat=True)[:SAMPLE])
    rows = (
        Metric.objects.filter(child_run__in=sample, kind="scalar")
        .values("name")
        .annotate(children=Count("child_run", distinct=True))
        .order_by("-children", "name")
    )
    return sorted(row["name"] for row in rows[:COLUMNS])


def _sorted_ids(children: QuerySet[ChildRun], sort: str, names: list[str]) -> Any:
    """Ids in the order asked for: a query, or for a metric a list."""
    key, turned = sort.removeprefix("-"), sort.startswith("-")
    if key.startswith(METRIC) and key.removeprefix(METRIC) in names:
        return _sorted_by_metric(children, key.removeprefix(METRIC), turned)
    columns = CHILD_ORDERS.get(key, ("id",))
    if "seconds" in columns:
        children = children.annotate(seconds=DURATION)
    order = [
        F(name).desc(nulls_last=True) if turned else F(name).asc(nulls_last=True)
        for name in columns
    ]
    return children.order_by(*order).values_list("pk", flat=True)


def _sorted_by_metric(children: QuerySet[ChildRun], name: str, turned: bool) -> list[int]:
    """By the last number of this name; children without one come last, either way."""
    ids = list(children.order_by("id").values_list("pk", flat=True))
    newest = (
        Metric.objects.filter(child_run__in=children.values("pk"), name=name)
        .values("child_run")
        .annotate(newest=Max("id"))
    )
    last = Metric.objects.filter(id__in=newest.values("newest"))
    numbers = {
        child: number
        for child, value in last.values_list("child_run", "value")
        if (number := as_number(value)) is not None and not math.isnan(number)
    }
    known = sorted((pk for pk in ids if pk in numbers), key=lambda pk: numbers[pk], reverse=turned)
    return known + [pk for pk in ids if pk not in numbers]


def _logged(ids: list[int], names: list[str]) -> dict[tuple[int, str], Logged]:
    """(child, name) -> what it logged; two queries for a whole page."""
    groups = list(
        Metric.objects.filter(child_run__in=ids, name__in=names)
        .values("child_run", "name")
        .annotate(
            newest=Max("id"),
            count=Count("id"),
            low=Min(Number("value")),
            high=Max(Number("value")),
        )
        .order_by()
    )
    newest = [group["newest"] for group in groups]
    last = dict(Metric.objects.filter(id__in=newest).values_list("id", "value"))
    return {
        (group["child_run"], group["name"]): Logged(
            last.get(group["newest"]), group["low"], group["high"], group["count"]
        )
        for group in groups
    }
