"""Metrics, tags and properties from scripts: stored in batches, each spool line once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Count

from pipelines.domain.metric_limits import MOST_PER_NAME, Tally
from pipelines.domain.records import BadRecord, Record, parse_record
from pipelines.models import Attempt, ChildRun, Metric, Run, StepRun
from pipelines.services.events import NewEvent, record_events
from pipelines.services.hot_rows import insert_metrics
from workspaces.domain.errors import InvalidInput, Problem

MOST_NAMES = 100  # in one event: a reader that sees so many asks for all


def ingest_records(
    *,
    run: Run,
    step_run: StepRun | None,
    records: Sequence[Any],
    now: datetime,
    child: ChildRun | None = None,
) -> int:
    """Store records sent over REST, for a step, one of its children, or for the run itself.

    Raises InvalidInput naming every record that can't be kept; then none is. Returns how many.
    """
    good: list[Record] = []
    problems: list[Problem] = []
    for place, raw in enumerate(records):
        try:
            record = parse_record(raw)
            good.append(record if child is None else replace(record, child=child.uid))
        except BadRecord as error:
            problems.append(Problem(f"Record {place}: {error}", field=f"records.{place}"))
    if problems:
        raise InvalidInput.of(problems)
    problems = _full_series(run, step_run, child, good)
    if problems:
        raise InvalidInput.of(problems)
    with transaction.atomic():
        record_events(_store(run, step_run, good, now), now=now)
    return len(good)


def _full_series(
    run: Run, step_run: StepRun | None, child: ChildRun | None, records: Sequence[Record]
) -> list[Problem]:
    """The series that would have more values than are kept of one name."""
    logged = Counter(record.name for record in records if record.kind == "metric")
    rows = Metric.objects.filter(run=run, step_run=step_run, child_run=child, name__in=logged)
    stored = dict(rows.values_list("name").annotate(count=Count("id")).order_by())
    return [
        Problem(
            f"The metric {name!r} has {stored[name]:,} values; {MOST_PER_NAME:,} are kept.",
            field="records",
        )
        for name in sorted(logged)
        if stored.get(name, 0) + logged[name] > MOST_PER_NAME and name in stored
    ]


def ingest_spool_records(
    *, attempt: Attempt, records: Sequence[Record], from_seq: int, to_seq: int, now: datetime
) -> bool:
    """Store the lines after `from_seq` up to `to_seq` of an attempt's spool.

    False: these lines were stored before, by a runner that ended right after; nothing changes.
    """
    with transaction.atomic():
        moved = Attempt.objects.filter(pk=attempt.pk, ingested_seq=from_seq).update(
            ingested_seq=to_seq
        )
        if not moved:
            return False
        step = (
            StepRun.objects.select_related("run")
            .defer("run__graph", "known_parts")
            .get(pk=attempt.step_run_id)
        )
        record_events(_store(step.run, step, records, now), now=now)
    return True


def tally_of(attempt: Attempt) -> Tally:
    """What an attempt has logged for its own step, of which some lines were taken in before."""
    if not attempt.ingested_seq:
        return Tally()
    rows = Metric.objects.filter(step_run_id=attempt.step_run_id).values("name", "child_run__uid")
    counted = rows.annotate(count=Count("id")).order_by()
    return Tally.of(
        {(False, row["child_run__uid"] or "", row["name"]): row["count"] for row in counted}
    )


def _store(
    run: Run, step: StepRun | None, records: Sequence[Record], now: datetime
) -> list[NewEvent]:
    """Write records; answers the events that tell of them."""
    children = _children(run, records)
    records = [record for record in records if not record.child or record.child in children]
    metrics = [record for record in records if record.kind == "metric"]
    insert_metrics(
        (
            run.pk,
            None if record.parent or step is None else step.pk,
            children.get(record.child),
            record.name,
            record.value,
            record.metric_kind,
            record.description,
            record.at or now,
        )
        for record in metrics
    )
    events: list[NewEvent] = []
    for parent in (False, True):
        names = sorted({record.name for record in metrics if record.parent is parent})[:MOST_NAMES]
        if names:
            uid = None if parent or step is None else step.uid
            data = {"run": run.uid, "step": uid, "names": names}
            events.append(NewEvent(run.workspace_id, run.pk, "step.metric", data))
    marks = [record for record in records if record.kind != "metric" and not record.child]
    for uid, key in children.items():
        its = [record for record in records if record.child == uid and record.kind != "metric"]
        if its:
            _mark(ChildRun, key, its)
    own = [record for record in marks if step is not None and not record.parent]
    others = [record for record in marks if step is None or record.parent]
    if others:
        _mark(Run, run.pk, others)
        tags = Run.objects.values_list("tags", flat=True).get(pk=run.pk)
        data = {"run": run.uid, "tags": tags}
        events.append(NewEvent(run.workspace_id, run.pk, "run.changed", data))
    if own and step is not None:
        _mark(StepRun, step.pk, own)
    return events


def _children(run: Run, records: Sequence[Record]) -> dict[str, int]:
    """Keys of the child runs that records name. A record of an unknown child is left out."""
    uids = {record.child for record in records if record.child}
    if not uids:
        return {}
    return dict(ChildRun.objects.filter(run=run, uid__in=uids).values_list("uid", "pk"))


def _mark(
    model: type[Run] | type[StepRun] | type[ChildRun], key: int, records: Sequence[Record]
) -> None:
    rows = model._default_manager.only("tags", "properties")
    if connection.vendor == "postgresql":
        rows = rows.select_for_update(of=("self",))
    row = rows.get(pk=key)
    for record in records:
        kept = row.tags if record.kind == "tag" else row.properties
        kept[record.name] = record.value
    row.save(update_fields=["tags", "properties"])
