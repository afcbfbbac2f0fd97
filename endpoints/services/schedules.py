"""Making, changing and removing schedules. None of these submits a run, but `run_now`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from data.models import Datastore
from endpoints.domain.recurrence import Rule, next_due
from endpoints.domain.schedule_form import ScheduleFields, merge_changes, read_schedule
from endpoints.models import PipelineEndpoint, PublishedPipeline, Schedule, WatchState
from endpoints.selectors import get_endpoint, get_published, get_version
from endpoints.services.schedule_runs import submit_scheduled
from endpoints.services.watched_files import list_watched
from pipelines.domain.parameters import resolve_parameters
from pipelines.domain.parsing import parse_graph
from pipelines.models import Run
from workspaces.domain.errors import Conflict, InvalidInput, NotFound, Problem
from workspaces.domain.relative_paths import shown
from workspaces.domain.times import iso
from workspaces.models import Workspace
from workspaces.services.access import Actor
from workspaces.services.audit import record_audit

PLAIN = {"name", "description"}  # changes of these leave it to its owner
UNCHANGEABLE = ("published_pipeline", "endpoint")


def create_schedule(
    *,
    workspace: Workspace,
    actor: Actor,
    body: Mapping[str, Any],
    note_stored: Callable[[Schedule], None] = lambda row: None,
) -> Schedule:
    """A schedule of the published pipeline or endpoint that the body names. Submits nothing: its
    first run comes at the first due time, or with the first change of the watched files.

    Raises InvalidInput with every problem by its field.
    """
    now = timezone.now()
    published, endpoint = _read_target(workspace, body)
    fields = read_schedule(body, now=now)
    row = Schedule(
        workspace=workspace,
        published=published,
        endpoint=endpoint,
        anchor_at=now,
        created_by=actor.user,
        created_at=now,
    )
    _write_fields(row, fields, now)
    if next_due(rule_of(row), now) is None:
        raise InvalidInput.field(
            fields.trigger, "It would never be due after now.", code="never_due"
        )
    seen = _first_look(row)
    row.runs_as = row.updated_by = actor.user
    row.updated_at = now
    row.next_due_at = next_due(rule_of(row), now) if row.status == Schedule.ACTIVE else None
    with transaction.atomic():
        row.save(force_insert=True)
        _remember(row, seen, now)
        _note(actor, row, "created", {"trigger": row.trigger})
        note_stored(row)
    return row


def change_schedule(*, schedule: Schedule, actor: Actor, changes: Mapping[str, Any]) -> Schedule:
    """Set some fields. What changes when it is due lets it count anew from now; another path to
    watch, or enabling, takes what lies there now as known. Runs that go on are left alone.

    From then on it runs as the actor, but for a new name or description, or disabling.
    """
    now = timezone.now()
    for name in UNCHANGEABLE:
        if name in changes:
            raise InvalidInput.field(name, f"{name} can't be changed. Make another schedule.")
    fields = read_schedule(merge_changes(stored_body(schedule), changes), now=now)
    before = _as_it_is(schedule, now)
    enables = fields.status == Schedule.ACTIVE and schedule.status != Schedule.ACTIVE
    retimed = before is None or fields.timing() != before.timing()
    row = copy(schedule)
    _write_fields(row, fields, now if retimed else row.anchor_at)
    following = next_due(rule_of(row), now)
    if retimed and following is None:
        message = "It would never be due after now."
        raise InvalidInput.field(fields.trigger, message, code="never_due")
    other_path = before is None or fields.watched() != before.watched()
    rewatched = row.status == Schedule.ACTIVE and (other_path or enables)
    seen = _first_look(row) if rewatched else None
    if set(changes) - PLAIN and not (row.status != Schedule.ACTIVE and _only_disables(changes)):
        row.runs_as = actor.user
    row.updated_by, row.updated_at = actor.user, now
    with transaction.atomic():
        current = _locked(schedule)
        if current.updated_at != schedule.updated_at:
            raise Conflict("Somebody else changed this schedule just now. Look at it again.")
        keeps = row.status == Schedule.ACTIVE and not retimed and not enables
        row.next_due_at = current.next_due_at if keeps else following
        if row.status != Schedule.ACTIVE:
            row.next_due_at = None
        row.save()
        if rewatched:
            _remember(row, seen, now)
        done = "enabled" if enables else "disabled" if _disables(schedule, row) else "changed"
        _note(actor, row, done, {"fields": sorted(changes)})
    return row


def _as_it_is(schedule: Schedule, now: datetime) -> ScheduleFields | None:
    """The stored schedule; None when it can't be read any more, which a change may mend."""
    try:
        return read_schedule(stored_body(schedule), now=now)
    except InvalidInput:
        return None


def delete_schedule(*, schedule: Schedule, actor: Actor) -> None:
    """It is gone with its history of due times; the runs that it submitted stay."""
    with transaction.atomic():
        row = _locked(schedule)
        _note(actor, row, "deleted", {})
        row.delete()


def run_now(
    *, schedule: Schedule, actor: Actor, note_stored: Callable[[Run], None] = lambda run: None
) -> Run:
    """One run besides the due times, as the actor; also of a disabled schedule."""
    return submit_scheduled(schedule=schedule, actor=actor, due_at=None, note_stored=note_stored)


def rule_of(schedule: Schedule) -> Rule:
    """When it is due, from its row."""
    return read_schedule(stored_body(schedule), now=schedule.anchor_at).rule(schedule.anchor_at)


def stored_body(schedule: Schedule) -> dict[str, Any]:
    """The row as a body that makes the same schedule again; the target is left out."""
    own_start = bool(schedule.recurrence and schedule.recurrence.get("startTime"))
    return {
        "name": schedule.name,
        "description": schedule.description,
        "status": schedule.status,
        "experiment": schedule.experiment_name or None,
        "parameters": schedule.parameters,
        "continue_on_step_failure": schedule.continue_on_step_failure,
        "recurrence": schedule.recurrence,
        "cron": schedule.cron or None,
        "datastore": schedule.datastore.name if schedule.datastore is not None else None,
        "time_zone": schedule.time_zone,
        "start_at": None if own_start else iso(schedule.start_at),
        "end_at": iso(schedule.end_at),
        "missed_policy": schedule.missed_policy,
        "path_on_datastore": schedule.path_on_datastore,
        "polling_interval": schedule.polling_interval,
        "data_path_parameter_name": schedule.data_path_parameter_name,
        "include_subfolders": schedule.include_subfolders,
        "one_run_per_change": schedule.one_run_per_change,
    }


def _read_target(
    workspace: Workspace, body: Mapping[str, Any]
) -> tuple[PublishedPipeline | None, PipelineEndpoint | None]:
    given = [name for name in UNCHANGEABLE if body.get(name)]
    if len(given) != 1:
        message = "Give the id of a published_pipeline or of an endpoint, exactly one."
        raise InvalidInput.field(given[-1] if given else "published_pipeline", message)
    uid = str(body[given[0]])
    try:
        if given == ["published_pipeline"]:
            return get_published(workspace, uid), None
        return None, get_endpoint(workspace, uid)
    except NotFound as error:
        raise InvalidInput.field(given[0], error.detail) from None


def _write_fields(row: Schedule, fields: ScheduleFields, anchor_at: datetime) -> None:
    """Sets the columns; raises InvalidInput for what the target or workspace does not have."""
    problems: list[Problem] = []
    row.name, row.description, row.status = fields.name, fields.description, fields.status
    row.experiment_name, row.parameters = fields.experiment, fields.parameters
    row.continue_on_step_failure = fields.continue_on_step_failure
    row.trigger, row.recurrence, row.cron = fields.trigger, fields.recurrence, fields.cron
    row.time_zone, row.missed_policy = fields.time_zone, fields.missed_policy
    row.start_at, row.end_at, row.anchor_at = fields.start_at, fields.end_at, anchor_at
    row.datastore = None
    if fields.trigger == Schedule.DATASTORE:
        row.datastore = Datastore.objects.filter(
            workspace=row.workspace, name=fields.datastore
        ).first()
        if row.datastore is None:
            message = f"There is no datastore {shown(fields.datastore)} in this workspace."
            problems.append(Problem(message, "datastore"))
    row.path_on_datastore = fields.path_on_datastore
    row.polling_interval = fields.polling_interval
    row.data_path_parameter_name = fields.data_path_parameter_name
    row.include_subfolders = fields.include_subfolders
    row.one_run_per_change = fields.one_run_per_change
    problems += _parameter_problems(row)
    if problems:
        raise InvalidInput.of(problems)


def _parameter_problems(row: Schedule) -> list[Problem]:
    """Wrong names and types for what it would submit now. A pipeline without parameters takes
    any, as in calls by REST."""
    published = row.published
    if row.endpoint is not None:
        published = get_version(row.endpoint).published
    assert published is not None
    kinds = {one["name"]: one["type"] for one in published.parameters}
    path_name = row.data_path_parameter_name
    if path_name and kinds.get(path_name) not in ("datapath", "string"):
        names = ", ".join(name for name, kind in kinds.items() if kind in ("datapath", "string"))
        message = (
            f"The pipeline has no parameter {path_name!r} that takes a path; "
            f"of types datapath and string it has: {names or 'none'}."
        )
        return [Problem(message, "data_path_parameter_name")]
    if not kinds:
        return []
    given = dict(row.parameters)
    if path_name:  # it is given with each change
        given[path_name] = _some_path(kinds[path_name])
    return resolve_parameters(parse_graph(published.graph)[0], given)[1]


def _some_path(kind: str) -> Any:
    return {"datastore": "any", "path": "any"} if kind == "datapath" else "any"


def _first_look(row: Schedule) -> dict[str, str] | None:
    """The files that lie there now, which are no changes; None for other triggers."""
    return list_watched(row) if row.trigger == Schedule.DATASTORE else None


def _remember(row: Schedule, seen: dict[str, str] | None, now: datetime) -> None:
    WatchState.objects.filter(schedule=row).delete()
    if seen is not None:
        WatchState.objects.create(schedule=row, files=seen, looked_at=now)


def _locked(schedule: Schedule) -> Schedule:
    row = (
        Schedule.objects.select_for_update(of=("self",))
        .select_related("workspace", "published", "endpoint", "datastore")
        .filter(pk=schedule.pk)
        .first()
    )
    if row is None:
        raise NotFound("This schedule was deleted.")
    return row


def _only_disables(changes: Mapping[str, Any]) -> bool:
    return set(changes) <= {*PLAIN, "status"}


def _disables(before: Schedule, after: Schedule) -> bool:
    return before.status == Schedule.ACTIVE and after.status != Schedule.ACTIVE


def _note(actor: Actor, row: Schedule, done: str, detail: Mapping[str, Any]) -> None:
    record_audit(
        actor=actor,
        workspace=row.workspace,
        action=f"schedule.{done}",
        kind="schedule",
        uid=row.uid,
        name=row.name,
        detail=detail,
    )
