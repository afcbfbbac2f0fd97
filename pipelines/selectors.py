"""Every read of runs, steps, events and what steps left behind."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Max, OuterRef, Prefetch, Q, QuerySet, Subquery

from data.models import DatasetVersion
from data.selectors import local_path
from pipelines.domain.manifests import TreeFile, walk_files
from pipelines.domain.status import Status
from pipelines.models import Attempt, ChildRun, Event, Experiment, Metric, Output, Run, StepRun
from workspaces.domain.errors import NotFound
from workspaces.models import Snapshot, Workspace


def list_runs(
    workspace: Workspace, *, experiment: str = "", statuses: Sequence[str] = (), text: str = ""
) -> QuerySet[Run]:
    """Runs of a workspace, newest first, without their graphs."""
    rows = (
        Run.objects.filter(workspace=workspace)
        .select_related("workspace", "experiment", "submitted_by")
        .defer("graph")
        .order_by("-id")
    )
    if experiment:
        rows = rows.filter(experiment__name=experiment)
    if statuses:
        rows = rows.filter(status__in=statuses)
    if text:
        match = (
            Q(description__icontains=text)
            | Q(experiment__name__icontains=text)
            | Q(uid__startswith=text)
            | Q(submitted_by__username__icontains=text)
        )
        number = text.lower().removeprefix("run").strip()
        if number.isascii() and number.isdigit() and len(number) < 9:
            match |= Q(number=int(number))
        rows = rows.filter(match)
    return rows


def get_run(workspace: Workspace, uid: str) -> Run:
    """One run; its graph is loaded when it is asked for: megabytes of ten thousand steps.

    Raises NotFound, for another workspace's ids too.
    """
    run = (
        Run.objects.filter(workspace=workspace, uid=uid)
        .select_related("workspace", "experiment", "submitted_by")
        .defer("graph")
        .first()
    )
    if run is None:
        raise NotFound(f"There is no run {uid!r} in workspace {workspace.name!r}.")
    return run


def steps_of(run: Run, *, after: int = -1, limit: int | None = None) -> list[StepRun]:
    """A run's steps in topological order with all that their JSON needs, in a few queries.

    All of them, or `limit` behind the position `after`.
    """
    rows = _steps_with_all().filter(run=run, position__gt=after).order_by("position")
    steps = list(rows if limit is None else rows[:limit])
    for step in steps:
        step.run = run
    _attach_origins(steps)
    return steps


def get_step(workspace: Workspace, uid: str) -> StepRun:
    """One step run with all that its JSON needs. Raises NotFound."""
    rows = _steps_with_all().select_related("run__experiment", "run__workspace")
    step = rows.filter(workspace=workspace, uid=uid).defer(*HEAVY, "run__graph").first()
    if step is None:
        raise NotFound(f"There is no step run {uid!r} in workspace {workspace.name!r}.")
    _attach_origins([step])
    return step


HEAVY = ("known_parts", "fingerprint_parts")  # never shown
CHUNK = 400


def _steps_with_all() -> QuerySet[StepRun]:
    """What steps share is loaded once, not once a step; never a graph or a manifest.

    Lists go to `to_attr`: without it Django builds a query set for every step of ten thousand.
    """
    return StepRun.objects.defer(*HEAVY).prefetch_related(
        "compute_target",
        "environment",
        Prefetch("snapshot", Snapshot.objects.defer("files")),
        Prefetch("attempts", Attempt.objects.order_by("number"), to_attr="loaded_attempts"),
        Prefetch(
            "outputs",
            Output.objects.select_related("datastore__workspace", "dataset_version__dataset"),
            to_attr="loaded_outputs",
        ),
    )


def loaded_attempts(step: StepRun) -> list[Attempt]:
    """The attempts, by number, of a step that `steps_of` or `get_step` gave."""
    found: list[Attempt] = vars(step)["loaded_attempts"]
    return found


def loaded_outputs(step: StepRun) -> list[Output]:
    """The published outputs of a step that `steps_of` or `get_step` gave."""
    found: list[Output] = vars(step)["loaded_outputs"]
    return found


def _attach_origins(steps: Sequence[StepRun]) -> None:
    """`reused_from` of reused steps with its run, in parts that fit one statement."""
    ids = sorted({step.reused_from_id for step in steps if step.reused_from_id is not None})
    runs = Run.objects.select_related("experiment", "workspace").defer("graph")
    found: dict[int, StepRun] = {}
    for start in range(0, len(ids), CHUNK):
        rows = StepRun.objects.filter(pk__in=ids[start : start + CHUNK]).defer(*HEAVY, "node")
        found.update({row.pk: row for row in rows.prefetch_related(Prefetch("run", runs))})
    for step in steps:
        if step.reused_from_id is not None:
            step.reused_from = found[step.reused_from_id]


def dataset_names(steps: Sequence[StepRun]) -> dict[str, dict[str, Any]]:
    """`{"name", "version"}` of the datasets that these steps read, by the id in the graph."""
    ids = {
        port["source"]["dataset"]
        for step in steps
        for port in step.node.get("inputs") or []
        if "dataset" in port.get("source", {})
    }
    rows = DatasetVersion.objects.filter(uid__in=ids).values_list("uid", "dataset__name", "version")
    return {uid: {"name": name, "version": version} for uid, name, version in rows}


def origin_of(step: StepRun) -> StepRun:
    """The step whose attempt made the results: itself, or for a reused one the earlier step."""
    return step.reused_from if step.reused and step.reused_from is not None else step


def first_failed(run: Run) -> StepRun | None:
    """The step that failed first, which is where a reader wants to look."""
    return (
        StepRun.objects.filter(run=run, status=Status.FAILED.value)
        .order_by("ended_at", "position")
        .first()
    )


def get_attempt(step: StepRun, number: int | None) -> Attempt | None:
    """An attempt of the step that did the work; the newest when no number is given."""
    rows = Attempt.objects.filter(step_run=origin_of(step))
    if number is None:
        return rows.order_by("-number").first()
    attempt = rows.filter(number=number).first()
    if attempt is None:
        raise NotFound(f"Step {step.name!r} has no attempt {number}.")
    return attempt


def attempt_folder(attempt: Attempt) -> Path:
    """Where an attempt's log, spool and exit code are."""
    return Path(settings.FOREBAY_DATA) / attempt.folder


def log_path(attempt: Attempt) -> Path:
    """The one log file of an attempt: what the script printed, with the studio's own lines."""
    return attempt_folder(attempt) / "log"


def list_experiments(workspace: Workspace, *, text: str = "") -> QuerySet[Experiment]:
    """Experiments with `run_count` and the id of their last run, most recently used first."""
    last = Run.objects.filter(experiment=OuterRef("pk")).order_by("-id").values("id")[:1]
    rows = (
        Experiment.objects.filter(workspace=workspace)
        .annotate(run_count=Count("runs"), last_run_id=Subquery(last))
        .order_by(F("last_run_id").desc(nulls_last=True), "name")
    )
    return rows.filter(name__icontains=text) if text else rows


def get_experiment(workspace: Workspace, name: str) -> Experiment:
    """One experiment by name, annotated as in `list_experiments`. Raises NotFound."""
    row = list_experiments(workspace).filter(name=name).first()
    if row is None:
        raise NotFound(f"There is no experiment {name!r} in workspace {workspace.name!r}.")
    return row


def runs_by_id(ids: Sequence[int]) -> dict[int, Run]:
    """Runs without graphs by internal id, for lists that already know the ids."""
    rows = Run.objects.filter(pk__in=ids).select_related("workspace", "experiment", "submitted_by")
    return {row.pk: row for row in rows.defer("graph")}


def events_after(run: Run, after: int, limit: int = 500) -> list[Event]:
    """Events of one run that are newer than id `after`, oldest first."""
    return list(Event.objects.filter(run=run, id__gt=after).order_by("id")[:limit])


def last_event_id(run: Run) -> int:
    """Id of the newest event of the run, 0 when there is none."""
    return Event.objects.filter(run=run).aggregate(last=Max("id"))["last"] or 0


def metrics_of(
    run: Run, step: StepRun | None, *, name: str = "", recursive: bool = False
) -> QuerySet[Metric]:
    """Logged values; `id` is their order. For a run without its steps' unless `recursive`."""
    if step is not None:
        rows = Metric.objects.filter(step_run=origin_of(step))
    elif recursive:
        rows = Metric.objects.filter(run=run)
    else:
        rows = Metric.objects.filter(run=run, step_run=None)
    if not recursive:
        rows = rows.filter(child_run=None)
    if name:
        rows = rows.filter(name=name)
    return rows.select_related("child_run").order_by("id")


def metrics_of_child(child: ChildRun, *, name: str = "") -> QuerySet[Metric]:
    """Values that a child run logged; `id` is their order."""
    rows = Metric.objects.filter(run=child.run, step_run=child.step_run, child_run=child)
    if name:
        rows = rows.filter(name=name)
    return rows.select_related("child_run").order_by("id")


def children(workspace: Workspace) -> QuerySet[ChildRun]:
    """Child runs of the workspace, in the order in which they were opened."""
    return (
        ChildRun.objects.filter(run__workspace=workspace)
        .select_related("run__experiment", "step_run", "parent")
        .defer("run__graph", "step_run__node", "step_run__known_parts")
        .order_by("id")
    )


def get_output(step: StepRun, name: str) -> Output:
    """One published output. Raises NotFound with the names there are."""
    output = step.outputs.select_related("datastore__workspace").filter(name=name).first()
    if output is not None:
        return output
    declared = [port.get("name") for port in step.node.get("outputs", [])]
    if name in declared:
        raise NotFound(f"Output {name!r} of {step.name!r} is not published: {step.status}.")
    raise NotFound(f"Step {step.name!r} has no output {name!r}; it has: {declared or 'none'}.")


def output_files(output: Output) -> list[TreeFile]:
    """The files behind an output, by path. Raises NotFound when somebody deleted them."""
    try:
        root = local_path(output.datastore, output.path)
        return sorted(walk_files(root), key=lambda file: file.relative)
    except OSError:
        raise NotFound(
            f"The files of output {output.name!r} are gone from datastore "
            f"{output.datastore.name!r}."
        ) from None


def output_file(output: Output, path: str) -> Path:
    """The local place of one file of an output; an output that is one file has the path ''."""
    known = {file.relative for file in output_files(output)}
    if path not in known:
        raise NotFound(f"Output {output.name!r} has no file {path!r}.")
    return local_path(output.datastore, f"{output.path}/{path}" if path else output.path)
