"""Reads that only the pages need: lists by page number, a run's tabs, a step's panel."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.core.paginator import Page, Paginator
from django.db.models import Count, F, FloatField, Func, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from pipelines.domain.status import FINAL, Status
from pipelines.models import Artifact, Attempt, Event, Experiment, Output, Run, StepRun
from workspaces.domain.errors import NotFound
from workspaces.models import Workspace

PAGE_SIZE = 50
STEP_PAGE_SIZE = 200


class Days(Func):
    """A time as a number to sort by: Django's own difference calls Python for each row."""

    function = "julianday"
    output_field = FloatField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "EXTRACT(EPOCH FROM %(expressions)s)"
        return self.as_sql(compiler, connection, template=template, **context)


DURATION = Days("ended_at") - Days("started_at")

# What the reader sorts by -> columns; `-` in the URL turns all of them round.
RUN_ORDERS: dict[str, tuple[str, ...]] = {
    "submitted": ("id",),
    "run": ("experiment__name", "number"),
    "experiment": ("experiment__name", "id"),
    "status": ("status", "id"),
    "by": ("submitted_by__username", "id"),
    "duration": ("seconds", "id"),
}
STEP_ORDERS: dict[str, tuple[str, ...]] = {
    "step": ("position",),
    "name": ("name", "position"),
    "status": ("status", "position"),
    "duration": ("seconds", "position"),
}
# Filters people choose -> stored statuses.
STATUS_FILTERS: dict[str, tuple[str, ...]] = {
    "running": tuple(s.value for s in Status if s not in FINAL),
    **{status.value: (status.value,) for status in Status},
}


@dataclass(frozen=True)
class ListQuery:
    """What a list's URL asks for; anything unknown counts as not given."""

    status: str = ""
    text: str = ""
    experiment: str = ""
    sort: str = ""
    page: str = "1"

    @property
    def filtered(self) -> bool:
        return bool(self.status or self.text or self.experiment)


def ordered(rows: QuerySet[Any], sort: str, orders: dict[str, tuple[str, ...]]) -> QuerySet[Any]:
    """The rows by the column that the URL names; as they were for any other."""
    columns = orders.get(sort.removeprefix("-"))
    if columns is None:
        return rows
    if "seconds" in columns:
        rows = rows.annotate(seconds=DURATION)
    turned = sort.startswith("-")
    return rows.order_by(
        *(F(c).desc(nulls_last=True) if turned else F(c).asc(nulls_last=True) for c in columns)
    )


def newest_event() -> int:
    """The newest event of the studio. Asked before a page's rows are read, so that the page's
    socket can ask for all that happened since."""
    return Event.objects.order_by("-id").values_list("id", flat=True).first() or 0


def listed_runs(workspace: Workspace) -> QuerySet[Run]:
    """Runs as lists show them: without their graphs, newest first."""
    return (
        Run.objects.filter(workspace=workspace)
        .select_related("experiment", "submitted_by")
        .defer("graph", "properties", "parameters")
        .order_by("-id")
    )


def _in_progress(workspace: Workspace) -> list[int]:
    """Ids, unordered: asked for several statuses in an order, SQLite walks all runs for the few."""
    rows = Run.objects.filter(workspace=workspace, status__in=STATUS_FILTERS["running"])
    return list(rows.order_by().values_list("pk", flat=True))


def runs_page(workspace: Workspace, asked: ListQuery) -> Page[Run]:
    """One page of the run list; a page number out of range is the nearest one.

    Ids are filtered, sorted and cut first, then the page's rows are read: sorting whole rows of
    100,000 runs takes ten times as long.
    """
    runs = Run.objects.filter(workspace=workspace).order_by("-id")
    if asked.experiment:
        named = Experiment.objects.filter(workspace=workspace, name=asked.experiment)
        # Without the workspace, which the experiment implies: SQLite would walk its index.
        experiment_id = named.values_list("id", flat=True).first() or 0
        runs = Run.objects.filter(experiment_id=experiment_id).order_by("-id")
    if asked.status == "running":
        runs = runs.filter(pk__in=_in_progress(workspace))
    elif asked.status in STATUS_FILTERS:
        runs = runs.filter(status=asked.status)
    for word in asked.text.split()[:8]:
        matches = (
            Q(experiment__name__icontains=word)
            | Q(description__icontains=word)
            | Q(submitted_by__username__icontains=word)
            | Q(tags__icontains=word)
            | Q(uid__startswith=word.lower())
        )
        if word.isascii() and word.isdigit() and len(word) < 10:
            matches |= Q(number=int(word))
        runs = runs.filter(matches)
    ids = ordered(runs, asked.sort, RUN_ORDERS).values_list("pk", flat=True)
    page = Paginator(ids, PAGE_SIZE).get_page(asked.page)
    wanted = list(page.object_list)
    rows = listed_runs(workspace).in_bulk(wanted)
    page.object_list = [rows[pk] for pk in wanted if pk in rows]
    return page


def experiment_names(workspace: Workspace) -> list[str]:
    """Names for the run list's filter."""
    return list(
        Experiment.objects.filter(workspace=workspace)
        .order_by("name")
        .values_list("name", flat=True)[:500]
    )


def experiments_page(workspace: Workspace, asked: ListQuery) -> Page[Any]:
    """Experiments with `run_count` and `last_run` (a Run or None), newest run first."""
    experiments = Experiment.objects.filter(workspace=workspace)
    if asked.text:
        experiments = experiments.filter(
            Q(name__icontains=asked.text) | Q(description__icontains=asked.text)
        )
    # One look into an index per experiment: joining and grouping 100,000 runs takes half a second.
    runs = Run.objects.filter(experiment=OuterRef("pk"))
    counted = runs.order_by().values("experiment").annotate(n=Count("id")).values("n")
    rows: QuerySet[Any] = experiments.annotate(
        run_count=Coalesce(Subquery(counted), 0),
        last_run_id=Subquery(runs.order_by("-id").values("id")[:1]),
    )
    orders = {"name": ("name",), "runs": ("run_count", "name"), "last": ("last_run_id", "name")}
    if asked.sort.removeprefix("-") in orders:
        rows = ordered(rows, asked.sort, orders)
    else:
        rows = rows.order_by(F("last_run_id").desc(nulls_last=True), "name")
    page = Paginator(rows, PAGE_SIZE).get_page(asked.page)
    last_runs = listed_runs(workspace).in_bulk([row.last_run_id for row in page])
    for row in page:
        row.last_run = last_runs.get(row.last_run_id)
    return page


def experiment_by_name(workspace: Workspace, name: str) -> Experiment:
    """Raises NotFound."""
    experiment = Experiment.objects.filter(workspace=workspace, name=name).first()
    if experiment is None:
        raise NotFound(f"There is no experiment {name!r} in this workspace.")
    return experiment


@dataclass(frozen=True)
class Home:
    """What the home page shows; every list at most ten runs."""

    running: list[Run]
    mine: list[Run]
    failed: list[Run]
    has_runs: bool


def home(workspace: Workspace, user: User) -> Home:
    """Running now, this user's last runs, and the last ones that failed."""
    runs = listed_runs(workspace)
    running = list(runs.filter(pk__in=heapq.nlargest(10, _in_progress(workspace))))
    mine = list(runs.filter(submitted_by=user)[:10])
    failed = list(runs.filter(status=Status.FAILED.value)[:10])
    has_runs = bool(running or mine or failed) or runs.exists()
    return Home(running, mine, failed, has_runs)


# The order in which the bar of a run shows its steps.
BAR = (
    ("done", Status.COMPLETED.value),
    ("reused", "Reused"),
    ("running", Status.RUNNING.value),
    ("canceling", Status.CANCEL_REQUESTED.value),
    ("failed", Status.FAILED.value),
    ("canceled", Status.CANCELED.value),
    ("waiting", Status.NOT_STARTED.value),
)


@dataclass(frozen=True)
class Progress:
    """How many steps are where: `parts` are (word, status for the colour, count)."""

    parts: list[tuple[str, str, int]]
    total: int


def run_progress(run: Run, *, not_started_word: str = "waiting") -> Progress:
    """Counts steps by what a reader cares about, in one query."""
    counts: dict[str, int] = {}
    rows = (
        StepRun.objects.filter(run=run)
        .order_by()
        .values_list("status", "reused")
        .annotate(n=Count("id"))
    )
    for status, reused, count in rows:
        if status == Status.COMPLETED.value:
            word = "reused" if reused else "done"
        elif status in (Status.NOT_STARTED.value, Status.QUEUED.value):
            word = "waiting"
        elif status in (Status.FAILED.value, Status.CANCELED.value):
            word = status.lower()
        elif status == Status.CANCEL_REQUESTED.value:
            word = "canceling"
        else:
            word = "running"
        counts[word] = counts.get(word, 0) + count
    parts = [
        (not_started_word if word == "waiting" else word, look, counts[word])
        for word, look in BAR
        if word in counts
    ]
    return Progress(parts, sum(counts.values()))


LISTED_STEP = (
    "uid", "run_id", "node_id", "name", "position", "status", "reason", "reason_data", "attempt",
    "reused", "reused_from", "why", "queued_at", "started_at", "ended_at", "exit_code",
    "retry", "retries", "not_before", "compute_target__name",
    "reused_from__uid", "reused_from__run__uid", "reused_from__run__number",
    "reused_from__run__experiment__name",
)  # fmt: skip


def listed_steps(run: Run) -> QuerySet[StepRun]:
    """Steps as the Steps tab shows them, in the order of the graph."""
    return (
        StepRun.objects.filter(run=run)
        .select_related("compute_target", "reused_from__run__experiment")
        .only(*LISTED_STEP)
        .order_by("position")
    )


def resumed_run(run: Run) -> Run | None:
    """The run whose completed steps this one kept."""
    if run.resumed_from_id is None:
        return None
    return Run.objects.filter(pk=run.resumed_from_id).only("uid", "number").first()


def steps_page(run: Run, asked: ListQuery) -> Page[StepRun]:
    """One page of a run's steps, by the filter of its URL."""
    steps = listed_steps(run)
    if asked.status == "Reused":
        steps = steps.filter(status=Status.COMPLETED.value, reused=True)
    elif asked.status in STATUS_FILTERS:
        steps = steps.filter(status__in=STATUS_FILTERS[asked.status])
    if asked.text:
        steps = steps.filter(name__icontains=asked.text)
    steps = ordered(steps, asked.sort, STEP_ORDERS)
    return Paginator(steps, STEP_PAGE_SIZE).get_page(asked.page)


def step_by_uid(run: Run, uid: str) -> StepRun:
    """A whole step of this run, with what its panel shows. Raises NotFound."""
    step = (
        StepRun.objects.filter(run=run, uid=uid)
        .select_related("compute_target", "environment", "snapshot", "reused_from__run__experiment")
        .first()
    )
    if step is None:
        raise NotFound("There is no such step in this run.")
    step.run = run
    return step


def attempts_of(step: StepRun) -> list[Attempt]:
    """Newest first."""
    return list(step.attempts.order_by("-number"))


def outputs_of(step: StepRun) -> list[Output]:
    """Published outputs by name."""
    rows = step.outputs.select_related("datastore", "dataset_version__dataset")
    return list(rows.order_by("name"))


def run_results(run: Run) -> tuple[Sequence[Output], Sequence[Artifact]]:
    """Every output and artifact of a run with its step; at most 500 each."""
    outputs = (
        Output.objects.filter(step_run__run=run)
        .select_related("datastore", "step_run", "dataset_version__dataset")
        .order_by("step_run__position", "name")[:500]
    )
    artifacts = (
        Artifact.objects.filter(run=run)
        .select_related("step_run")
        .order_by("step_run__position", "path")[:500]
    )
    return list(outputs), list(artifacts)


def snapshots_of(run: Run) -> list[tuple[Any, list[StepRun]]]:
    """The run's snapshots, each with the steps that work on it."""
    groups: dict[int, tuple[Any, list[StepRun]]] = {}
    steps = (
        StepRun.objects.filter(run=run)
        .select_related("snapshot")
        .only("uid", "name", "position", "run_id", "snapshot")
        .order_by("position")
    )
    for step in steps:
        groups.setdefault(step.snapshot_id, (step.snapshot, []))[1].append(step)
    return list(groups.values())
