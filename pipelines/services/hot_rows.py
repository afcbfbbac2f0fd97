"""The statements behind every finished step, as raw SQL for SQLite and PostgreSQL.

Django's ORM spends ten times longer on building each of these than the database on running it;
they run for every step, so they are written out. Everything else uses the ORM.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import JSONField

from pipelines.models import Attempt, StepRun
from workspaces.raw_sql import change, change_many, fetch, moment

READY_FIELDS = (
    "id",
    "uid",
    "workspace_id",
    "run_id",
    "node_id",
    "name",
    "position",
    "node",
    "snapshot_id",
    "status",
    "reason",
    "attempt",
    "forced",
    "kept_from_id",
    "known_parts",
)
# What a row that never started has in its other fields: spares a query for each of them.
UNTOUCHED: dict[str, Any] = {
    "reused": False,
    "reused_from_id": None,
    "queued_at": None,
    "started_at": None,
    "ended_at": None,
    "exit_code": None,
    "reason_data": {},
    "error_lines": [],
    "not_before": None,
}
JSON_FIELDS = {
    field.attname for field in StepRun._meta.concrete_fields if isinstance(field, JSONField)
}
TIME_FIELDS = {"queued_at", "started_at", "ended_at", "not_before"}
FLAG_FIELDS = {"reused", "cancel_requested", "forced"}


def marks(values: Sequence[Any]) -> str:
    """`%s, %s, …` for an IN list."""
    return ", ".join(["%s"] * len(values))


def count_down(step_id: int) -> list[int]:
    """One predecessor less for all that wait for this step; ids that wait for none any more."""
    rows = fetch(
        "UPDATE pipelines_steprun SET waits_for = waits_for - 1 WHERE id IN "
        "(SELECT after_id FROM pipelines_stepedge WHERE before_id = %s) RETURNING id, waits_for",
        [step_id],
    )
    return [row_id for row_id, waits in rows if waits == 0]


def load_ready(ids: Sequence[int]) -> list[StepRun]:
    """Rows that may start, of those given, with the fields a decision needs."""
    rows = fetch(
        f"SELECT {', '.join(READY_FIELDS)} FROM pipelines_steprun "  # noqa: S608
        f"WHERE id IN ({marks(ids)}) AND status = 'NotStarted' AND reason = '' ORDER BY position",
        list(ids),
    )
    steps = [_as_step(READY_FIELDS, row) for row in rows]
    for step in steps:
        for name, value in UNTOUCHED.items():
            setattr(step, name, value)
    return steps


CLAIMED_FIELDS = tuple(
    field.attname
    for field in StepRun._meta.concrete_fields
    if field.attname not in ("known_parts", "fingerprint_parts")
)


def load_claimed(step_id: int) -> StepRun:
    """The whole row of a claimed step, but for the parts of its fingerprint."""
    (row,) = fetch(
        f"SELECT {', '.join(CLAIMED_FIELDS)} FROM pipelines_steprun WHERE id = %s",  # noqa: S608
        [step_id],
    )
    return _as_step(CLAIMED_FIELDS, row)


def _as_step(fields: Sequence[str], row: Sequence[Any]) -> StepRun:
    """A row read by hand as the model; times and booleans as Python has them."""
    values = [_read(name, value) for name, value in zip(fields, row, strict=True)]
    return StepRun.from_db(connection.alias, fields, values)


def _read(name: str, value: Any) -> Any:
    if name in JSON_FIELDS and isinstance(value, str):
        return json.loads(value)
    if name in TIME_FIELDS and isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    if name in FLAG_FIELDS:
        return bool(value)
    return value


def insert_attempt(attempt: Attempt) -> None:
    """Store a new attempt and give it its id."""
    ((attempt.pk,),) = fetch(
        "INSERT INTO pipelines_attempt (step_run_id, number, folder, host, created_at, outcome, "
        "reason, reason_data, ingested_seq) VALUES (%s, %s, %s, %s, %s, '', '', '{}', 0) "
        "RETURNING id",
        [
            attempt.step_run_id,
            attempt.number,
            attempt.folder,
            attempt.host,
            moment(attempt.created_at),
        ],
    )


def upstream_contents(
    run_ids: Iterable[int], nodes: Iterable[str]
) -> dict[tuple[int, str, str], str]:
    """Content ids of published outputs by (run, node, output name)."""
    runs, names = sorted(set(run_ids)), sorted(set(nodes))
    contents: dict[tuple[int, str, str], str] = {}
    for run_id in runs:
        for start in range(0, len(names), 400):
            part = names[start : start + 400]
            rows = fetch(
                "SELECT s.node_id, o.name, o.content_id FROM pipelines_output o "  # noqa: S608
                "JOIN pipelines_steprun s ON s.id = o.step_run_id "
                f"WHERE s.run_id = %s AND s.node_id IN ({marks(part)})",
                [run_id, *part],
            )
            contents.update({(run_id, node, name): content for node, name, content in rows})
    return contents


def origin_ids(workspace_id: int, fingerprints: Sequence[str]) -> list[int]:
    """Ids of the steps that computed these fingerprints themselves."""
    rows = fetch(
        "SELECT id FROM pipelines_steprun WHERE workspace_id = %s "  # noqa: S608
        f"AND fingerprint IN ({marks(fingerprints)}) AND status = 'Completed' AND NOT reused",
        [workspace_id, *fingerprints],
    )
    return [row[0] for row in rows]


def newest_by_node(
    workspace_id: int, names: Sequence[str], *, but_run: int | None
) -> list[tuple[str, str, int]]:
    """(name, node id, newest step id) of decided, not reused steps of these names."""
    return [
        (name, node, newest)
        for name, node, newest in fetch(
            "SELECT name, node_id, MAX(id) FROM pipelines_steprun "  # noqa: S608
            f"WHERE workspace_id = %s AND name IN ({marks(names)}) AND NOT reused "
            "AND fingerprint <> '' AND run_id <> %s GROUP BY name, node_id",
            [workspace_id, *names, but_run or 0],
        )
    ]


def write_decision(step: StepRun, fields: Sequence[str]) -> bool:
    """Store the decided fields of a step that is still NotStarted; False when it moved."""
    values = [_bound(name, getattr(step, name)) for name in fields]
    columns = ", ".join(f"{name} = %s" for name in fields)
    changed = change(
        f"UPDATE pipelines_steprun SET {columns} "  # noqa: S608
        "WHERE id = %s AND status = 'NotStarted'",
        [*values, step.pk],
    )
    return changed == 1


def close_count(run_id: int, closed: int) -> tuple[int, str]:
    """Count finished steps of a run down; its open steps and status after that."""
    ((still_open, status),) = fetch(
        "UPDATE pipelines_run SET open_count = open_count - %s WHERE id = %s "
        "RETURNING open_count, status",
        [closed, run_id],
    )
    return int(still_open), str(status)


def memory_limit(target_id: int) -> int | None:
    """The most megabytes that a step on this compute target may use."""
    rows = fetch("SELECT memory_limit_mb FROM compute_computetarget WHERE id = %s", [target_id])
    return None if not rows else rows[0][0]


def end_children(run_id: int, step_id: int, status: str, now: datetime) -> None:
    """End the child runs that a step left open."""
    change(
        "UPDATE pipelines_childrun SET status = %s, ended_at = %s "
        "WHERE run_id = %s AND step_run_id = %s AND ended_at IS NULL",
        [status, moment(now), run_id, step_id],
    )


def lock_run_row(run_id: int) -> None:
    """On PostgreSQL lock the run's row; on SQLite a writing transaction is alone anyway."""
    if connection.vendor == "postgresql":
        fetch("SELECT id FROM pipelines_run WHERE id = %s FOR UPDATE", [run_id])


def insert_events(
    events: Iterable[tuple[int, int | None, str, Mapping[str, Any]]], now: datetime
) -> None:
    """Store (workspace, run, kind, data) in order."""
    change_many(
        "INSERT INTO pipelines_event (workspace_id, run_id, kind, data, created_at) "
        "VALUES (%s, %s, %s, %s, %s)",
        [
            (workspace, run, kind, json.dumps(data), moment(now))
            for workspace, run, kind, data in events
        ],
    )


def insert_metrics(rows: Iterable[tuple[Any, ...]]) -> None:
    """(run, step, child, name, value, kind, description, time), in order."""
    change_many(
        "INSERT INTO pipelines_metric (run_id, step_run_id, child_run_id, name, value, kind, "
        "description, logged_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        [
            (*keys, json.dumps(value), kind, description, moment(when))
            for *keys, value, kind, description, when in rows
        ],
    )


def _bound(name: str, value: Any) -> Any:
    if name in JSON_FIELDS:
        return None if value is None else json.dumps(value)
    if name in TIME_FIELDS:
        return None if value is None else moment(value)
    return value
