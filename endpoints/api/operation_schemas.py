"""OpenAPI of published pipelines, endpoints, schedules and rules: what each address does."""

from __future__ import annotations

from endpoints.api.schemas import COMPONENTS as SHAPES
from workspaces.api.schema_parts import (
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
    page_of,
    ref,
    shape,
    text,
)

LIST: dict[str, JSON] = {"active_only": {**FLAG, "default": False}, **SEARCH, **PAGING}
NAMED = {**LIST, "name": text(255, pattern=PLAIN, description="The whole name.")}
RULE_FIELDS = SHAPES["Rule"]["properties"]
PUBLISHED_LIST = f"{WORKSPACE}/published-pipelines"
PUBLISHED, OF_PUBLISHED = f"{PUBLISHED_LIST}/{{published_id}}", {"published_id": ref("PublishedId")}
ENDPOINTS = f"{WORKSPACE}/pipeline-endpoints"
ENDPOINT, OF_ENDPOINT = f"{ENDPOINTS}/{{endpoint_id}}", {"endpoint_id": ref("EndpointId")}
SCHEDULES = f"{WORKSPACE}/schedules"
SCHEDULE, OF_SCHEDULE = f"{SCHEDULES}/{{schedule_id}}", {"schedule_id": ref("ScheduleId")}
RULES = f"{WORKSPACE}/notification-rules"
RULE, OF_RULE = f"{RULES}/{{rule_id}}", {"rule_id": ref("RuleId")}

OPERATIONS: dict[str, Operation] = {
    f"POST {WORKSPACE}/runs/{{run_uid}}/publish": Operation(
        "Publish what ran",
        {201: ref("PublishedDetail")},
        body=ref("PublishRun"),
        path={"run_uid": ref("RunId")},
        repeatable=True,
    ),
    f"POST {WORKSPACE}/drafts/{{draft_id}}/publish": Operation(
        "Publish a draft",
        {201: ref("PublishedDetail")},
        body=ref("PublishDraft"),
        path={"draft_id": ref("DraftId")},
        repeatable=True,
    ),
    f"GET {PUBLISHED_LIST}": Operation(
        "Published pipelines", {200: page_of("Published")}, query=NAMED
    ),
    f"POST {PUBLISHED_LIST}": Operation(
        "Publish a graph", {201: ref("PublishedDetail")}, body=ref("Publish"), repeatable=True
    ),
    f"GET {PUBLISHED}": Operation(
        "One published pipeline", {200: ref("PublishedDetail")}, path=OF_PUBLISHED
    ),
    f"PATCH {PUBLISHED}": Operation(
        "Change or disable a published pipeline",
        {200: ref("PublishedDetail")},
        body=ref("PublishedChanges"),
        path=OF_PUBLISHED,
    ),
    f"POST {PUBLISHED}/draft": Operation(
        "Edit a published pipeline as a draft",
        {201: ref("DraftDetail")},
        body=ref("DraftFields"),
        body_needed=False,
        path=OF_PUBLISHED,
        repeatable=True,
    ),
    f"POST {PUBLISHED}/submit": Operation(
        "Run a published pipeline",
        {201: ref("RunDetail")},
        body=ref("Call"),
        body_needed=False,
        path=OF_PUBLISHED,
        repeatable=True,
    ),
    f"GET {PUBLISHED}/runs": Operation(
        "Runs of a published pipeline", {200: page_of("Run")}, query=PAGING, path=OF_PUBLISHED
    ),
    f"GET {ENDPOINTS}": Operation("Pipeline endpoints", {200: page_of("Endpoint")}, query=NAMED),
    f"POST {ENDPOINTS}": Operation(
        "Make a pipeline endpoint", {201: ref("Endpoint")}, body=ref("NewEndpoint"), repeatable=True
    ),
    f"GET {ENDPOINT}": Operation("One pipeline endpoint", {200: ref("Endpoint")}, path=OF_ENDPOINT),
    f"PATCH {ENDPOINT}": Operation(
        "Change, disable or archive an endpoint",
        {200: ref("Endpoint")},
        body=ref("EndpointChanges"),
        path=OF_ENDPOINT,
    ),
    f"GET {ENDPOINT}/versions": Operation(
        "Versions of an endpoint", {200: items_of("EndpointVersion")}, path=OF_ENDPOINT
    ),
    f"POST {ENDPOINT}/versions": Operation(
        "Add a version",
        {201: ref("Endpoint")},
        body=ref("NewVersion"),
        path=OF_ENDPOINT,
        repeatable=True,
    ),
    f"PATCH {ENDPOINT}/versions/{{version}}": Operation(
        "Disable a version",
        {200: ref("Endpoint")},
        body=body(("status",), {"status": "Disabled"}, status=choice("Active", "Disabled")),
        path={**OF_ENDPOINT, "version": ref("OtherVersionNumber")},
    ),
    f"POST {ENDPOINT}/submit": Operation(
        "Run an endpoint",
        {201: ref("RunDetail")},
        body=ref("EndpointCall"),
        body_needed=False,
        path=OF_ENDPOINT,
        repeatable=True,
    ),
    f"GET {ENDPOINT}/runs": Operation(
        "Runs of an endpoint",
        {200: page_of("Run")},
        query={"version": ref("EndpointVersionNumber"), **PAGING},
        path=OF_ENDPOINT,
    ),
    f"GET {SCHEDULES}": Operation(
        "Schedules",
        {200: page_of("Schedule")},
        query={
            **LIST,
            "published_pipeline": ref("PublishedId"),
            "endpoint": ref("EndpointId"),
        },
    ),
    f"POST {SCHEDULES}": Operation(
        "Make a schedule", {201: ref("Schedule")}, body=ref("NewSchedule"), repeatable=True
    ),
    f"POST {SCHEDULES}/preview": Operation(
        "When a schedule would be due", {200: ref("DueTimes")}, body=ref("SchedulePreview")
    ),
    f"GET {SCHEDULE}": Operation("One schedule", {200: ref("Schedule")}, path=OF_SCHEDULE),
    f"PATCH {SCHEDULE}": Operation(
        "Change or pause a schedule",
        {200: ref("Schedule")},
        body=ref("ScheduleChanges"),
        path=OF_SCHEDULE,
    ),
    f"DELETE {SCHEDULE}": Operation("Delete a schedule", {204: None}, path=OF_SCHEDULE),
    f"POST {SCHEDULE}/run-now": Operation(
        "Run a schedule now", {201: ref("RunDetail")}, path=OF_SCHEDULE, repeatable=True
    ),
    f"GET {SCHEDULE}/runs": Operation(
        "Runs of a schedule", {200: page_of("Run")}, query=PAGING, path=OF_SCHEDULE
    ),
    f"GET {SCHEDULE}/ticks": Operation(
        "Due times of a schedule", {200: page_of("Tick")}, query=PAGING, path=OF_SCHEDULE
    ),
    f"GET {SCHEDULE}/next": Operation(
        "When a schedule is due", {200: ref("DueTimes")}, path=OF_SCHEDULE
    ),
    f"GET {RULES}": Operation(
        "Notification rules",
        {200: page_of("Rule")},
        query={"endpoint": ref("EndpointId"), "schedule": ref("ScheduleId"), **PAGING},
    ),
    f"POST {RULES}": Operation(
        "Make a notification rule",
        {
            201: {
                **shape(**RULE_FIELDS),
                "properties": {**RULE_FIELDS, "secret": {**TEXT, "description": "Shown once."}},
            }
        },
        body=ref("NewRule"),
    ),
    f"GET {RULE}": Operation("One notification rule", {200: ref("Rule")}, path=OF_RULE),
    f"PATCH {RULE}": Operation(
        "Change a notification rule", {200: ref("Rule")}, body=ref("RuleChanges"), path=OF_RULE
    ),
    f"DELETE {RULE}": Operation("Delete a notification rule", {204: None}, path=OF_RULE),
    f"POST {RULE}/test": Operation("Send a test", {200: ref("Delivery")}, path=OF_RULE),
    f"POST {RULE}/secret": Operation(
        "Replace a webhook's secret", {200: shape(secret=TEXT)}, path=OF_RULE
    ),
    f"GET {RULE}/deliveries": Operation(
        "Messages of a rule", {200: page_of("Delivery")}, query=PAGING, path=OF_RULE
    ),
}
