"""Modules and drafts as JSON: the one form in which they leave the server."""

from __future__ import annotations

from typing import Any

from pipelines.models import DraftPresence, DraftVersion, Module, ModuleVersion, PipelineDraft
from pipelines.services.samples import Sample
from workspaces.domain.times import iso


def palette_shape(row: ModuleVersion) -> dict[str, Any]:
    """A module in the palette: its default version with the whole spec."""
    return {**module_shape(row.module), "version": row.version, "spec": row.spec}


def module_shape(module: Module) -> dict[str, Any]:
    return {
        "id": module.uid,
        "key": module.key or None,
        "name": module.name,
        "description": module.description,
        "group": module.group,
        "status": module.status,
        "default_version": module.default_version,
        "default_chosen": module.default_chosen,
        "created_at": iso(module.created_at),
    }


def module_version_shape(row: ModuleVersion) -> dict[str, Any]:
    return {
        "version": row.version,
        "status": row.status,
        "changes": row.changes,
        "spec": row.spec,
        "environment": row.environment,
        "snapshot": row.snapshot.uid,
        "created_by": row.created_by.get_username(),
        "created_at": iso(row.created_at),
    }


def draft_shape(draft: PipelineDraft) -> dict[str, Any]:
    """A draft as in lists: no graph."""
    run = draft.last_run
    return {
        "id": draft.uid,
        "name": draft.name,
        "description": draft.description,
        "experiment": draft.experiment,
        "parameters": draft.parameters,
        "default_compute": draft.default_compute,
        "continue_on_step_failure": draft.continue_on_step_failure,
        "tags": draft.tags,
        "properties": draft.properties,
        "origin": draft.origin,
        "step_count": draft.step_count,
        "revision": draft.revision,
        "version": draft.last_version,
        "last_run": None
        if run is None
        else {
            "id": run.uid,
            "number": run.number,
            "experiment": run.experiment.name,
            "status": run.status,
        },
        "created_by": draft.created_by.get_username(),
        "created_at": iso(draft.created_at),
        "updated_by": draft.updated_by.get_username(),
        "updated_at": iso(draft.updated_at),
    }


def sample_shape(sample: Sample) -> dict[str, Any]:
    return {
        "key": sample.key,
        "name": sample.name,
        "summary": sample.summary,
        "step_count": sample.step_count,
        "datasets": [one["name"] for one in sample.data],
    }


def draft_detail(draft: PipelineDraft) -> dict[str, Any]:
    return {**draft_shape(draft), "graph": draft.graph}


def saved_shape(draft: PipelineDraft) -> dict[str, Any]:
    """The answer to a save: the sender has the rest."""
    return {
        "id": draft.uid,
        "name": draft.name,
        "revision": draft.revision,
        "version": draft.last_version,
        "updated_by": draft.updated_by.get_username(),
        "updated_at": iso(draft.updated_at),
    }


def draft_version_shape(row: DraftVersion) -> dict[str, Any]:
    return {
        "version": row.number,
        "note": row.note,
        "step_count": row.step_count,
        "saved_by": row.saved_by.get_username(),
        "saved_at": iso(row.saved_at),
    }


def person_shape(row: DraftPresence) -> dict[str, Any]:
    """A tab in which somebody has a draft open."""
    return {"user": row.user.get_username(), "tab": row.tab, "since": iso(row.since)}
