"""Drafts: made, saved without overwriting anybody, restored, deleted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from pipelines.domain.drafts import (
    CONTENT,
    NAME_LIMIT,
    check_content,
    empty_graph,
    tab_problems,
    versions_to_drop,
    with_default_compute,
)
from pipelines.models import DraftVersion, PipelineDraft, Run
from workspaces.domain.errors import Conflict, InvalidInput, NotFound, Problem
from workspaces.domain.times import iso
from workspaces.models import Workspace
from workspaces.services.access import Actor
from workspaces.services.audit import record_audit

NOTE_LIMIT = 255
SEPARATOR = " \u00b7 "
NOTHING: Callable[[PipelineDraft], None] = lambda row: None  # noqa: E731 - a default


@transaction.atomic
def create_draft(
    *,
    workspace: Workspace,
    actor: Actor,
    body: Mapping[str, Any],
    origin: Mapping[str, Any] | None = None,
    note_stored: Callable[[PipelineDraft], None] = NOTHING,
) -> PipelineDraft:
    """A new draft. `body`: name and any of `domain.drafts.CONTENT`; `origin` says of what."""
    problems = unknown_fields(body, CONTENT) + check_content(body)
    if problems:
        raise InvalidInput.of(problems)
    now = timezone.now()
    graph = body.get("graph", empty_graph())
    draft = PipelineDraft.objects.create(
        workspace=workspace,
        name=(body.get("name") or f"Pipeline draft of {now:%Y-%m-%d %H:%M}").strip(),
        **{field: body.get(field) or "" for field in ("description", "experiment")},
        **{field: body.get(field) or {} for field in ("parameters", "tags", "properties")},
        default_compute=body.get("default_compute") or "",
        continue_on_step_failure=bool(body.get("continue_on_step_failure")),
        graph=graph,
        step_count=len(graph["nodes"]),
        origin=dict(origin or {}),
        created_by=actor.user,
        created_at=now,
        updated_by=actor.user,
        updated_at=now,
    )
    _store_version(draft, actor, now, "Created")
    _audit(draft, actor, "created", {"of": draft.origin})
    note_stored(draft)
    return draft


def draft_of_run(
    *,
    run: Run,
    actor: Actor,
    body: Mapping[str, Any],
    note_stored: Callable[[PipelineDraft], None] = NOTHING,
) -> PipelineDraft:
    """A draft that submits what this run was. `body` may have a name and other fields."""
    name = f"{run.experiment.name} Run {run.number}"
    graph, compute = with_default_compute(run.graph)
    return create_draft(
        workspace=run.workspace,
        actor=actor,
        body={
            "name": name[:NAME_LIMIT],
            "description": run.description,
            "experiment": run.experiment.name,
            "graph": graph,
            "parameters": run.parameters,
            "default_compute": compute,
            "continue_on_step_failure": run.continue_on_step_failure,
            "tags": run.tags,
            **body,
        },
        origin={"run": {"id": run.uid, "name": name}},
        note_stored=note_stored,
    )


def copy_draft(
    *,
    draft: PipelineDraft,
    actor: Actor,
    body: Mapping[str, Any],
    note_stored: Callable[[PipelineDraft], None] = NOTHING,
) -> PipelineDraft:
    """A second draft; `body` may have other fields, as the graph that could not be saved."""
    kept = {field: getattr(draft, field) for field in CONTENT}
    return create_draft(
        workspace=draft.workspace,
        actor=actor,
        body={**kept, "name": f"{draft.name[: NAME_LIMIT - 7]} (copy)", **body},
        origin={"draft": {"id": draft.uid, "name": draft.name}},
        note_stored=note_stored,
    )


@transaction.atomic
def save_draft(*, draft: PipelineDraft, actor: Actor, body: Mapping[str, Any]) -> PipelineDraft:
    """Change a draft. `body`: `revision` that was read, any of CONTENT, `note`, with which the
    version is kept for good, and `tab`, which others are told beside who saved.

    Raises Conflict `stale`, with the draft as it is now, when somebody saved since.
    """
    problems = unknown_fields(body, (*CONTENT, "revision", "note", "tab")) + check_content(body)
    note = body.get("note") or ""
    if not isinstance(note, str) or len(note) > NOTE_LIMIT:
        problems.append(Problem(f"note must be a text of at most {NOTE_LIMIT}.", "note"))
    if not isinstance(body.get("revision"), int) or isinstance(body["revision"], bool):
        problems.append(Problem("revision must be the number that was read.", "revision"))
    if body.get("tab") is not None:
        problems += tab_problems(body["tab"])
    if problems:
        raise InvalidInput.of(problems)
    row = locked(draft)
    refuse_stale(row, body["revision"])
    changed = [field for field in CONTENT if _set(row, field, body)]
    if not changed and not note:
        return row
    row.saved_tab = body.get("tab") or ""
    _keep(row, actor, changed, note, "graph" in changed or bool(note))
    return row


@transaction.atomic
def restore_version(
    *,
    draft: PipelineDraft,
    version: DraftVersion,
    actor: Actor,
    revision: int | None = None,
    tab: str = "",
) -> PipelineDraft:
    """The draft's graph as it once was, as a new version. `revision`, `tab`: as in `save_draft`."""
    row = locked(draft)
    if revision is not None:
        refuse_stale(row, revision)
    row.graph, row.saved_tab = version.graph, tab
    _keep(row, actor, ["graph"], f"Restored version {version.number}", True)
    _audit(row, actor, "restored", {"version": version.number})
    return row


@transaction.atomic
def delete_draft(*, draft: PipelineDraft, actor: Actor) -> None:
    """The draft and its versions go; runs that it made stay."""
    row = locked(draft)
    _audit(row, actor, "deleted", {"steps": row.step_count})
    row.delete()


def note_use(draft: PipelineDraft, note: str) -> None:
    """The version that was submitted or published is kept for good, and says so."""
    row = DraftVersion.objects.filter(draft=draft, number=draft.last_version).first()
    if row is not None and note not in row.note.split(SEPARATOR):
        joined = f"{row.note}{SEPARATOR}{note}" if row.note else note
        if len(joined) <= NOTE_LIMIT:
            DraftVersion.objects.filter(pk=row.pk).update(note=joined)


def locked(draft: PipelineDraft) -> PipelineDraft:
    """The row as it is now, until the transaction ends. Raises NotFound when it was deleted."""
    rows = PipelineDraft.objects.select_for_update(of=("self",))
    row = rows.select_related("workspace", "created_by", "updated_by").filter(pk=draft.pk).first()
    if row is None:
        raise NotFound(f"The draft {draft.name!r} was just deleted.")
    return row


def refuse_stale(row: PipelineDraft, revision: Any) -> None:
    """Raises Conflict with what is stored when `revision` is not the newest."""
    if row.revision != revision:
        raise Conflict(
            f"{row.updated_by.get_username()} saved this draft since you opened it. Look at both "
            "versions: take theirs, save over it, or keep yours as a draft of its own.",
            code="stale",
            extra={
                "revision": row.revision,
                "updated_by": row.updated_by.get_username(),
                "updated_at": iso(row.updated_at),
                **{field: getattr(row, field) for field in CONTENT},
            },
        )


def unknown_fields(body: Mapping[str, Any], known: tuple[str, ...]) -> list[Problem]:
    """A problem for each field that nobody would read."""
    return [
        Problem(f"There is no field {name!r} here; there are: {', '.join(known)}.", str(name))
        for name in body
        if name not in known
    ]


def _set(row: PipelineDraft, field: str, body: Mapping[str, Any]) -> bool:
    """Take a field from the body; whether that changed it. Null empties it."""
    if field not in body:
        return False
    value, before = body[field], getattr(row, field)
    if value is None:
        value = type(before)()
    if field == "name":
        value = value.strip()
    setattr(row, field, value)
    return bool(value != before)


def _keep(row: PipelineDraft, actor: Actor, changed: list[str], note: str, version: bool) -> None:
    now = timezone.now()
    row.revision += 1
    row.updated_by, row.updated_at = actor.user, now
    row.step_count = len(row.graph["nodes"])
    fields = [*changed, "revision", "updated_by", "updated_at", "saved_tab", "step_count"]
    if version:
        row.last_version += 1
    row.save(update_fields=[*fields, "last_version"])
    if version:
        _store_version(row, actor, now, note)
        autosaves = DraftVersion.objects.filter(draft=row, note="").order_by("number")
        gone = versions_to_drop(list(autosaves.values_list("number", "saved_at")), now)
        if gone:
            DraftVersion.objects.filter(draft=row, number__in=gone).delete()


def _store_version(draft: PipelineDraft, actor: Actor, now: datetime, note: str) -> None:
    DraftVersion.objects.create(
        draft=draft,
        number=draft.last_version,
        graph=draft.graph,
        step_count=draft.step_count,
        note=note,
        saved_by=actor.user,
        saved_at=now,
    )


def _audit(draft: PipelineDraft, actor: Actor, done: str, detail: Mapping[str, Any]) -> None:
    record_audit(
        actor=actor,
        workspace=draft.workspace,
        action=f"draft.{done}",
        kind="draft",
        uid=draft.uid,
        name=draft.name,
        detail=detail,
    )
