"""Child runs: opened, changed and ended over REST by the script that uses them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from pipelines.domain.status import FINAL, Status
from pipelines.domain.submission import check_texts
from pipelines.models import ChildRun, Run, StepRun
from pipelines.services.hot_rows import end_children, lock_run_row
from workspaces.domain.errors import Conflict, InvalidInput, Problem

MOST_CHILDREN = 10_000  # of one step or run
NAME_LENGTH = 255
ERROR_LENGTH = 2000
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@transaction.atomic
def open_child(
    *,
    run: Run,
    step_run: StepRun | None,
    parent: ChildRun | None,
    body: Mapping[str, Any],
    now: datetime,
) -> ChildRun:
    """A running child. The caller may choose its `id`, a GUID: asked again, it is the same child.

    Raises InvalidInput, and Conflict when the id belongs to another run's child.
    """
    name, uid = body.get("name") or "", body.get("id")
    problems = check_texts(body.get("tags"), "tags")
    if not isinstance(name, str) or len(name) > NAME_LENGTH:
        problems.append(Problem(f"name must be a text of at most {NAME_LENGTH}.", "name"))
    if uid is not None and not (isinstance(uid, str) and GUID.fullmatch(uid)):
        problems.append(Problem("id must be a GUID in small letters.", "id"))
    if problems:
        raise InvalidInput.of(problems)
    lock_run_row(run.pk)
    if uid is not None and (known := ChildRun.objects.filter(uid=uid).first()) is not None:
        if (known.run_id, known.step_run_id) != (run.pk, step_run.pk if step_run else None):
            raise Conflict("The id belongs to a child of another run.", code="exists")
        return known
    count = ChildRun.objects.filter(run=run, step_run=step_run).count()
    if count >= MOST_CHILDREN:
        raise InvalidInput(f"A run has at most {MOST_CHILDREN:,} child runs.")
    return ChildRun.objects.create(
        **({} if uid is None else {"uid": uid}),
        run=run,
        step_run=step_run,
        parent=parent,
        number=count + 1,
        name=name or f"child {count + 1}",
        tags=body.get("tags") or {},
        started_at=now,
    )


@transaction.atomic
def change_child(*, child: ChildRun, changes: Mapping[str, Any]) -> ChildRun:
    """Merge tags and properties, which null removes; set the name."""
    problems: list[Problem] = []
    for field in ("tags", "properties"):
        value = changes.get(field)
        if isinstance(value, dict):
            value = {key: text for key, text in value.items() if text is not None}
        problems += check_texts(value, field)
    name = changes.get("name", child.name)
    if not isinstance(name, str) or not 0 < len(name) <= NAME_LENGTH:
        problems.append(Problem(f"name must be a text of 1 to {NAME_LENGTH}.", "name"))
    if problems:
        raise InvalidInput.of(problems)
    row = ChildRun.objects.select_for_update().get(pk=child.pk)
    for field in ("tags", "properties"):
        merged = {**getattr(row, field), **(changes.get(field) or {})}
        setattr(row, field, {key: text for key, text in merged.items() if text is not None})
    row.name = name
    row.save(update_fields=["tags", "properties", "name"])
    return row


@transaction.atomic
def end_child(*, child: ChildRun, body: Mapping[str, Any], now: datetime) -> ChildRun:
    """Complete, fail or cancel a child and all below it; one that has ended stays as it is."""
    word, error = body.get("status"), body.get("error") or ""
    if not isinstance(word, str) or word not in {status.value for status in FINAL}:
        raise InvalidInput.field("status", "status must be Completed, Failed or Canceled.")
    ended = ChildRun.objects.filter(pk=child.pk, ended_at=None).update(
        status=word, ended_at=now, error=str(error)[:ERROR_LENGTH]
    )
    waiting = [child.pk] if ended else []
    while waiting:
        below = ChildRun.objects.filter(parent_id__in=waiting, ended_at=None)
        waiting = list(below.values_list("pk", flat=True))
        ChildRun.objects.filter(pk__in=waiting).update(status=word, ended_at=now)
    return ChildRun.objects.get(pk=child.pk)


def end_children_of(*, step: StepRun, status: Status, now: datetime) -> None:
    """Children that are still open when their step ends, in that transaction."""
    end_children(step.run_id, step.pk, status.value, now)
