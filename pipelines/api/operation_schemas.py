"""OpenAPI of experiments, runs, steps and child runs: what each address takes and answers."""

from __future__ import annotations

from typing import Any

from workspaces.api.schema_parts import (
    BYTES,
    FLAG,
    JSON,
    PAGING,
    PLAIN,
    SEARCH,
    TEXT,
    WORKSPACE,
    Operation,
    body,
    choice,
    items_of,
    listed,
    maybe,
    page_of,
    ref,
    shape,
    text,
    whole,
)

PROGRAM_ANSWER: dict[int, Any] = {200: [("text/x-python", TEXT), ("application/zip", BYTES)]}
PROGRAM_QUERY = {
    "format": choice("py", "zip", description="The text, or a zip with the source folders, too."),
    "download": choice("1", description="As a file."),
}
FILE = ("application/octet-stream", BYTES)
RUNS, RUN = f"{WORKSPACE}/runs", f"{WORKSPACE}/runs/{{run_uid}}"
STEP, CHILD = f"{WORKSPACE}/steps/{{step_uid}}", f"{WORKSPACE}/children/{{child_uid}}"
OF_RUN = {"run_uid": ref("RunId")}
OF_STEP = {"step_uid": ref("StepId")}
OF_CHILD = {"child_uid": ref("ChildId")}
OUTPUT = {**OF_STEP, "name": ref("OutputName")}
METRICS_PAGING: dict[str, JSON] = {
    "cursor": ref("MetricsCursor"),
    "limit": whole(1, 20_000, default=20_000),
    "name": text(255, pattern=PLAIN, description="Of this metric only."),
}
METRICS = {**METRICS_PAGING, "recursive": {**FLAG, "description": "Also those of what is below."}}
LOG = {
    "offset": whole(-(10**18) + 1, 10**18 - 1, default=0),
    "limit": whole(1, 1 << 20),
    "attempt": ref("AttemptNumber"),
}

OPERATIONS: dict[str, Operation] = {
    f"GET {WORKSPACE}/experiments": Operation(
        "Experiments", {200: items_of("Experiment")}, query=SEARCH
    ),
    f"POST {WORKSPACE}/experiments": Operation(
        "Get or create an experiment",
        {200: ref("Experiment")},
        body=body(("name",), {"name": "iris"}, name=ref("ExperimentName")),
    ),
    f"GET {WORKSPACE}/experiments/{{name}}": Operation(
        "One experiment", {200: ref("Experiment")}, path={"name": ref("KnownExperimentName")}
    ),
    f"GET {RUNS}": Operation(
        "Runs",
        {200: page_of("Run")},
        query={
            "experiment": ref("ExperimentName"),
            "status": listed(ref("Status")),
            "q": text(255, pattern=PLAIN),
            **PAGING,
        },
    ),
    f"POST {RUNS}": Operation(
        "Submit a pipeline", {201: ref("RunDetail")}, body=ref("Submit"), repeatable=True
    ),
    f"POST {RUNS}/validate": Operation(
        "Check a submit",
        {200: shape(problems=listed(ref("GraphProblem")))},
        body=ref("DryRun"),
    ),
    f"POST {RUNS}/forecast": Operation(
        "Which steps would run",
        {200: ref("Forecast")},
        body={"oneOf": [ref("StoredDryRun"), ref("DryRun")]},
    ),
    f"GET {RUN}": Operation("One run", {200: ref("RunDetail")}, path=OF_RUN),
    f"PATCH {RUN}": Operation(
        "Change tags and description", {200: ref("RunDetail")}, body=ref("RunChanges"), path=OF_RUN
    ),
    f"POST {RUN}/cancel": Operation("Cancel a run", {200: ref("RunDetail")}, path=OF_RUN),
    f"POST {RUN}/resume": Operation(
        "Go on where a run ended",
        {201: ref("RunDetail")},
        body=ref("Resume"),
        body_needed=False,
        path={"run_uid": ref("EndedRunId")},
        repeatable=True,
    ),
    f"POST {RUN}/resubmit": Operation(
        "Run the same pipeline again",
        {201: ref("RunDetail")},
        body=ref("Resubmit"),
        body_needed=False,
        path=OF_RUN,
        repeatable=True,
    ),
    f"GET {RUN}/program": Operation(
        "A run as a Python program", PROGRAM_ANSWER, query=PROGRAM_QUERY, path=OF_RUN
    ),
    f"GET {RUN}/steps": Operation(
        "Steps of a run",
        {200: shape(items=listed(ref("Step")), next=maybe(whole()))},
        query={"limit": whole(0, 10_000), "after": whole(0, 10**9)},
        path=OF_RUN,
    ),
    f"GET {RUN}/events": Operation(
        "Follow a run",
        {200: shape(items=listed(ref("Event")), last=whole())},
        query={
            "after": whole(0, 10**18 - 1),
            "wait": ref("WaitSeconds"),
        },
        path=OF_RUN,
    ),
    f"GET {RUN}/metrics": Operation(
        "Metrics of a run", {200: page_of("Metric")}, query=METRICS, path=OF_RUN
    ),
    f"POST {RUN}/records": Operation(
        "Log on a run", {200: ref("Stored")}, body=ref("Records"), path=OF_RUN, repeatable=True
    ),
    f"GET {RUN}/graph.dot": Operation(
        "The graph for Graphviz", {200: ("text/vnd.graphviz", TEXT)}, path=OF_RUN
    ),
    f"GET {RUN}/artifacts": Operation("Files of a run", {200: items_of("Artifact")}, path=OF_RUN),
    f"GET {RUN}/artifacts/{{path}}": Operation(
        "Download a file of a run", {200: FILE}, path={**OF_RUN, "path": ref("RunFilePath")}
    ),
    f"PUT {RUN}/artifacts/{{path}}": Operation(
        "Keep a file with a run",
        {201: ref("KeptArtifact")},
        body=BYTES,
        body_type="application/octet-stream",
        path={**OF_RUN, "path": ref("NewArtifactPath")},
    ),
    f"GET {RUN}/children": Operation("Child runs of a run", {200: items_of("Child")}, path=OF_RUN),
    f"POST {RUN}/children": Operation(
        "Open a child run of a run",
        {201: ref("Child")},
        body=ref("NewChild"),
        body_needed=False,
        path=OF_RUN,
    ),
    f"GET {STEP}": Operation("One step", {200: ref("Step")}, path=OF_STEP),
    f"POST {STEP}/cancel": Operation("Cancel a step", {200: ref("Step")}, path=OF_STEP),
    f"GET {STEP}/log": Operation(
        "The log of a step", {200: ("text/plain", TEXT)}, query=LOG, path=OF_STEP
    ),
    f"GET {STEP}/resources": Operation(
        "What a step used",
        {200: items_of("Sample")},
        query={"attempt": LOG["attempt"]},
        path=OF_STEP,
    ),
    f"GET {STEP}/metrics": Operation(
        "Metrics of a step", {200: page_of("Metric")}, query=METRICS, path=OF_STEP
    ),
    f"POST {STEP}/records": Operation(
        "Log on a step", {200: ref("Stored")}, body=ref("Records"), path=OF_STEP, repeatable=True
    ),
    f"GET {STEP}/artifacts": Operation(
        "Files of a step", {200: items_of("Artifact")}, path=OF_STEP
    ),
    f"GET {STEP}/artifacts/{{path}}": Operation(
        "Download a file of a step", {200: FILE}, path={**OF_STEP, "path": ref("StepFilePath")}
    ),
    f"PUT {STEP}/artifacts/{{path}}": Operation(
        "Keep a file with a step",
        {201: ref("KeptArtifact")},
        body=BYTES,
        body_type="application/octet-stream",
        path={**OF_STEP, "path": ref("NewArtifactPath")},
    ),
    f"GET {STEP}/children": Operation(
        "Child runs of a step", {200: items_of("Child")}, path=OF_STEP
    ),
    f"POST {STEP}/children": Operation(
        "Open a child run of a step",
        {201: ref("Child")},
        body=ref("NewChild"),
        body_needed=False,
        path=OF_STEP,
    ),
    f"GET {STEP}/outputs/{{name}}/files": Operation(
        "Files of an output", {200: items_of("Artifact")}, path=OUTPUT
    ),
    f"GET {STEP}/outputs/{{name}}/files/": Operation(
        "Download an output that is a file",
        {200: FILE},
        path={**OF_STEP, "name": ref("FileOutputName")},
    ),
    f"GET {STEP}/outputs/{{name}}/files/{{path}}": Operation(
        "Download a file of an output",
        {200: FILE},
        path={**OUTPUT, "path": ref("OutputPath")},
    ),
    f"GET {STEP}/outputs/{{name}}/rows": Operation(
        "Rows of an output that is a table",
        {200: ("application/x-forebay-table", BYTES)},
        query={"limit": whole(0, 1_000_000)},
        path={**OF_STEP, "name": ref("TableOutputName")},
    ),
    f"GET {CHILD}": Operation("One child run", {200: ref("Child")}, path=OF_CHILD),
    f"PATCH {CHILD}": Operation(
        "Change a child run", {200: ref("Child")}, body=ref("ChildChanges"), path=OF_CHILD
    ),
    f"POST {CHILD}/end": Operation(
        "End a child run", {200: ref("Child")}, body=ref("ChildEnd"), path=OF_CHILD
    ),
    f"GET {CHILD}/children": Operation(
        "Child runs of a child run", {200: items_of("Child")}, path=OF_CHILD
    ),
    f"POST {CHILD}/children": Operation(
        "Open a child run of a child run",
        {201: ref("Child")},
        body=ref("NewChild"),
        body_needed=False,
        path=OF_CHILD,
    ),
    f"GET {CHILD}/metrics": Operation(
        "Metrics of a child run", {200: page_of("Metric")}, query=METRICS_PAGING, path=OF_CHILD
    ),
    f"POST {CHILD}/records": Operation(
        "Log on a child run",
        {200: ref("Stored")},
        body=ref("Records"),
        path=OF_CHILD,
        repeatable=True,
    ),
}
COMPONENTS: dict[str, JSON] = {
    "AttemptNumber": whole(0, 10**6, default=0, description="From 1; 0: the last one."),
    "MetricsCursor": text(1000, 1, description="`next` of the page before, as it was given out."),
    "WaitSeconds": {"type": "number", "minimum": 0, "maximum": 25, "default": 0},
    "FileOutputName": text(100, 1, description="An output of the step that is one file."),
    "TableOutputName": text(100, 1, description="An output of Parquet, CSV or TSV files."),
}
