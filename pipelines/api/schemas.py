"""OpenAPI of experiments, runs, steps, child runs and what they log and keep: the shapes."""

from __future__ import annotations

from workspaces.api.schema_parts import (
    ADDRESS,
    ANY,
    COUNT,
    DESCRIPTION,
    FLAG,
    FREE,
    JSON,
    MOMENT,
    NUMBER,
    TEXT,
    TEXT_CHANGES,
    TEXTS,
    body,
    choice,
    listed,
    mapped,
    maybe,
    name_text,
    ref,
    shape,
    text,
    whole,
)

STATUS = ref("Status")
ENDED = ("Completed", "Failed", "Canceled")
PARAMETERS = ref("ParameterValues")
NODE_IDS = listed(ref("NodeId"), uniqueItems=True)
SECONDS = maybe(whole(1, 31_536_000))
SUBMIT = {
    "graph": ref("Graph"),
    "parameters": PARAMETERS,
    "description": DESCRIPTION,
    "tags": TEXTS,
    "properties": TEXTS,
    "source": choice("SDK", "Designer", "Studio", "REST", "Schedule"),
    "regenerate_outputs": {**FLAG, "description": "Run every step, whatever could be reused."},
    "continue_on_step_failure": FLAG,
    "force_nodes": {**NODE_IDS, "description": "Steps that run whatever could be reused."},
    "retry": maybe(ref("Retry")),
    "timeout_seconds": SECONDS,
    "resume_from": maybe(ref("EndedRunId")),
    "rerun_from_node": maybe(ref("NodeId")),
}
FROM_A_RUN = {"dependentRequired": {"rerun_from_node": ["resume_from"]}}
AGAIN = {"parameters": PARAMETERS, "force_nodes": NODE_IDS}
RUN_FIELDS = {
    "id": TEXT,
    "number": whole(1),
    "name": TEXT,
    "experiment": TEXT,
    "status": STATUS,
    "reason": TEXT,
    "sentence": TEXT,
    "source": TEXT,
    "origin": {**FREE, "description": "The published pipeline, endpoint or schedule behind it."},
    "description": TEXT,
    "tags": mapped(TEXT),
    "properties": mapped(TEXT),
    "parameters": FREE,
    "regenerate_outputs": FLAG,
    "continue_on_step_failure": FLAG,
    "step_count": COUNT,
    "submitted_by": TEXT,
    "submitted_at": MOMENT,
    "started_at": maybe(MOMENT),
    "ended_at": maybe(MOMENT),
    "url": ADDRESS,
    "timeout_seconds": SECONDS,
    "retry": maybe(FREE),
}
STEP_FIELDS = {
    "id": TEXT,
    "run_id": TEXT,
    "published_pipeline_id": maybe(TEXT),
    "node_id": TEXT,
    "name": TEXT,
    "position": COUNT,
    "status": STATUS,
    "reused": FLAG,
    "reason": TEXT,
    "sentence": TEXT,
    "why": {**FREE, "description": "Why the step ran or was reused."},
    "reused_from": maybe(
        shape(step_id=TEXT, run_id=TEXT, run_number=COUNT, experiment=TEXT, url=ADDRESS)
    ),
    "attempt": COUNT,
    "attempts": listed(FREE),
    "retry": maybe(FREE),
    "retries": COUNT,
    "not_before": maybe(MOMENT),
    "timeout_seconds": SECONDS,
    "tags": mapped(TEXT),
    "properties": mapped(TEXT),
    "compute": TEXT,
    "script": maybe(TEXT),
    "snapshot_id": TEXT,
    "environment": FREE,
    "arguments": listed(ANY),
    "inputs": listed(FREE),
    "outputs": listed(FREE),
    "queued_at": maybe(MOMENT),
    "started_at": maybe(MOMENT),
    "ended_at": maybe(MOMENT),
    "exit_code": maybe(whole()),
    "error_lines": listed(TEXT),
    "resources": maybe(FREE),
    "queue_position": maybe(ANY),
}

FORECAST: dict[str, JSON] = {
    "steps": listed(
        shape(
            node=TEXT,
            name=TEXT,
            answer=choice("reused", "runs", "depends"),
            sentence=TEXT,
            run=maybe(ANY),
            on=listed(TEXT),
        )
    ),
    "counts": mapped(COUNT),
}

COMPONENTS: dict[str, JSON] = {
    "ParameterValues": mapped(ANY, description="Values by the parameters' names."),
    "RunId": text(36, 1, description="The id of a run.", examples=["5d0b2e0e…"]),
    "EndedRunId": text(36, 1, description="The id of a run that has ended."),
    "StepId": text(36, 1, description="The id of a step's run."),
    "ChildId": text(36, 1, description="The id of a child run."),
    "NodeId": text(64, 1, description="The id of a node of the graph."),
    "OutputName": text(100, 1, description="An output of the step."),
    "OutputPath": text(1000, 1, description="A file of the output."),
    "RunFilePath": text(1000, 1, description="A file that was kept with the run."),
    "StepFilePath": text(1000, 1, description="A file that was kept with the step."),
    "NewArtifactPath": text(
        500, 1, pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._-]{0,60}(/[A-Za-z0-9_-]{1,40}){0,4}$"
    ),
    "ExperimentName": text(
        255,
        1,
        pattern=r"^[^\x00-\x20\x7f/\\?#%.]([^\x00-\x1f\x7f/\\?#%]*[^\x00-\x20\x7f/\\?#%])?$",
        examples=["iris"],
    ),
    "KnownExperimentName": text(
        255, 1, description="The name of an experiment.", examples=["iris"]
    ),
    "Status": choice(
        "NotStarted",
        "Queued",
        "Preparing",
        "Starting",
        "Running",
        "Finalizing",
        "CancelRequested",
        *ENDED,
    ),
    "Run": shape(**RUN_FIELDS),
    "RunDetail": shape(
        **RUN_FIELDS,
        error=maybe(shape(step=maybe(TEXT), step_id=maybe(TEXT), message=TEXT, lines=listed(TEXT))),
        resumed_from=maybe(shape(id=TEXT, number=COUNT, url=ADDRESS)),
        last_event=whole(),
        graph=maybe(FREE),
        steps=maybe(listed(ref("Step"))),
    ),
    "Step": shape(**STEP_FIELDS),
    "Submit": {
        **body(("experiment", "graph"), experiment=ref("ExperimentName"), **SUBMIT),
        **FROM_A_RUN,
    },
    "DryRun": {
        **body(("graph",), experiment=ref("ExperimentName"), **SUBMIT),
        **FROM_A_RUN,
    },
    "StoredDryRun": body(
        ("run",),
        run=ref("RunId"),
        **AGAIN,
        regenerate_outputs=FLAG,
        resume_from=maybe(ref("EndedRunId")),
        rerun_from_node=maybe(ref("NodeId")),
    ),
    "Resume": body((), **AGAIN, from_node=maybe(ref("NodeId"))),
    "Resubmit": body((), **AGAIN, regenerate_outputs=FLAG),
    "Forecast": shape(**FORECAST),
    "RunChanges": body(
        example={"tags": {"quality": "good", "draft": None}},
        description=DESCRIPTION,
        tags=TEXT_CHANGES,
        properties=TEXT_CHANGES,
    ),
    "Event": shape(id=whole(), kind=TEXT, data=FREE, at=MOMENT),
    "Experiment": shape(
        id=TEXT,
        name=TEXT,
        description=TEXT,
        created_at=MOMENT,
        run_count=COUNT,
        last_run=maybe(ref("Run")),
    ),
    "Metric": shape(
        name=TEXT, value=ANY, kind=TEXT, description=TEXT, logged_at=MOMENT, child=maybe(TEXT)
    ),
    "Records": body(
        ("records",),
        {"records": [{"kind": "metric", "name": "accuracy", "value": 0.93}]},
        records=listed(ref("Record"), maxItems=10_000),
    ),
    "Record": {
        "oneOf": [
            body(
                ("kind", "name", "value"),
                kind=choice("metric"),
                target=choice("self", "parent"),
                name=name_text(),
                value={"anyOf": [NUMBER, TEXT, listed(NUMBER), mapped(ANY)]},
                metric_kind=text(20),
                description=text(500),
                at=MOMENT,
            ),
            body(
                ("kind", "name", "value"),
                kind=choice("tag", "property"),
                target=choice("self", "parent"),
                name=name_text(),
                value=DESCRIPTION,
            ),
        ]
    },
    "Stored": shape(stored=COUNT),
    "Child": shape(
        id=TEXT,
        name=TEXT,
        number=whole(1),
        status=STATUS,
        error=TEXT,
        tags=mapped(TEXT),
        properties=mapped(TEXT),
        run_id=TEXT,
        step_id=maybe(TEXT),
        parent_id=TEXT,
        experiment=TEXT,
        started_at=MOMENT,
        ended_at=maybe(MOMENT),
    ),
    "NewChild": body(
        example={"name": "fold 1"},
        name=text(255),
        id=text(
            36,
            pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
            description="A GUID of your choice: asked again, it is the same child.",
        ),
        tags=TEXTS,
    ),
    "ChildChanges": body(name=text(255, 1), tags=TEXT_CHANGES, properties=TEXT_CHANGES),
    "ChildEnd": body(("status",), status=choice(*ENDED), error=text(2000)),
    "Artifact": shape(path=TEXT, size=COUNT),
    "KeptArtifact": shape(path=TEXT, size=COUNT, sha256=TEXT),
    "Sample": {
        "type": "object",
        "properties": {
            "t": NUMBER,
            "cpu": maybe(NUMBER),
            "memory_mb": maybe(NUMBER),
            "processes": maybe(NUMBER),
            "gpu": maybe(ANY),
        },
    },
}
