"""Runs and steps of the server in the shapes v1 programs read."""

from __future__ import annotations

import json
from typing import Any, Dict

Json = Dict[str, Any]
PIPELINE_RUN, STEP_RUN = "azureml.PipelineRun", "azureml.StepRun"
CHILD_RUN = "azureml.scriptrun"
LOG_NAME = "logs/std_log.txt"


def describe_run(document: Json) -> Json:
    """`get_details()` of a run."""
    details = {
        "runId": document["id"],
        "status": document["status"],
        "startTimeUtc": document.get("started_at"),
        "endTimeUtc": document.get("ended_at"),
        "description": document.get("description", ""),
        "properties": properties_of_run(document),
        "inputDatasets": [],
        "outputDatasets": [],
        "logFiles": {},
        "submittedBy": document.get("submitted_by"),
    }
    error = document.get("error")
    if error:
        lines = [error.get("message") or "", *error.get("lines", [])]
        details["error"] = _error(error.get("step"), "\n".join(lines).strip())
    return details


def describe_child(document: Json) -> Json:
    """`get_details()` of a child run."""
    details = {
        "runId": document["id"],
        "status": document["status"],
        "startTimeUtc": document.get("started_at"),
        "endTimeUtc": document.get("ended_at"),
        "properties": dict(document.get("properties") or {}),
        "inputDatasets": [],
        "outputDatasets": [],
        "logFiles": {},
    }
    if document["status"] == "Failed":
        details["error"] = _error(None, document.get("error") or "The child run failed.")
    return details


def describe_step(document: Json, log_url: str) -> Json:
    """`get_details()` of a step run."""
    details = {
        "runId": document["id"],
        "target": document.get("compute"),
        "status": document["status"],
        "startTimeUtc": document.get("started_at"),
        "endTimeUtc": document.get("ended_at"),
        "properties": properties_of_step(document),
        "inputDatasets": _datasets(document),
        "outputDatasets": _registered(document),
        "runDefinition": {
            "script": document.get("script"),
            "arguments": document.get("arguments", []),
            "target": document.get("compute"),
            "environment": (document.get("environment") or {}).get("asked"),
        },
        "logFiles": {LOG_NAME: log_url} if document.get("attempt") else {},
    }
    if document["status"] == "Failed":
        lines = [document.get("sentence") or "", *(document.get("error_lines") or [])]
        details["error"] = _error(document.get("name"), "\n".join(lines).strip())
    return details


def properties_of_run(document: Json) -> Dict[str, str]:
    """The run's own properties and the marks v1 sets."""
    marks = {
        "azureml.runsource": PIPELINE_RUN,
        "runSource": document.get("source") or "SDK",
        "runType": "HTTP" if document.get("source") == "REST" else "SDK",
        "azureml.parameters": _text(document.get("parameters") or {}),
    }
    published = (document.get("origin") or {}).get("published")
    if published:
        marks["azureml.pipelineid"] = published["id"]
    return {**marks, **(document.get("properties") or {})}


def properties_of_step(document: Json) -> Dict[str, str]:
    """The step's own properties and the marks v1 sets, those of reuse included."""
    marks = {
        "azureml.runsource": STEP_RUN,
        "ContentSnapshotId": document.get("snapshot_id") or "",
        "StepType": "PythonScriptStep",
        "azureml.moduleName": document.get("name") or "",
        "azureml.pipelinerunid": document.get("run_id") or "",
    }
    if document.get("published_pipeline_id"):
        marks["azureml.pipelineid"] = document["published_pipeline_id"]
    source = document.get("reused_from")
    if document.get("reused"):
        marks["azureml.isreused"] = "true"
    if source:
        marks["azureml.reusedrunid"] = source["step_id"]
        marks["azureml.reusednodeid"] = document.get("node_id") or ""
        marks["azureml.reusedpipeline"] = source["run_id"]
        marks["azureml.reusedpipelinerunid"] = source["run_id"]
    return {**marks, **(document.get("properties") or {})}


def tags_of_step(document: Json) -> Dict[str, str]:
    """The step's own tags and the marks v1 sets."""
    marks = {
        "azureml.nodeid": document.get("node_id") or "",
        "azureml.pipeline": document.get("run_id") or "",
        "azureml.pipelineComponent": STEP_RUN,
    }
    return {**marks, **(document.get("tags") or {})}


def tags_of_child(document: Json) -> Dict[str, str]:
    """The tags of a child run."""
    return dict(document.get("tags") or {})


def _datasets(document: Json) -> list[Json]:
    found = []
    for given in document.get("inputs") or []:
        source = given.get("source") or given
        identity = source.get("dataset") or source.get("dataset_id")
        if identity:
            found.append(
                {
                    "dataset": {"id": identity},
                    "consumptionDetails": {
                        "type": "RunInput",
                        "inputName": given.get("name"),
                        "mechanism": given.get("mode"),
                    },
                }
            )
    return found


def _registered(document: Json) -> list[Json]:
    """The datasets that the step's outputs were registered as."""
    return [
        {
            "identifier": {"savedId": output["dataset"]["id"]},
            "dataset": output["dataset"],
            "outputDetails": {"outputName": output["name"]},
        }
        for output in document.get("outputs") or []
        if output.get("dataset")
    ]


def _error(step: str | None, message: str) -> Json:
    text = f"Step '{step}' failed. {message}" if step else message
    return {"error": {"code": "UserError", "message": text, "details": []}}


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
