"""Schedules by REST: made, changed, looked at, and what they refuse."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from endpoints.models import Schedule, ScheduleTick, WatchState
from endpoints.services.pipeline_endpoints import create_endpoint
from endpoints.services.publishing import disable_published
from pipelines.models import Run
from workspaces.domain.roles import Role
from workspaces.models import AuditEntry
from workspaces.services.access import Actor, create_token
from workspaces.services.workspaces import set_member

URL = "/api/v1/workspaces/lab/schedules"
DAILY = {"frequency": "Day", "interval": 1, "timeOfDay": "06:30", "timeZone": "Europe/Berlin"}


@pytest.fixture
def published(publish: Any) -> Any:
    return publish()


def make(api: Any, published: Any, **body: Any) -> dict[str, Any]:
    trigger = {} if {"cron", "datastore"} & set(body) else {"recurrence": DAILY}
    answer = api.post(
        URL, {"name": "nightly", "published_pipeline": published.uid, **trigger, **body}
    )
    assert answer.status_code == 201, answer.json()
    return dict(answer.json())


def test_a_new_schedule_submits_nothing_and_says_when_it_will(api: Any, published: Any) -> None:
    made = make(api, published, experiment="nights", parameters={"rows": 5})
    assert made["trigger"] == "recurrence" and made["status"] == "Active"
    assert made["recurrence"] == DAILY
    assert made["published_pipeline"]["id"] == published.uid and made["endpoint"] is None
    assert made["missed_policy"] == "run_once"
    assert (made["run_count"], made["last_run"], made["last_tick"]) == (0, None, None)
    assert made["url"].endswith(f"/w/lab/schedules/{made['id']}/")
    assert Run.objects.count() == 0 and ScheduleTick.objects.count() == 0
    following = api.get(f"{URL}/{made['id']}/next").json()
    assert len(following["items"]) == 5
    assert following["items"][0]["at"] == made["next_due_at"]
    assert "T06:30:00+0" in following["items"][0]["local"]


def test_one_for_an_endpoint_runs_its_default_version(
    api: Any, workspace: Any, actor: Any, published: Any
) -> None:
    endpoint = create_endpoint(workspace=workspace, actor=actor, name="ep", published=published)
    body = {"name": "e", "endpoint": endpoint.uid, "cron": "*/5 * * * *", "time_zone": "UTC"}
    made = api.post(URL, body).json()
    assert made["endpoint"] == {"id": endpoint.uid, "name": "ep"}
    run = api.post(f"{URL}/{made['id']}/run-now").json()
    assert run["origin"]["endpoint"]["version"] == "0"
    assert run["origin"]["schedule"] == {"id": made["id"], "name": "e", "due_at": None}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"recurrence": None}, "recurrence"),
        ({"cron": "* * * * *"}, "cron"),
        ({"recurrence": {**DAILY, "interval": 0}}, "recurrence.interval"),
        ({"recurrence": {**DAILY, "timeZone": "Mars"}}, "recurrence.timeZone"),
        ({"name": ""}, "name"),
        ({"published_pipeline": "nothing"}, "published_pipeline"),
        ({"published_pipeline": None}, "published_pipeline"),
        ({"endpoint": "x"}, "endpoint"),
        ({"parameters": {"wat": 1}}, "parameters.wat"),
        ({"parameters": {"rows": "many"}}, "parameters.rows"),
        ({"experiment": "a/b"}, "experiment"),
        ({"missed_policy": "never"}, "missed_policy"),
        ({"end_at": "2001-01-01T00:00:00Z"}, "recurrence"),
        ({"start_at": "2030-01-02T00:00", "end_at": "2030-01-01T00:00"}, "end_at"),
        ({"data_path_parameter_name": "rows"}, "data_path_parameter_name"),
        ({"recurrence": None, "cron": "x"}, "cron"),
        ({"recurrence": None, "datastore": "nowhere"}, "datastore"),
        ({"recurrence": None, "datastore": "workspaceblobstore", "polling_interval": 0},
         "polling_interval"),
        ({"recurrence": None, "datastore": "workspaceblobstore", "path_on_datastore": "../x"},
         "path_on_datastore"),
        ({"recurrence": None, "datastore": "workspaceblobstore",
          "data_path_parameter_name": "rows"}, "data_path_parameter_name"),
        ({"colour": "red"}, "colour"),
        ({"status": "Paused"}, "status"),
    ],
)  # fmt: skip
def test_what_can_not_be_is_refused_by_its_field(
    api: Any, published: Any, body: dict[str, Any], field: str
) -> None:
    whole = {"name": "n", "published_pipeline": published.uid, "recurrence": DAILY, **body}
    answer = api.post(URL, whole)
    assert answer.status_code == 422, answer.json()
    assert field in [problem["field"] for problem in answer.json()["problems"]]
    assert Schedule.objects.count() == 0


def test_sent_again_with_its_key_it_is_made_once(api: Any, published: Any) -> None:
    body = {"name": "n", "published_pipeline": published.uid, "recurrence": DAILY}
    first = api.post(URL, body, headers={"Idempotency-Key": "k"})
    again = api.post(URL, body, headers={"Idempotency-Key": "k"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"] and Schedule.objects.count() == 1


def test_disabled_it_is_due_no_more_and_enabled_it_goes_on_from_now(
    api: Any, published: Any
) -> None:
    made = make(api, published, recurrence={"frequency": "Minute", "interval": 1})
    off = api.patch(f"{URL}/{made['id']}", {"status": "Disabled"}).json()
    assert (off["status"], off["next_due_at"]) == ("Disabled", None)
    assert api.get(f"{URL}/{made['id']}/next").json()["items"] == []
    Schedule.objects.update(anchor_at=timezone.now() - timedelta(days=3))
    on = api.patch(f"{URL}/{made['id']}", {"status": "Active"}).json()
    assert on["next_due_at"] > timezone.now().isoformat()
    assert Run.objects.count() == 0


def test_a_change_of_its_times_counts_from_now_and_other_changes_do_not(
    api: Any, published: Any
) -> None:
    made = make(api, published, recurrence={"frequency": "Hour", "interval": 1})
    anchor = Schedule.objects.get().anchor_at
    renamed = api.patch(f"{URL}/{made['id']}", {"name": "other", "parameters": {"rows": 7}}).json()
    assert (renamed["name"], renamed["parameters"]) == ("other", {"rows": 7})
    assert renamed["next_due_at"] == made["next_due_at"]
    assert Schedule.objects.get().anchor_at == anchor
    changed = api.patch(f"{URL}/{made['id']}", {"cron": "0 5 * * *", "time_zone": "Asia/Kolkata"})
    assert changed.json()["trigger"] == "cron" and changed.json()["recurrence"] is None
    assert changed.json()["next_due_at"].endswith("T23:30:00Z")
    moved = api.patch(
        f"{URL}/{made['id']}", {"recurrence": {**DAILY, "startTime": "2030-05-01T06:30:00"}}
    )
    assert moved.json()["next_due_at"] == "2030-05-01T04:30:00Z"
    zone = api.patch(f"{URL}/{made['id']}", {"time_zone": "Asia/Kolkata"}).json()
    assert zone["recurrence"]["timeZone"] == "Asia/Kolkata"
    assert zone["next_due_at"] == "2030-05-01T01:00:00Z"


def test_the_pipeline_of_a_schedule_stays(api: Any, published: Any, publish: Any) -> None:
    made = make(api, published)
    answer = api.patch(f"{URL}/{made['id']}", {"published_pipeline": publish("b").uid})
    assert answer.status_code == 422
    assert "another schedule" in answer.json()["detail"]


def test_it_runs_as_whoever_saved_it_last(
    api: Any, published: Any, workspace: Any, django_user_model: Any
) -> None:
    made = make(api, published)
    bob = django_user_model.objects.create_user("bob")
    set_member(workspace=workspace, user=bob, role=Role.CONTRIBUTOR)
    _, raw = create_token(user=bob, name="t")
    his = APIClient()
    his.credentials(HTTP_AUTHORIZATION=f"Bearer {raw}")
    his.default_format = "json"
    url = f"{URL}/{made['id']}"
    assert his.patch(url, {"name": "b"}).json()["runs_as"] == "ada"
    assert his.patch(url, {"status": "Disabled"}).json()["runs_as"] == "ada"
    answer = his.patch(url, {"status": "Active"}).json()
    assert (answer["runs_as"], answer["created_by"], answer["updated_by"]) == ("bob", "ada", "bob")


def test_lists_narrow_and_name_the_last_run(api: Any, published: Any, publish: Any) -> None:
    made = make(api, published)
    other = make(api, publish("other"), name="weekly")
    api.patch(f"{URL}/{other['id']}", {"status": "Disabled"})
    run = api.post(f"{URL}/{made['id']}/run-now").json()
    names = [one["name"] for one in api.get(URL).json()["items"]]
    assert names == ["weekly", "nightly"]
    (active,) = api.get(f"{URL}?active_only=true").json()["items"]
    assert active["last_run"]["id"] == run["id"] and active["run_count"] == 1
    (found,) = api.get(f"{URL}?published_pipeline={other['published_pipeline']['id']}").json()[
        "items"
    ]
    assert found["id"] == other["id"]
    assert [one["id"] for one in api.get(f"{URL}/{made['id']}/runs").json()["items"]] == [run["id"]]


def test_run_now_is_of_the_caller_and_leaves_the_due_times_alone(api: Any, published: Any) -> None:
    made = make(api, published, parameters={"rows": 3}, experiment="nights")
    run = api.post(f"{URL}/{made['id']}/run-now").json()
    assert run["experiment"] == "nights" and run["source"] == "Schedule"
    assert run["parameters"]["rows"] == 3
    assert api.get(f"{URL}/{made['id']}").json()["next_due_at"] == made["next_due_at"]
    assert ScheduleTick.objects.count() == 0


def test_run_now_of_a_disabled_pipeline_is_a_conflict(api: Any, published: Any, actor: Any) -> None:
    made = make(api, published)
    disable_published(published=published, actor=actor)
    answer = api.post(f"{URL}/{made['id']}/run-now")
    assert answer.status_code == 409 and "disabled" in answer.json()["detail"]


def test_deleted_it_leaves_its_runs(api: Any, published: Any) -> None:
    made = make(api, published)
    run = api.post(f"{URL}/{made['id']}/run-now").json()
    assert api.delete(f"{URL}/{made['id']}").status_code == 204
    assert api.get(f"{URL}/{made['id']}").status_code == 404
    kept = api.get(f"/api/v1/workspaces/lab/runs/{run['id']}").json()
    assert kept["origin"]["schedule"]["name"] == "nightly"


def test_a_preview_stores_nothing(api: Any, published: Any) -> None:
    answer = api.post(f"{URL}/preview", {"cron": "0 5 * * MON", "time_zone": "India Standard Time"})
    assert answer.status_code == 200, answer.json()
    assert [one["at"][11:] for one in answer.json()["items"]] == ["23:30:00Z"] * 5
    assert api.post(f"{URL}/preview", {"cron": "0 5"}).status_code == 422
    assert Schedule.objects.count() == 0


def test_every_change_leaves_an_audit_entry(api: Any, published: Any) -> None:
    made = make(api, published)
    api.patch(f"{URL}/{made['id']}", {"status": "Disabled"})
    api.patch(f"{URL}/{made['id']}", {"status": "Active"})
    api.patch(f"{URL}/{made['id']}", {"name": "x"})
    api.delete(f"{URL}/{made['id']}")
    actions = (
        AuditEntry.objects.filter(kind="schedule").order_by("id").values_list("action", flat=True)
    )
    assert list(actions) == [
        f"schedule.{done}" for done in ("created", "disabled", "enabled", "changed", "deleted")
    ]


def test_what_lies_at_a_watched_path_when_it_is_made_is_known(
    api: Any, published: Any, workspace: Any
) -> None:
    from tests.support.stores import put

    put(workspace, "in/a.csv", "1")
    make(api, published, datastore="workspaceblobstore", path_on_datastore="/in/")
    assert list(WatchState.objects.get().files) == ["in/a.csv"]


def test_a_stale_change_is_told(published: Any, workspace: Any, actor: Any, api: Any) -> None:
    from endpoints.schedule_selectors import get_schedule
    from endpoints.services.schedules import change_schedule
    from workspaces.domain.errors import Conflict

    made = make(api, published)
    stale = get_schedule(workspace, made["id"])
    change_schedule(
        schedule=get_schedule(workspace, made["id"]), actor=actor, changes={"name": "b"}
    )
    with pytest.raises(Conflict, match="Somebody else"):
        change_schedule(schedule=stale, actor=Actor(user=actor.user), changes={"name": "c"})
