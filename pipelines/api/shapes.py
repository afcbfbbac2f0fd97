"""Rows as JSON: the one form in which runs and steps leave the server."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from pipelines.domain.status import sentence
from pipelines.models import Event, Experiment, Metric, Run, StepRun
from pipelines.selectors import dataset_names, first_failed, last_event_id, origin_of, steps_of
from workspaces.domain.times import iso


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
    }


def run_detail(run: Run) -> dict[str, Any]:
    """A run with graph, steps, its error if any, and the id of the event it is as new as."""
    last_event = last_event_id(run)  # before the rows: an event in between is told again
    failed = first_failed(run)
    error = None
    if failed is not None:
        error = {
            "step": failed.name,
            "step_id": failed.uid,
            "message": sentence(failed.reason, failed.reason_data),
            "lines": failed.error_lines,
        }
    return {
        **run_shape(run),
        "error": error,
        "last_event": last_event,
        "graph": run.graph,
        "steps": step_shapes(steps_of(run)),
    }


def step_shapes(steps: list[StepRun]) -> list[dict[str, Any]]:
    """Step runs, whole; each input from a dataset carries its name and version."""
    names = dataset_names(steps)
    shapes = [_step_shape(step) for step in steps]
    for shape in shapes:
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
        "node_id": step.node_id,
        "name": step.name,
        "position": step.position,
        "status": step.status,
        "reused": step.reused,
        "reason": step.reason,
        "sentence": sentence(step.reason, step.reason_data),
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
                "exit_code": attempt.exit_code,
                "started_at": iso(attempt.started_at),
                "ended_at": iso(attempt.ended_at),
            }
            for attempt in step.attempts.all()
        ],
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
    }


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
    published = {output.name: output for output in step.outputs.all()}
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
            }
        )
    return shapes


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


def metric_shape(metric: Metric) -> dict[str, Any]:
    """One logged value."""
    return {
        "name": metric.name,
        "value": metric.value,
        "kind": metric.kind,
        "description": metric.description,
        "logged_at": iso(metric.logged_at),
    }
