"""Rows as JSON: the one form in which runs and steps leave the server."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from rest_framework.request import Request

from data.models import DatasetVersion
from pipelines.domain.resource_samples import last_sample
from pipelines.domain.status import Status, sentence
from pipelines.environment_selectors import step_notices
from pipelines.models import Event, Experiment, Metric, Run, StepRun
from pipelines.queue_selectors import queue_positions
from pipelines.selectors import (
    attempt_folder,
    dataset_names,
    first_failed,
    last_event_id,
    loaded_attempts,
    loaded_outputs,
    origin_of,
    steps_of,
)
from workspaces.api.pagination import cursor_page
from workspaces.domain.times import iso

ANSWERED_STEPS = 1_000
MOST_METRICS = 20_000
# What events tell of a run: its status, and tags and description that somebody changes.
PASSING = (
    *("status", "reason", "reason_data", "started_at", "ended_at"),
    *("description", "tags", "properties"),
)


def run_url(workspace_name: str, run_uid: str) -> str:
    """The page of a run, absolute."""
    return f"{settings.FOREBAY_URL}/w/{workspace_name}/runs/{run_uid}/"


def run_shape(run: Run) -> dict[str, Any]:
    """A run as in lists: no graph, no steps."""
    return {
        "id": run.uid,
        "number": run.number,
        "name": f"Run {run.number}",
        "experiment": run.experiment.name,
        "status": run.status,
        "reason": run.reason,
        "sentence": sentence(run.reason, run.reason_data),
        "source": run.source,
        "origin": run.origin,
        "description": run.description,
        "tags": run.tags,
        "properties": run.properties,
        "parameters": run.parameters,
        "regenerate_outputs": run.regenerate_outputs,
        "continue_on_step_failure": run.continue_on_step_failure,
        "step_count": run.step_count,
        "submitted_by": run.submitted_by.get_username(),
        "submitted_at": iso(run.submitted_at),
        "started_at": iso(run.started_at),
        "ended_at": iso(run.ended_at),
        "url": run_url(run.workspace.name, run.uid),
        "timeout_seconds": run.timeout_seconds,
        "retry": run.retry or None,
    }


def new_run_shape(run: Run) -> dict[str, Any]:
    """The answer to a submit: `run_detail`, but graph and steps are null above `ANSWERED_STEPS`.

    Who sent ten thousand steps knows them, and would wait for them longer than for the submit.
    """
    return run_detail(run, whole=run.step_count <= ANSWERED_STEPS)


def run_detail(run: Run, *, whole: bool = True) -> dict[str, Any]:
    """A run with graph, steps, its error if any, and the id of the event it is as new as."""
    last_event = last_event_id(run)  # before the rows: an event in between is told again
    run.refresh_from_db(fields=PASSING)
    failed = first_failed(run)
    error = None
    if failed is not None:
        error = {
            "step": failed.name,
            "step_id": failed.uid,
            "message": sentence(failed.reason, failed.reason_data),
            "lines": failed.error_lines,
        }
    elif run.status == Status.FAILED.value:  # its time limit: no step is to blame
        message = sentence(run.reason, run.reason_data)
        error = {"step": None, "step_id": None, "message": message, "lines": []}
    return {
        **run_shape(run),
        "error": error,
        "resumed_from": _resumed_from(run),
        "last_event": last_event,
        "graph": run.graph if whole else None,
        "steps": step_shapes(steps_of(run)) if whole else None,
    }


def _resumed_from(run: Run) -> dict[str, Any] | None:
    before = run.resumed_from
    if before is None:
        return None
    url = run_url(run.workspace.name, before.uid)
    return {"id": before.uid, "number": before.number, "url": url}


def step_shapes(steps: list[StepRun]) -> list[dict[str, Any]]:
    """Step runs, whole; each input from a dataset carries its name and version."""
    names = dataset_names(steps)
    places = queue_positions(steps)
    shapes = [{**_step_shape(step), "queue_position": places.get(step.pk)} for step in steps]
    notices = step_notices(steps[0].run.workspace, steps) if steps else {}
    for step, shape in zip(steps, shapes, strict=True):
        shape["environment"]["notices"] = notices[step.pk]
        shape["inputs"] = [
            {**port, "dataset": names.get(port["source"].get("dataset"))}
            for port in shape["inputs"]
        ]
    return shapes


def _step_shape(step: StepRun) -> dict[str, Any]:
    origin = origin_of(step)
    workspace = step.run.workspace.name
    return {
        "id": step.uid,
        "run_id": step.run.uid,
        "published_pipeline_id": (step.run.origin.get("published") or {}).get("id"),
        "node_id": step.node_id,
        "name": step.name,
        "position": step.position,
        "status": step.status,
        "reused": step.reused,
        "reason": step.reason,
        "sentence": step_sentence(step),
        "why": step.why,
        "reused_from": None
        if origin is step
        else {
            "step_id": origin.uid,
            "run_id": origin.run.uid,
            "run_number": origin.run.number,
            "experiment": origin.run.experiment.name,
            "url": run_url(workspace, origin.run.uid),
        },
        "attempt": step.attempt,
        "attempts": [
            {
                "number": attempt.number,
                "status": attempt.outcome or step.status,
                "reason": attempt.reason,
                "sentence": sentence(attempt.reason, attempt.reason_data),
                "log": True,
                "exit_code": attempt.exit_code,
                "started_at": iso(attempt.started_at),
                "ended_at": iso(attempt.ended_at),
            }
            for attempt in loaded_attempts(step)
        ],
        "retry": step.retry or None,
        "retries": step.retries,
        "not_before": iso(step.not_before),
        "timeout_seconds": step.timeout_seconds,
        "tags": step.tags,
        "properties": {**step_properties(step), **step.properties},
        "compute": step.compute_target.name,
        "script": step.node.get("script"),
        "snapshot_id": step.snapshot.uid,
        "environment": {
            "key": step.environment.key,
            "status": step.environment.status,
            "asked": step.node.get("environment"),
        },
        "arguments": step.node.get("arguments") or [],
        "inputs": step.node.get("inputs") or [],
        "outputs": _outputs(step),
        "queued_at": iso(step.queued_at),
        "started_at": iso(step.started_at),
        "ended_at": iso(step.ended_at),
        "exit_code": step.exit_code,
        "error_lines": step.error_lines,
        "resources": _resources(step),
    }


def _resources(step: StepRun) -> dict[str, Any] | None:
    """What a running step used a moment ago; the whole story is at `/resources`."""
    if step.status != Status.RUNNING.value:
        return None
    newest = max(loaded_attempts(step), key=lambda one: one.number, default=None)
    sample = None if newest is None else last_sample(attempt_folder(newest))
    if sample is None:
        return None
    return {"cpu_percent": sample.cpu, "memory_mb": sample.memory_mb, "gpu_percent": sample.gpu}


def step_sentence(step: StepRun) -> str:
    """The reason as a reader sees it; a queued step says when its compute target is paused."""
    text = sentence(step.reason, step.reason_data)
    if step.status == Status.QUEUED.value and step.compute_target.paused_at is not None:
        paused = f"Waits, because compute target {step.compute_target.name} is paused."
        return f"{text} {paused}".strip()
    return text


def step_properties(step: StepRun) -> dict[str, str]:
    """The marks that v1 programs and tools read off a step's run."""
    marks = {
        "azureml.runsource": "azureml.StepRun",
        "azureml.nodeid": step.node_id,
        "azureml.pipelinerunid": step.run.uid,
        "ContentSnapshotId": step.snapshot.uid,
        "StepType": "PythonScriptStep",
    }
    if step.reused and step.reused_from is not None:
        marks["azureml.isreused"] = "true"
        marks["azureml.reusedrunid"] = step.reused_from.uid
        marks["azureml.reusednodeid"] = step.reused_from.node_id
        marks["azureml.reusedpipelinerunid"] = step.reused_from.run.uid
    return marks


def _outputs(step: StepRun) -> list[dict[str, Any]]:
    published = {output.name: output for output in loaded_outputs(step)}
    shapes = []
    for port in step.node.get("outputs") or []:
        row = published.get(port["name"])
        shapes.append(
            {
                "name": port["name"],
                "datastore": port["datastore"],
                "mode": port.get("mode") or "mount",
                "path": row.path if row else f"azureml/{step.uid}/{port['name']}",
                "is_directory": row.is_directory if row else port.get("is_directory"),
                "size": row.size if row else None,
                "file_count": row.file_count if row else None,
                "registered": row is not None,
                "destination": port.get("destination"),
                "register_on_complete": port.get("register_on_complete"),
                "dataset": dataset_shape(row.dataset_version) if row is not None else None,
            }
        )
    return shapes


def dataset_shape(version: DatasetVersion | None) -> dict[str, Any] | None:
    """The dataset that an output was registered as."""
    if version is None or version.dataset is None:
        return None
    return {
        "id": version.uid,
        "name": version.dataset.name,
        "version": version.version,
        "kind": version.kind,
    }


def event_shape(event: Event) -> dict[str, Any]:
    """An event as sockets and the long poll send it."""
    return {
        "id": event.pk,
        "kind": event.kind,
        "data": event.data,
        "at": iso(event.created_at),
    }


def experiment_shape(experiment: Experiment, last: Run | None) -> dict[str, Any]:
    """An experiment (annotated with `run_count`) and its last run."""
    return {
        "id": experiment.uid,
        "name": experiment.name,
        "description": experiment.description,
        "created_at": iso(experiment.created_at),
        "run_count": getattr(experiment, "run_count", 0),
        "last_run": None if last is None else run_shape(last),
    }


def metrics_page(rows: QuerySet[Metric], request: Request) -> dict[str, Any]:
    """`{"items", "next"}` of logged values in order, at most `MOST_METRICS` at once."""
    return cursor_page(
        rows, request, metric_shape, key="id", default=MOST_METRICS, most=MOST_METRICS
    )


def metric_shape(metric: Metric) -> dict[str, Any]:
    """One logged value."""
    return {
        "name": metric.name,
        "value": metric.value,
        "kind": metric.kind,
        "description": metric.description,
        "logged_at": iso(metric.logged_at),
        "child": metric.child_run.uid if metric.child_run is not None else None,
    }
