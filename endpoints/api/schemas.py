"""OpenAPI of published pipelines, endpoints, schedules and notification rules: the shapes."""

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
    TEXT,
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

LIVE = choice("Active", "Disabled")
WORDS = ref("ParameterValues")
PARAMETER_LIST = listed(shape(name=TEXT, type=TEXT, default=ANY))
VERSION_NUMBER = text(8, pattern="^[0-9]+$", examples=["0"])
STAMPS = {"created_by": TEXT, "created_at": MOMENT, "updated_by": TEXT, "updated_at": MOMENT}
USAGE = {
    "run_count": COUNT,
    "last_run": maybe(
        shape(id=TEXT, number=COUNT, experiment=TEXT, status=ref("Status"), submitted_at=MOMENT)
    ),
}
SHORT_RUN = maybe(shape(id=TEXT, number=COUNT, experiment=TEXT, status=ref("Status")))
PUBLISHED_FIELDS = {
    "id": TEXT,
    "name": TEXT,
    "description": TEXT,
    "version": TEXT,
    "status": LIVE,
    "endpoint": {**ADDRESS, "description": "Where v1's callers POST to."},
    "url": {**ADDRESS, "description": "Its page."},
    "graph_id": {**TEXT, "description": "Equal graphs share it."},
    "step_count": COUNT,
    "parameters": PARAMETER_LIST,
}
FULL_PUBLISHED = {
    **PUBLISHED_FIELDS,
    "step_names": listed(TEXT),
    "continue_on_step_failure": FLAG,
    "source_run": maybe(shape(id=TEXT, number=COUNT, experiment=TEXT)),
    **STAMPS,
    **USAGE,
}
PUBLISH = {
    "name": name_text(),
    "description": DESCRIPTION,
    "version": text(100),
    "continue_on_step_failure": FLAG,
}
CALL = {
    "experiment": ref("ExperimentName"),
    "parameters": WORDS,
    "description": DESCRIPTION,
    "tags": TEXTS,
    "regenerate_outputs": FLAG,
    "force_nodes": listed(ref("NodeId"), uniqueItems=True),
    "continue_on_step_failure": FLAG,
    "parent_run_id": text(255),
}
NUMBERS = listed(whole(0, 59), uniqueItems=True)
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LOCAL = text(pattern=r"^20[0-9]{2}-0[1-9]-[0-2][1-8]T[01][0-9]:[0-5][0-9]:00$")
TIMES = {
    "time_zone": ref("TimeZone"),
    "start_at": {**LOCAL, "description": "On the clocks of the time zone, or with an offset."},
    "end_at": text(pattern=r"^21[0-9]{2}-0[1-9]-[0-2][1-8]T[01][0-9]:[0-5][0-9]:00$"),
}
WAYS = {
    "name": name_text(),
    "description": DESCRIPTION,
    "status": LIVE,
    "experiment": ref("ExperimentName"),
    "parameters": WORDS,
    "continue_on_step_failure": maybe(FLAG),
    "missed_policy": choice("skip", "run_once", "catch_up"),
}
WATCH = {
    "path_on_datastore": ref("NewFilePath"),
    "polling_interval": whole(1, 9999, description="Minutes."),
    "data_path_parameter_name": ref("DataPathParameter"),
    "include_subfolders": FLAG,
    "one_run_per_change": FLAG,
}
TRIGGERS: dict[str, dict[str, JSON]] = {
    "recurrence": {"recurrence": ref("Recurrence"), "time_zone": ref("TimeZone")},
    "cron": {"cron": ref("Cron"), **TIMES},
    "datastore": {"datastore": ref("DatastoreName"), **TIMES, **WATCH},
}
SUBJECTS = ("published_pipeline", "endpoint")
OF = {"published_pipeline": ref("PublishedId"), "endpoint": ref("EndpointId")}
EVENTS = listed(choice("failed", "completed"), minItems=1, uniqueItems=True)
EMAIL = {"channel": choice("email"), "address": ref("EmailAddress")}
WEBHOOK = {"channel": choice("webhook"), "address": ref("WebhookAddress")}


def either(needed: tuple[str, ...], ways: list[dict[str, JSON]], **shared: JSON) -> JSON:
    """One of several bodies that share `needed` and `shared` fields."""
    return {"oneOf": [body((*needed, *list(way)[:1]), **way, **shared) for way in ways]}


COMPONENTS: dict[str, JSON] = {
    "PublishedId": text(36, 1, description="The id of a published pipeline."),
    "EndpointId": text(36, 1, description="The id of a pipeline endpoint."),
    "EndpointName": text(255, 1, description="The name of a pipeline endpoint."),
    "EndpointVersionNumber": {**VERSION_NUMBER, "description": "A version of the endpoint."},
    "OtherVersionNumber": {**VERSION_NUMBER, "description": "Not the default version."},
    "ScheduleId": text(36, 1, description="The id of a schedule."),
    "RuleId": text(36, 1, description="The id of a notification rule."),
    "TimeZone": text(
        60,
        1,
        description="A name of the IANA database, or one of Windows.",
        examples=["Europe/Berlin", "W. Europe Standard Time"],
    ),
    "Cron": text(
        200, 9, description="Minute, hour, day, month, weekday.", examples=["30 6 * * 1-5"]
    ),
    "EmailAddress": text(1000, 3, description="One or more, by comma.", examples=["a@example.org"]),
    "WebhookAddress": text(2000, 8, pattern="^https?://", examples=["https://hooks.example.org/x"]),
    "DataPathParameter": text(100, description="A datapath parameter: gets the changed path."),
    "Published": shape(**FULL_PUBLISHED),
    "PublishedDetail": shape(
        **FULL_PUBLISHED,
        graph=FREE,
        reads_at_run_time={**ANY, "description": "Data that is not frozen."},
        environments=listed(shape(key=TEXT, status=TEXT, lock=ANY)),
        endpoints=listed(shape(id=TEXT, name=TEXT, status=TEXT, version=TEXT, is_default=FLAG)),
    ),
    "Publish": body(("name", "graph"), graph=ref("Graph"), **PUBLISH),
    "PublishRun": body(("name",), {"name": "nightly", "version": "1.4"}, **PUBLISH, defaults=WORDS),
    "PublishDraft": body(
        ("name",),
        {"name": "nightly", "endpoint": {"name": "score"}},
        **PUBLISH,
        parameters=WORDS,
        endpoint={
            "oneOf": [
                body(("id",), id=ref("EndpointId"), make_default=FLAG),
                body(("name",), name=name_text(), description=DESCRIPTION),
            ]
        },
        revision=ref("DraftRevision"),
    ),
    "PublishedChanges": body(
        (), {"status": "Disabled"}, name=name_text(), description=DESCRIPTION, status=LIVE
    ),
    "Call": body((), {"experiment": "nightly", "parameters": {"test_size": 0.2}}, **CALL),
    "EndpointCall": body((), {"version": "0"}, version=ref("EndpointVersionNumber"), **CALL),
    "Endpoint": shape(
        id=TEXT,
        name=TEXT,
        description=TEXT,
        status=choice("Active", "Disabled", "Archived"),
        default_version=TEXT,
        endpoint=ADDRESS,
        url=ADDRESS,
        versions=listed(ref("EndpointVersion")),
        **STAMPS,
        **USAGE,
    ),
    "EndpointVersion": shape(
        version=TEXT,
        status=LIVE,
        is_default=FLAG,
        endpoint=ADDRESS,
        added_by=TEXT,
        added_at=MOMENT,
        published_pipeline=shape(**PUBLISHED_FIELDS),
    ),
    "NewEndpoint": {
        "oneOf": [
            body(
                ("name", "published_pipeline"),
                name=name_text(),
                description=DESCRIPTION,
                published_pipeline=ref("PublishedId"),
            ),
            body(("name", "graph"), graph=ref("Graph"), **PUBLISH),
        ]
    },
    "EndpointChanges": body(
        (),
        {"default_version": "1"},
        name=name_text(),
        description=DESCRIPTION,
        status=choice("Active", "Disabled", "Archived"),
        default_version=ref("EndpointVersionNumber"),
    ),
    "NewVersion": {
        "oneOf": [
            body(
                ("published_pipeline",),
                published_pipeline=ref("PublishedId"),
                make_default=FLAG,
            ),
            body(("graph",), graph=ref("Graph"), make_default=FLAG, **PUBLISH),
        ]
    },
    "Schedule": shape(
        id=TEXT,
        name=TEXT,
        description=TEXT,
        status=LIVE,
        published_pipeline=maybe(shape(id=TEXT, name=TEXT, version=TEXT)),
        endpoint=maybe(shape(id=TEXT, name=TEXT)),
        experiment=maybe(TEXT),
        parameters=FREE,
        continue_on_step_failure=maybe(FLAG),
        trigger=choice("recurrence", "cron", "datastore"),
        recurrence=maybe(FREE),
        cron=maybe(TEXT),
        time_zone=TEXT,
        start_at=maybe(MOMENT),
        end_at=maybe(MOMENT),
        missed_policy=choice("skip", "run_once", "catch_up"),
        datastore=maybe(TEXT),
        path_on_datastore=TEXT,
        polling_interval=whole(1),
        data_path_parameter_name=TEXT,
        include_subfolders=FLAG,
        one_run_per_change=FLAG,
        next_due_at=maybe(MOMENT),
        last_tick=maybe(ref("Tick")),
        runs_as=TEXT,
        url=ADDRESS,
        **STAMPS,
        **USAGE,
    ),
    "Tick": shape(
        due_at=MOMENT,
        path=maybe(TEXT),
        outcome=choice("submitted", "skipped", "failed"),
        sentence=TEXT,
        missed=ANY,
        repeats=ANY,
        done_at=maybe(MOMENT),
        run=SHORT_RUN,
    ),
    "DueTime": shape(at=MOMENT, local=TEXT, time_zone=TEXT),
    "DueTimes": shape(time_zone=TEXT, items=listed(ref("DueTime"))),
    "Recurrence": {
        "oneOf": [
            body(
                ("frequency",),
                frequency=choice("Minute", "Hour", "Month"),
                interval=whole(1, 99),
                startTime=LOCAL,
                timeZone=ref("TimeZone"),
            ),
            body(
                ("frequency",),
                {"frequency": "Week", "weekDays": ["Monday"], "hours": [6], "minutes": [30]},
                frequency=choice("Week"),
                interval=whole(1, 99),
                startTime=LOCAL,
                timeZone=ref("TimeZone"),
                weekDays=listed(choice(*DAY_NAMES), minItems=1, uniqueItems=True),
                timeOfDay=text(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$"),
            ),
            body(
                ("frequency", "hours", "minutes"),
                frequency=choice("Day"),
                interval=whole(1, 99),
                startTime=LOCAL,
                timeZone=ref("TimeZone"),
                hours=listed(whole(0, 23), minItems=1, uniqueItems=True),
                minutes={**NUMBERS, "minItems": 1},
            ),
        ],
        "description": "v1's ScheduleRecurrence.",
    },
    "NewSchedule": {
        "oneOf": [
            body(("name", subject, trigger), **{subject: OF[subject]}, **TRIGGERS[trigger], **WAYS)
            for subject in SUBJECTS
            for trigger in TRIGGERS
        ]
    },
    "ScheduleChanges": {
        "anyOf": [
            body((), {"status": "Disabled"}, **WAYS),
            *(body((trigger,), **TRIGGERS[trigger], **WAYS) for trigger in TRIGGERS),
        ]
    },
    "SchedulePreview": {
        "oneOf": [
            body((trigger,), **{k: v for k, v in fields.items() if k in (trigger, *TIMES)})
            for trigger, fields in TRIGGERS.items()
        ]
    },
    "Rule": shape(
        id=TEXT,
        endpoint=maybe(shape(id=TEXT, name=TEXT)),
        schedule=maybe(shape(id=TEXT, name=TEXT)),
        on=EVENTS,
        channel=choice("email", "webhook"),
        address={**TEXT, "description": "Of a webhook only the host and its end."},
        enabled=FLAG,
        deliveries=mapped(COUNT),
        **STAMPS,
    ),
    "NewRule": {
        "oneOf": [
            body(
                (subject, "channel", "address"),
                **{subject: ref(component)},
                **channel,
                on=EVENTS,
                enabled=FLAG,
            )
            for subject, component in (("endpoint", "EndpointId"), ("schedule", "ScheduleId"))
            for channel in (EMAIL, WEBHOOK)
        ]
    },
    "RuleChanges": body(
        (), {"enabled": False}, on=EVENTS, enabled=FLAG, address=ref("WebhookAddress")
    ),
    "Delivery": shape(
        id=TEXT,
        event=TEXT,
        state=choice("waiting", "sent", "failed"),
        attempts=COUNT,
        next_at=maybe(MOMENT),
        last_error=TEXT,
        created_at=MOMENT,
        ended_at=maybe(MOMENT),
        run=SHORT_RUN,
        due_at=maybe(MOMENT),
    ),
}
