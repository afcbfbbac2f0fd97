"""OpenAPI of v1's addresses."""

from __future__ import annotations

from workspaces.api.schema_parts import (
    ADDRESS,
    ANY,
    FLAG,
    JSON,
    MOMENT,
    TEXT,
    Operation,
    listed,
    mapped,
    maybe,
    ref,
    shape,
    text,
    whole,
)

RUNS = (
    "/pipelines/v1.0/subscriptions/{subscription}/resourceGroups/{resource_group}"
    "/providers/Microsoft.MachineLearningServices/workspaces/{workspace_name}/PipelineRuns"
)
OF_RUN = {"run_uid": ref("RunId")}
OF_ENDPOINT = {"endpoint_id": ref("EndpointId")}
VERSION = {"pipelineVersion": ref("EndpointVersionNumber")}

COMPONENTS: dict[str, JSON] = {
    "Subscription": text(100, 1, pattern="^[A-Za-z0-9._-]+$", description="Any: it is not read."),
    "V1Call": {
        "type": "object",
        "properties": {
            "ExperimentName": ref("ExperimentName"),
            "Description": text(10_000),
            "Tags": mapped(text(10_000)),
            "ParameterAssignments": ref("ParameterValues"),
            "DataPathAssignments": mapped(
                {
                    "type": "object",
                    "properties": {"DataStoreName": ref("DatastoreName"), "RelativePath": TEXT},
                    "required": ["DataStoreName"],
                }
            ),
            "DataSetDefinitionValueAssignments": mapped(
                {
                    "type": "object",
                    "properties": {
                        "SavedDataSetReference": shape(Id=ref("DatasetId")),
                    },
                    "required": ["SavedDataSetReference"],
                }
            ),
            "RegenerateOutputs": FLAG,
            "ContinueOnStepFailure": FLAG,
            "ParentRunId": text(255),
        },
        "examples": [{"ExperimentName": "nightly", "ParameterAssignments": {"test_size": 0.2}}],
        "description": "Names of fields are read in any case; unknown ones come as `Warnings`.",
    },
    "V1Run": shape(
        Id=TEXT,
        Status=TEXT,
        RunUrl=ADDRESS,
        RunNumber=whole(1),
        ExperimentName=TEXT,
        Description=TEXT,
        Tags=mapped(TEXT),
        Properties=mapped(TEXT),
        ParameterAssignments=mapped(ANY),
        PipelineId=maybe(TEXT),
        PipelineEndpointId=maybe(TEXT),
        PipelineVersion=maybe(TEXT),
        SubmittedBy=TEXT,
        CreatedDate=MOMENT,
        StartTime=maybe(MOMENT),
        EndTime=maybe(MOMENT),
        Warnings=listed(TEXT),
    ),
    "V1Error": shape(
        error=shape(
            code=TEXT,
            message=text(description="A sentence for people."),
            target=maybe(TEXT),
            details=listed(shape(code=TEXT, message=TEXT, target=maybe(TEXT), node=maybe(TEXT))),
        )
    ),
}


def submit(summary: str, path: dict[str, JSON], query: dict[str, JSON]) -> Operation:
    """What the addresses that start a run share."""
    return Operation(
        summary,
        {200: ref("V1Run")},
        body=ref("V1Call"),
        body_needed=False,
        path=path,
        query=query,
        repeatable=True,
    )


OPERATIONS: dict[str, Operation] = {
    f"POST {RUNS}/PipelineSubmit/{{published_id}}": submit(
        "Run a published pipeline", {"published_id": ref("PublishedId")}, {}
    ),
    f"POST {RUNS}/PipelineEndpointSubmit/Name": submit(
        "Run an endpoint by name", {}, {"name": ref("EndpointName"), **VERSION}
    ),
    f"POST {RUNS}/PipelineEndpointSubmit/Id/{{endpoint_id}}": submit(
        "Run an endpoint", OF_ENDPOINT, VERSION
    ),
    f"POST {RUNS}/PipelineEndpointSubmit/Id/{{endpoint_id}}/{{version}}": submit(
        "Run a version of an endpoint",
        {**OF_ENDPOINT, "version": ref("EndpointVersionNumber")},
        {},
    ),
    f"GET {RUNS}/{{run_uid}}": Operation("How a run is", {200: ref("V1Run")}, path=OF_RUN),
    f"POST {RUNS}/{{run_uid}}/Cancel": Operation("Cancel a run", {200: ref("V1Run")}, path=OF_RUN),
}
