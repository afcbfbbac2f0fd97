"""Deciding what a ready step does: reuse an earlier result, or run and say why.

Works on waves of steps that became ready together, so that a thousand reused steps cost a few
queries. Changes the given `StepRun` objects; storing them is the caller's work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import QuerySet

from data.selectors import local_path
from pipelines.domain.graph import Node, StepOutputSource
from pipelines.domain.manifests import identity_of_tree
from pipelines.domain.parsing import parse_node
from pipelines.domain.reuse import (
    Change,
    SourceFile,
    change_sentence,
    compare_files,
    compare_parts,
    counted_files,
    fingerprint,
    input_part,
)
from pipelines.domain.status import Status
from pipelines.models import Output, Run, StepRun
from pipelines.services.data_parameters import tell_data_changes
from pipelines.services.hot_rows import newest_by_node, origin_ids, upstream_contents
from workspaces.models import Snapshot

CHUNK = 400
T = TypeVar("T")
HEAVY = ("run__graph", "run__properties", "run__tags", "run__parameters")


@dataclass(frozen=True)
class Ready:
    """A step whose inputs are all there; `contents` are the ids of upstream outputs by port."""

    step: StepRun
    node: Node
    contents: Mapping[str, str]


class Origins:
    """The newest steps that really computed a fingerprint, asked once for each fingerprint."""

    def __init__(self, workspace_id: int) -> None:
        self.workspace_id = workspace_id
        self.known: dict[str, StepRun | None] = {}

    def expect(self, steps: Sequence[StepRun], *, but_run: int | None) -> None:
        """Ask at once for what these steps had last time: most often they have it again.

        Without it a chain of a thousand reused steps would ask a thousand times.
        """
        newest = _newest_ids(self.workspace_id, [step.name for step in steps], but_run=but_run)
        had: set[str] = set()
        for some in _chunks(sorted(newest.values())):
            rows = StepRun.objects.filter(pk__in=some, status=Status.COMPLETED.value)
            had.update(rows.values_list("fingerprint", flat=True))
        self.find(had)

    def find(self, fingerprints: set[str]) -> dict[str, StepRun]:
        """The origins of those that have one."""
        if unknown := fingerprints - self.known.keys():
            found = _find_origins(self.workspace_id, unknown)
            self.known.update({key: found.get(key) for key in unknown})
        return {key: row for key in fingerprints if (row := self.known[key]) is not None}


def decide_steps(
    run: Run, ready: Sequence[Ready], *, now: datetime, known: Origins | None = None
) -> list[Output]:
    """Set status, fingerprint and reason of each ready step; return the reused ones' outputs.

    A reused step is Completed at once and points at the run that computed it. The returned rows
    are not saved, and their `step_run` is the given object.
    """
    for item in ready:
        parts = dict(item.step.known_parts)
        for port, content in item.contents.items():
            parts[f"input:{port}"] = input_part(item.node, port, content)
        item.step.fingerprint_parts = parts
        item.step.fingerprint = fingerprint(parts)
    kept = _find_kept([r.step for r in ready if r.step.kept_from_id and not r.step.forced])
    may_reuse = [
        r for r in ready if r.step.uid not in kept and not why_it_must_run(run, r.step, r.node)
    ]
    known = known or Origins(run.workspace_id)
    origins = known.find({r.step.fingerprint for r in may_reuse})
    chosen = {r.step.uid: origins.get(r.step.fingerprint) for r in may_reuse} | kept
    faults = {one.pk: _check_outputs(one) for one in chosen.values() if one is not None}
    outputs: list[Output] = []
    to_run: list[tuple[Ready, dict[str, Any] | None]] = []
    for item in ready:
        origin = chosen.get(item.step.uid)
        must = why_it_must_run(run, item.step, item.node)
        if must is not None and item.step.uid not in kept:
            to_run.append((item, must))
        elif origin is None:
            to_run.append((item, None))
        elif problem := faults[origin.pk]:
            sentence = f"{problem} of {origin.run.experiment.name} > Run {origin.run.number}"
            to_run.append((item, _why("outputs_gone", sentence, run=origin.run)))
        elif item.step.uid not in kept and _is_too_old(item.node, origin, now):
            sentence = f"Run {origin.run.number} is older than {item.node.reuse_max_age_seconds} s"
            to_run.append((item, _why("too_old", sentence, run=origin.run)))
        else:
            outputs.extend(_reuse(item.step, origin, now))
    unexplained = [item for item, why in to_run if why is None]
    explained = _explain(run, unexplained)
    for item, why in to_run:
        item.step.why = why or explained[item.step.uid]
        item.step.status = Status.QUEUED.value
        item.step.queued_at = now
    return outputs


def why_it_must_run(run: Run, step: StepRun, node: Node) -> dict[str, Any] | None:
    """Why a step runs whatever there is to reuse; None when that is not so."""
    if step.forced:
        return _why("forced", "it was asked to run again")
    if not node.allow_reuse:
        return _why("not_allowed", "reuse is switched off for this step")
    if run.regenerate_outputs:
        return _why("forced", "all outputs were to be regenerated")
    return None


def _is_too_old(node: Node, origin: StepRun, now: datetime) -> bool:
    if node.reuse_max_age_seconds is None or origin.ended_at is None:
        return False
    return now - origin.ended_at > timedelta(seconds=node.reuse_max_age_seconds)


def _find_kept(steps: Sequence[StepRun]) -> dict[str, StepRun]:
    """By uid: what a resumed run has of a step whose parts are the same, reuse allowed or not."""
    wanted = {step.kept_from_id: step for step in steps if step.kept_from_id is not None}
    kept: dict[str, int] = {}
    for some in _chunks(sorted(wanted)):
        rows = StepRun.objects.filter(pk__in=some, status=Status.COMPLETED.value)
        for pk, found, origin in rows.values_list("pk", "fingerprint", "reused_from_id"):
            if found == wanted[pk].fingerprint:
                kept[wanted[pk].uid] = origin or pk
    rows_found = {row.pk: row for some in _chunks(list(kept.values())) for row in _origins(some)}
    return {uid: rows_found[pk] for uid, pk in kept.items()}


def _why(
    kind: str, sentence: str, changes: Iterable[Change] = (), run: Run | None = None
) -> dict[str, Any]:
    return {
        "kind": kind,
        "sentence": sentence,
        "changes": [change.as_dict() for change in changes],
        "run": None
        if run is None
        else {"id": run.uid, "number": run.number, "experiment": run.experiment.name},
    }


def _find_origins(workspace_id: int, fingerprints: set[str]) -> dict[str, StepRun]:
    """The newest step that really computed each fingerprint."""
    origins: dict[str, StepRun] = {}
    ids = [pk for some in _chunks(sorted(fingerprints)) for pk in origin_ids(workspace_id, some)]
    for part in _chunks(ids):
        origins.update({row.fingerprint: row for row in _origins(part)})
    return origins


def _origins(ids: Sequence[int]) -> QuerySet[StepRun]:
    return (
        StepRun.objects.filter(pk__in=ids)
        .select_related("run__experiment")
        .defer(*HEAVY, "node", "known_parts", "fingerprint_parts")
        .prefetch_related("outputs__datastore__workspace")
        .order_by("id")
    )


def _check_outputs(origin: StepRun) -> str:
    """What is wrong with the earlier outputs, or an empty text when all are as registered."""
    for output in origin.outputs.all():
        try:
            identity = identity_of_tree(local_path(output.datastore, output.path))
        except OSError:
            return f"output {output.name} is gone"
        if identity != output.identity:
            return f"output {output.name} was changed after it was made, that"
    return ""


def _reuse(step: StepRun, origin: StepRun, now: datetime) -> list[Output]:
    step.status = Status.COMPLETED.value
    step.reused = True
    step.reused_from = origin
    step.queued_at = step.started_at = step.ended_at = now
    same = (
        ""
        if origin.run.experiment_id == step.run.experiment_id
        else (f"{origin.run.experiment.name} > ")
    )
    step.why = _why("reused", f"Reused from {same}Run {origin.run.number}", run=origin.run)
    return [
        Output(
            step_run=step,
            name=output.name,
            datastore=output.datastore,
            path=output.path,
            is_directory=output.is_directory,
            dataset_version_id=output.dataset_version_id,
            content_id=output.content_id,
            identity=output.identity,
            file_count=output.file_count,
            size=output.size,
        )
        for output in origin.outputs.all()
    ]


def _explain(run: Run, ready: Sequence[Ready]) -> dict[str, dict[str, Any]]:
    """Why each of these steps has no result to reuse: compared with its nearest earlier run."""
    if not ready:
        return {}
    earlier = _nearest_earlier(run.workspace_id, [item.step for item in ready])
    manifests = _Manifests()
    reasons: dict[str, dict[str, Any]] = {}
    compared: list[tuple[StepRun, StepRun, list[Change]]] = []
    for item in ready:
        step, before = item.step, earlier.get(item.step.uid)
        if before is None or before.fingerprint_parts is None:
            reasons[step.uid] = _why("first", "no earlier run of this step")
            continue
        changes = compare_parts(
            before.fingerprint_parts,
            step.fingerprint_parts or {},
            manifests.compare(before, step, item.node),
        )
        compared.append((before, step, changes))
    told = tell_data_changes(run.workspace_id, compared)
    for (before, step, _), changes in zip(compared, told, strict=True):
        if changes:
            reasons[step.uid] = _why("changed", change_sentence(changes), changes, before.run)
        else:
            sentence = f"the same step in Run {before.run.number} {_ending(before)}"
            reasons[step.uid] = _why("no_result", sentence, run=before.run)
    return reasons


def _ending(step: StepRun) -> str:
    endings = {
        Status.FAILED.value: "failed",
        Status.CANCELED.value: "was canceled",
        Status.COMPLETED.value: "has no result to reuse",
    }
    return endings.get(step.status, "is not finished yet")


def _nearest_earlier(workspace_id: int, steps: Sequence[StepRun]) -> dict[str, StepRun]:
    """For each step the newest earlier one of its name, the same node preferred; by step uid."""
    names = [step.name for step in steps]
    exact = _newest_ids(workspace_id, names, but_run=steps[0].run_id)
    loose: dict[str, int] = {}
    for (name, _), newest in exact.items():
        loose[name] = max(newest, loose.get(name, 0))
    chosen = {
        step.uid: exact.get((step.name, step.node_id)) or loose.get(step.name) for step in steps
    }
    found: dict[int, StepRun] = {}
    ids = sorted({pk for pk in chosen.values() if pk is not None})
    for some in _chunks(ids):
        rows_found = StepRun.objects.filter(pk__in=some)
        rows_found = rows_found.select_related("run__experiment").defer(*HEAVY, "known_parts")
        found.update({row.pk: row for row in rows_found})
    return {uid: found[pk] for uid, pk in chosen.items() if pk is not None and pk in found}


def _newest_ids(
    workspace_id: int, names: Iterable[str], *, but_run: int | None
) -> dict[tuple[str, str], int]:
    """By (name, node id): the newest step that was decided and not reused."""
    return {
        (name, node_id): newest
        for some in _chunks(sorted(set(names)))
        for name, node_id, newest in newest_by_node(workspace_id, some, but_run=but_run)
    }


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Parts short enough for the IN list of one statement."""
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))


class _Manifests:
    """Compares source directories, each snapshot loaded once."""

    def __init__(self) -> None:
        self.loaded: dict[int, list[SourceFile]] = {}

    def files(self, snapshot_id: int) -> list[SourceFile]:
        if snapshot_id not in self.loaded:
            row = Snapshot.objects.only("files").get(pk=snapshot_id)
            self.loaded[snapshot_id] = source_files(row)
        return self.loaded[snapshot_id]

    def compare(self, before: StepRun, after: StepRun, node: Node) -> list[Change]:
        if (before.fingerprint_parts or {}).get("source") == after.known_parts.get("source"):
            return []
        old_script = str(before.node.get("script", ""))
        return compare_files(
            counted_files(
                self.files(before.snapshot_id), old_script, before.node.get("hash_paths")
            ),
            counted_files(self.files(after.snapshot_id), node.script, node.hash_paths),
        )


def source_files(snapshot: Snapshot) -> list[SourceFile]:
    """The manifest of a snapshot as the domain knows it."""
    return [
        SourceFile(file["path"], file["sha256"], bool(file.get("executable")))
        for file in snapshot.files
    ]


def ready_from_rows(steps: Sequence[StepRun]) -> list[Ready]:
    """`Ready` values of stored steps, with the contents of their upstream outputs."""
    nodes = {step.pk: parse_node(step.node) for step in steps}
    upstream = {
        port.source.node
        for node in nodes.values()
        for port in node.inputs
        if isinstance(port.source, StepOutputSource)
    }
    contents = upstream_contents({step.run_id for step in steps}, upstream) if upstream else {}
    return [
        Ready(
            step,
            nodes[step.pk],
            {
                port.name: contents.get((step.run_id, port.source.node, port.source.output), "")
                for port in nodes[step.pk].inputs
                if isinstance(port.source, StepOutputSource)
            },
        )
        for step in steps
    ]
