"""Storing the rows of a new run: thousands of steps and edges by one statement each.

`bulk_create` spends most of a large submit on resolving every field of every row.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import DateTimeField, JSONField

from pipelines.models import StepRun
from workspaces.raw_sql import change_many, fetch, moment

FIELDS = tuple(field for field in StepRun._meta.concrete_fields if not field.primary_key)
INSERT_STEP = (
    f"INSERT INTO pipelines_steprun ({', '.join(str(field.column) for field in FIELDS)}) "  # noqa: S608
    f"VALUES ({', '.join(['%s'] * len(FIELDS))})"
)
INSERT_EDGE = "INSERT INTO pipelines_stepedge (run_id, before_id, after_id) VALUES (%s, %s, %s)"


def insert_steps(run_id: int, steps: Sequence[StepRun]) -> None:
    """Store new steps of one run and give each its id. In the caller's transaction."""
    writers = [(field.attname, _writer(field)) for field in FIELDS]
    change_many(
        INSERT_STEP,
        (
            tuple(
                value if write is None or value is None else write(value)
                for name, write in writers
                for value in (getattr(step, name),)
            )
            for step in steps
        ),
    )
    ids = dict(fetch("SELECT node_id, id FROM pipelines_steprun WHERE run_id = %s", [run_id]))
    for step in steps:
        step.pk = ids[step.node_id]
        step._state.adding = False


def insert_edges(run_id: int, pairs: Iterable[tuple[int, int]]) -> None:
    """Store who waits for whom: (before, after) by step id."""
    change_many(INSERT_EDGE, ((run_id, before, after) for before, after in pairs))


def _writer(field: Any) -> Callable[[Any], Any] | None:
    if isinstance(field, JSONField):
        return json.dumps
    return moment if isinstance(field, DateTimeField) else None
