"""Schedules of the SDK: what is sent, what is refused before it is, what a YAML file says."""

from __future__ import annotations

import warnings
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from azureml.data.datapath import DataPath
from azureml.exceptions import UserErrorException
from azureml.pipeline.core import Schedule, ScheduleRecurrence, TimeZone
from azureml.pipeline.core._restclients.aeva.models.error_response import ErrorResponseException

from tests.sdk.programs import FakeWorkspace, Store

STORED: dict[str, Any] = {
    "id": "s-1",
    "name": "Nightly",
    "description": "each night",
    "status": "Active",
    "published_pipeline": {"id": "p-1", "name": "Iris"},
    "endpoint": None,
    "recurrence": {"frequency": "Day", "interval": 2, "timeZone": "UTC", "hours": [22]},
    "cron": "",
    "datastore": None,
}


def made(**changes: Any) -> FakeWorkspace:
    return FakeWorkspace(answers={"/schedules": lambda body: {**STORED, **changes}})


def test_a_recurrence_travels_in_v1s_names() -> None:
    ws = made()
    recurrence = ScheduleRecurrence(
        frequency="Week",
        interval=1,
        start_time="2030-01-31T22:30:00",
        time_zone=TimeZone.WEuropeStandardTime,
        week_days=["Monday", "Friday"],
        time_of_day="06:30",
    )
    schedule = Schedule.create(
        ws, "Nightly", "p-1", "nights", recurrence, "each night", {"rate": 0.1}
    )
    (body,) = ws.asked("/schedules")
    assert body == {
        "published_pipeline": "p-1",
        "name": "Nightly",
        "experiment": "nights",
        "description": "each night",
        "continue_on_step_failure": None,
        "parameters": {"rate": 0.1},
        "recurrence": {
            "frequency": "Week",
            "interval": 1,
            "startTime": "2030-01-31T22:30:00",
            "timeZone": "W. Europe Standard Time",
            "hours": None,
            "minutes": None,
            "weekDays": ["Monday", "Friday"],
            "timeOfDay": "06:30",
        },
    }
    assert (schedule.id, schedule.pipeline_id, schedule.pipeline_endpoint_id) == (
        "s-1",
        "p-1",
        None,
    )
    assert schedule.recurrence is not None
    assert (schedule.recurrence.frequency, schedule.recurrence.hours) == ("Day", [22])
    assert (schedule.datastore_name, schedule.polling_interval) == (None, None)
    assert str(schedule).startswith("Schedule(Name: Nightly, Id: s-1, Status: Active")
    assert "<td>s-1</td>" in schedule._repr_html_()


def test_an_endpoint_is_watched_for_changes_of_data() -> None:
    ws = made(published_pipeline=None, endpoint={"id": "e-1"}, datastore="files")
    parameter = DataPath(Store("files"), "in/today")  # type: ignore[arg-type]
    schedule = Schedule.create_for_pipeline_endpoint(
        ws,
        name="On data",
        pipeline_endpoint_id="e-1",
        experiment_name="data",
        datastore=Store("files"),
        data_path_parameter_name="given",
        path_on_datastore="in",
        pipeline_parameters={"other": parameter},
    )
    (body,) = ws.asked("/schedules")
    assert (body["endpoint"], body["datastore"], body["path_on_datastore"]) == (
        "e-1",
        "files",
        "in",
    )
    assert (body["polling_interval"], body["data_path_parameter_name"]) == (5, "given")
    assert body["parameters"] == {"other": {"datastore": "files", "path": "in/today"}}
    assert "recurrence" not in body
    assert (schedule.pipeline_endpoint_id, schedule.datastore_name) == ("e-1", "files")


def test_a_cron_line_is_forebays_own() -> None:
    ws = made(recurrence=None, cron="30 22 * * 1-5")
    Schedule.create(ws, "n", "p-1", "e", cron="30 22 * * 1-5", time_zone="Europe/Berlin")
    (body,) = ws.asked("/schedules")
    assert (body["cron"], body["time_zone"]) == ("30 22 * * 1-5", "Europe/Berlin")


DAILY = ScheduleRecurrence("Day", 1)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "needs recurrence=.* or datastore="),
        ({"recurrence": DAILY, "datastore": Store()}, "recurrence or datastore, not both"),
        ({"recurrence": DAILY, "path_on_datastore": "in"}, "path_on_datastore needs datastore"),
        ({"recurrence": DAILY, "data_path_parameter_name": "p"}, "needs datastore"),
        ({"recurrence": {"frequency": "Day"}}, "must be a ScheduleRecurrence"),
        ({"datastore": Store(), "polling_interval": 0}, "polling_interval is a number of minutes"),
        ({"recurrence": ScheduleRecurrence("Year", 1)}, "frequency must be one of Minute"),
    ],
)
def test_what_can_not_be_a_schedule_is_refused_before_it_is_sent(
    given: dict[str, Any], sentence: str
) -> None:
    ws = made()
    with pytest.raises(UserErrorException, match=sentence):
        Schedule.create(ws, "n", "p-1", "e", **given)
    assert ws.asked("/schedules") == []


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"frequency": "day"}, "frequency must be one of .*not 'day'"),
        ({"interval": 0}, "interval must be 1 or more"),
        ({"interval": True}, "interval must be 1 or more"),
        ({"frequency": "Hour", "hours": [1]}, "hours needs frequency Day, Week or Month"),
        ({"frequency": "Minute", "time_of_day": "1:00"}, "time_of_day needs frequency"),
        ({"hours": [24]}, "hours are whole numbers from 0 to 23; 24 is none"),
        ({"minutes": [60]}, "minutes are whole numbers from 0 to 59"),
        ({"week_days": ["Monday"]}, "week_days need frequency 'Week'"),
        ({"frequency": "Week", "week_days": ["Mon"]}, "'Mon' is none"),
        ({"hours": [1], "time_of_day": "01:00"}, "time_of_day or hours, not both"),
        ({"time_of_day": "25:00"}, "time_of_day is like '22:30'"),
        ({"start_time": "tomorrow"}, "start_time must be like"),
        ({"start_time": 5}, "start_time must be a datetime"),
    ],
)
def test_validate_names_the_field(given: dict[str, Any], sentence: str) -> None:
    recurrence = ScheduleRecurrence(**{"frequency": "Day", "interval": 1, **given})
    with pytest.raises(ValueError, match=sentence) as caught:
        recurrence.validate()
    assert isinstance(caught.value, UserErrorException)


def test_a_start_with_a_zone_of_its_own_is_sent_in_utc() -> None:
    moment = datetime(2030, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    assert ScheduleRecurrence("Day", 1, moment)._to_wire()["startTime"] == "2030-01-01T10:00:00"
    naive = ScheduleRecurrence("Day", 1, datetime(2030, 1, 1, 12), "Asia/Tokyo")._to_wire()
    assert (naive["startTime"], naive["timeZone"]) == ("2030-01-01T12:00:00", "Asia/Tokyo")


def test_update_sends_what_was_given_and_enable_and_disable_the_status() -> None:
    ws = FakeWorkspace(answers={"GET /api/v1/workspaces/lab/schedules/s-1": STORED})
    changed: list[Any] = []

    def change(body: Any) -> Any:
        changed.append(body)
        return {**STORED, **body}

    ws._transport.answers = {
        "GET /api/v1/workspaces/lab/schedules/s-1": STORED,
        "PATCH /api/v1/workspaces/lab/schedules/s-1": change,
    }
    schedule = Schedule.get(ws, "s-1")
    schedule.update(name="Other", status="Disabled", wait_for_provisioning=True)
    assert (schedule.name, schedule.status) == ("Other", "Disabled")
    schedule.enable(wait_for_provisioning=True)
    schedule.disable()
    schedule.update(recurrence=ScheduleRecurrence("Hour", 2), pipeline_parameters={"a": 1})
    assert changed[:3] == [
        {"name": "Other", "status": "Disabled"},
        {"status": "Active"},
        {"status": "Disabled"},
    ]
    assert changed[3]["recurrence"]["frequency"] == "Hour"
    assert changed[3]["parameters"] == {"a": 1}
    with pytest.raises(UserErrorException, match="status must be Active or Disabled"):
        schedule.update(status="Paused")


def test_lists_ask_for_what_is_wanted() -> None:
    ws = FakeWorkspace(answers={"/schedules": {"items": [STORED]}})
    assert [one.id for one in Schedule.list(ws, pipeline_id="p-1")] == ["s-1"]
    assert [one.id for one in Schedule.get_schedules_for_pipeline_endpoint_id(ws, "e-1")] == ["s-1"]
    assert ws.asked("/schedules") == [
        {"active_only": True, "published_pipeline": "p-1", "endpoint": None},
        {"active_only": False, "published_pipeline": None, "endpoint": "e-1"},
    ]
    with pytest.raises(UserErrorException, match="not both"):
        Schedule.list(ws, pipeline_id="p", pipeline_endpoint_id="e")
    with pytest.raises(UserErrorException, match="workspace='lab' is no Workspace"):
        Schedule.list("lab")


def test_runs_of_a_schedule_and_none_yet() -> None:
    run = {"id": "r-1", "experiment": "nights", "name": "Run 1", "status": "Completed"}
    answers = {"/schedules/s-1": STORED, "/schedules/s-1/runs": {"items": [run]}}
    schedule = Schedule.get(FakeWorkspace(answers=answers), "s-1")
    last = schedule.get_last_pipeline_run()
    assert last is not None
    assert (last.id, last.experiment.name) == ("r-1", "nights")
    assert [one.id for one in schedule.get_pipeline_runs()] == ["r-1"]
    schedule._workspace._transport.answers["/schedules/s-1/runs"] = {"items": []}
    assert schedule.get_last_pipeline_run() is None


def test_an_unknown_id_is_v1s_exception() -> None:
    from azureml._forebay.errors import error_from_answer

    gone = error_from_answer(404, b"{}", method="GET", url="http://x")
    ws = FakeWorkspace(answers={"/schedules/nix": gone})
    with pytest.raises(ErrorResponseException, match="There is no schedule with the id 'nix'"):
        Schedule.get(ws, "nix")


YAML = """
Schedule:
  description: "Test create with recurrence"
  recurrence:
    frequency: Week
    interval: 1
    start_time: '2030-06-07T10:50:00'
    time_zone: UTC
    hours:
    - 1
    minutes:
    - 0
    week_days:
    - Friday
  pipeline_parameters:
    a: 1
  wait_for_provisioning: True
  wait_timeout: 3600
  datastore_name: ~
  continue_on_step_failure: None
"""


def test_a_yaml_file_gives_the_arguments_of_create(tmp_path: Path) -> None:
    file = tmp_path / "schedule.yml"
    file.write_text(YAML)
    ws = made()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        settings = Schedule.load_yaml(workspace=ws, filename=str(file))
    assert settings["recurrence"].week_days == ["Friday"]
    assert settings["pipeline_parameters"] == {"a": 1}
    assert settings["datastore_name"] is None
    assert settings["continue_on_step_failure"] is None
    Schedule.create(
        ws,
        "n",
        "p-1",
        "e",
        recurrence=settings["recurrence"],
        description=settings["description"],
        pipeline_parameters=settings["pipeline_parameters"],
        datastore=settings["datastore_name"],
        path_on_datastore=settings["path_on_datastore"],
    )
    assert ws.asked("/schedules")[0]["recurrence"]["hours"] == [1]
    file.write_text("Schedule:\n  every: day\n")
    with pytest.raises(UserErrorException, match="sets 'every'; a schedule has"):
        Schedule.load_yaml(ws, file)
