"""Reads of logged values for pages: newest ones, gathered by name."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from pipelines.domain.metric_series import MetricSeries, gather
from pipelines.models import ChildRun, Metric, Run, StepRun

STEP_VALUES, RUN_VALUES = 2000, 5000  # the newest so many are read

# A step, the step that logged its values (an earlier one when it is reused), and one name of them.
# The run itself has no step.
StepSeries = tuple[StepRun | None, StepRun | None, MetricSeries]


def metrics_of(step: StepRun) -> list[MetricSeries]:
    """A step's own values by name; those of its child runs are with these."""
    rows = Metric.objects.filter(run=step.run_id, step_run=step, child_run=None)
    return _newest(rows, STEP_VALUES)


def metrics_of_child(child: ChildRun) -> list[MetricSeries]:
    """A child run's values by name."""
    return _newest(Metric.objects.filter(child_run=child), STEP_VALUES)


def _newest(rows: QuerySet[Metric], limit: int) -> list[MetricSeries]:
    found = list(rows.order_by("-id").values_list("name", "kind", "value")[:limit])
    return gather(list(reversed(found)))


def run_metrics(run: Run) -> list[StepSeries]:
    """The newest values of a run in the graph's order, its own first; without child runs."""
    steps = list(
        StepRun.objects.filter(run=run)
        .select_related("reused_from__run")
        .only("uid", "name", "position", "reused", "run_id", "reused_from__uid",
              "reused_from__run__uid", "reused_from__run__number")
        .order_by("position")
    )  # fmt: skip
    origins = StepRun.objects.filter(run=run).values(origin=Coalesce("reused_from_id", "id"))
    rows = list(
        Metric.objects.filter(Q(step_run__in=origins) | Q(run=run, step_run=None))
        .filter(child_run=None)
        .order_by("-id")
        .values_list("step_run_id", "name", "kind", "value")[:RUN_VALUES]
    )
    by_step: dict[int | None, list[tuple[str, str, Any]]] = {}
    for step_id, *row in reversed(rows):
        by_step.setdefault(step_id, []).append((row[0], row[1], row[2]))
    found: list[StepSeries] = [(None, None, series) for series in gather(by_step.get(None, []))]
    for step in steps:
        origin = step.reused_from or step
        found += [(step, origin, series) for series in gather(by_step.get(origin.pk, []))]
    return found
