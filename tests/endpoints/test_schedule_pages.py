"""Schedules as a person sees, makes, changes, pauses, runs and deletes them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from endpoints.models import PublishedPipeline, Schedule, ScheduleTick
from endpoints.services.pipeline_endpoints import create_endpoint
from endpoints.services.schedule_runs import submit_scheduled
from endpoints.services.schedules import create_schedule
from pipelines.models import Run
from tests.pages.conftest import sign_in
from workspaces.models import Member

LIST = "/w/lab/schedules/"
NEW = LIST + "new/"
LONG = "nächtlich " + "sehr-langer-name-" * 13
FORM = {
    "name": "nightly",
    "trigger": "recurrence",
    "frequency": "Day",
    "interval": "1",
    "hours": "7",
    "minutes": "30",
    "time_zone": "Europe/Berlin",
    "missed_policy": "skip",
    "polling_interval": "5",
    "watch-datastore": "workspaceblobstore",
    "p0": "11",
    "p1": "0.5",
    "p2": "iris",
    "p3": "false",
}
Publish = Callable[..., PublishedPipeline]


@pytest.fixture
def browser(owner: Any) -> Client:
    return sign_in(owner)


@pytest.fixture
def reader(workspace: Any, django_user_model: Any) -> Client:
    user = django_user_model.objects.create_user("rita")
    Member.objects.create(workspace=workspace, user=user, role="Reader")
    return sign_in(user)


@pytest.fixture
def published(publish: Publish) -> PublishedPipeline:
    return publish("train <b>")


@pytest.fixture
def make(workspace: Any, actor: Any, published: PublishedPipeline) -> Callable[..., Schedule]:
    def make(name: str = "nightly", **body: Any) -> Schedule:
        times = {} if {"recurrence", "datastore"} & body.keys() else {"cron": "0 5 * * *"}
        return create_schedule(
            workspace=workspace,
            actor=actor,
            body={"name": name, "published_pipeline": published.uid, **times, **body},
        )

    return make


def form_for(published: PublishedPipeline, **changes: str) -> dict[str, str]:
    target = f"published:{published.uid}"
    return {**FORM, "target": target, "fields_of": target, **changes}


def edit_form(schedule: Schedule, **changes: str) -> dict[str, str]:
    """The form of a stored schedule as a browser sends it unchanged."""
    page = sign_in(schedule.created_by).get(f"{LIST}{schedule.uid}/edit/")
    texts = dict(page.context["texts"])
    for name in ("datastore", "path"):
        texts[f"watch-{name}"] = texts.pop(name)
    days = texts.pop("week_days").split()
    fields = {one.key: one.text for one in page.context["fields"]}
    sent = {**texts, **fields, "week_days": days, "fields_of": texts["target"]}
    return {**sent, "seen_at": page.context["seen_at"], **changes}  # type: ignore[dict-item]


def test_an_empty_list_says_what_a_schedule_is(browser: Client, workspace: Any) -> None:
    page = browser.get(LIST).content.decode()
    assert "No schedule yet" in page
    assert NEW in page


def test_the_list_says_what_runs_when(
    browser: Client, make: Callable[..., Schedule], workspace: Any, actor: Any, published: Any
) -> None:
    endpoint = create_endpoint(workspace=workspace, actor=actor, name="score", published=published)
    day = {"frequency": "Day", "hours": [7], "minutes": [30], "timeZone": "Europe/Berlin"}
    make("daily", recurrence=day)
    make("watch", datastore="workspaceblobstore", path_on_datastore="incoming")
    make("lines", cron="0 6 * * 1-5", published_pipeline=None, endpoint=endpoint.uid)
    make("off", status="Disabled")
    page = browser.get(LIST).content.decode()
    assert "Every day at 07:30 (Europe/Berlin)" in page
    assert "New files in workspaceblobstore/incoming, looked at every 5 minutes" in page
    assert "cron 0 6 * * 1-5 (UTC)" in page
    assert f"/w/lab/endpoints/{endpoint.uid}/" in page
    assert "train &lt;b&gt;" in page
    assert ">off</a>" not in page
    assert ">off</a>" in browser.get(LIST + "?disabled=1").content.decode()
    found = browser.get(LIST + "?q=score").content.decode()
    assert ">lines</a>" in found
    assert ">daily</a>" not in found


def test_a_schedule_is_made_with_the_form(browser: Client, published: PublishedPipeline) -> None:
    page = browser.get(f"{NEW}?published={published.uid}")
    assert 'name="p0"' in page.content.decode()
    answer = browser.post(NEW, form_for(published))
    row = Schedule.objects.get()
    assert answer["Location"] == f"{LIST}{row.uid}/"
    assert row.recurrence == {
        "frequency": "Day",
        "interval": 1,
        "timeZone": "Europe/Berlin",
        "hours": [7],
        "minutes": [30],
    }
    assert row.parameters == {"rows": 11}, "untouched ones stay as they were published"
    assert row.missed_policy == "skip"
    shown = browser.get(answer["Location"]).content.decode()
    assert "Every day at 07:30 (Europe/Berlin)" in shown
    assert "Next five times" in shown


@pytest.mark.parametrize(
    ("changes", "control", "words"),
    [
        ({"name": ""}, "name", "needs a name"),
        ({"interval": "often"}, "interval", "whole number"),
        ({"hours": "7, 25"}, "hours", "0 to 23"),
        ({"time_zone": "Europe/Berln"}, "time_zone", "not known"),
        ({"end": "2020-01-01T00:00"}, "frequency", "never be due"),
        ({"trigger": "cron", "cron": "0 6"}, "cron", "five fields"),
        ({"trigger": "cron", "cron": ""}, "cron", "five fields"),
        ({"trigger": "datastore", "watch-datastore": ""}, "datastore", "Choose a datastore."),
        ({"trigger": "datastore", "watch-path": "../etc"}, "path", ""),
        ({"trigger": "datastore", "polling_interval": "0"}, "polling_interval", "minutes"),
        ({"target": "published:none"}, "target", "no published pipeline"),
        ({"experiment": "a/b"}, "experiment", ""),
    ],
)
def test_bad_input_is_told_beside_its_field_and_kept(
    browser: Client, published: PublishedPipeline, changes: dict[str, str], control: str, words: str
) -> None:
    sent = form_for(published, description="kept äöü", p0="12", **changes)
    if "target" in changes:
        sent["fields_of"] = changes["target"]
    answer = browser.post(NEW, sent)
    assert answer.status_code == 422
    assert words in answer.context["errors"][control]
    page = answer.content.decode()
    assert f'id="{control}-note" class="error"' in page
    assert "kept äöü" in page
    assert "target" in changes or 'value="12"' in page
    for name, text in changes.items():
        assert name == "target" or not text or f'value="{text}"' in page
    assert not Schedule.objects.exists()


def test_a_wrong_parameter_and_a_wrong_time_are_told_together(
    browser: Client, published: PublishedPipeline
) -> None:
    answer = browser.post(NEW, form_for(published, p0="many", minutes="70"))
    page = answer.content.decode()
    assert "is no whole number" in page
    assert 'value="many"' in page
    assert "0 to 59" in answer.context["errors"]["minutes"]


def test_without_javascript_the_parameters_of_another_target_are_shown_first(
    browser: Client, published: PublishedPipeline, publish: Publish
) -> None:
    other = publish("other")
    sent = form_for(published, target=f"published:{other.uid}", p0="12")
    answer = browser.post(NEW, sent)
    assert answer.status_code == 422
    assert "parameters of what you chose" in answer.context["errors"]["form"]
    assert 'value="12"' not in answer.content.decode(), "it was typed for another pipeline"
    assert browser.post(NEW, sent | {"fields_of": sent["target"]}).status_code == 302


def test_the_preview_follows_the_clocks_of_the_zone(
    browser: Client, published: PublishedPipeline
) -> None:
    """Clocks go forward on 2031-03-30 at 02:00: half past two is due as they jump."""
    sent = form_for(published, hours="2", start="2031-03-29T00:00")
    page = browser.post(LIST + "preview", sent).content.decode()
    assert "Sat, Mar 29, 2031, 02:30<" in page
    assert "Sun, Mar 30, 2031, 03:00<" in page
    assert page.count("Clocks go forward") == 1
    assert page.index("UTC+01:00") < page.index("UTC+02:00")
    assert "2031-03-30T01:00:00" in page, "the viewer's script reads the instant"


def test_the_preview_says_what_is_wrong(browser: Client, published: PublishedPipeline) -> None:
    page = browser.post(LIST + "preview", form_for(published, minutes="70")).content.decode()
    assert 'id="minutes-note" class="error" hx-swap-oob="true"' in page
    assert 'id="hours-note" class="help" hx-swap-oob="true"' in page
    sent = form_for(published, end="2020-01-01T00:00")
    assert "never be due" in browser.post(LIST + "preview", sent).content.decode()


def test_the_path_goes_to_a_parameter_that_nobody_fills_in(
    browser: Client, published: PublishedPipeline
) -> None:
    sent = form_for(
        published, trigger="datastore", data_path_parameter_name="name", **{"watch-path": "in"}
    )
    part = browser.post(LIST + "parameters", sent).content.decode()
    assert 'name="p2"' not in part
    assert "is given with each change" in part
    assert browser.post(NEW, sent).status_code == 302
    row = Schedule.objects.get()
    assert (row.path_on_datastore, row.data_path_parameter_name) == ("in", "name")
    assert "name" not in row.parameters
    assert "No file waits." in browser.get(f"{LIST}{row.uid}/").content.decode()


def test_a_run_names_the_files_that_brought_it_about(
    browser: Client, actor: Any, make: Callable[..., Schedule]
) -> None:
    paths = [f"in/{number}-<b>.csv" for number in range(6)]
    run = submit_scheduled(
        schedule=make(),
        actor=actor,
        due_at=timezone.now(),
        changed={"count": 1200, "paths": paths},
    )
    page = browser.get(f"/w/lab/runs/{run.uid}/").content.decode()
    assert "in/0-&lt;b&gt;.csv" in page and "in/4-" in page and "in/5-" not in page
    assert "1200 files in all" in page


def test_one_whose_time_zone_lost_its_name_is_shown_and_mended(
    browser: Client, api: Any, make: Callable[..., Schedule]
) -> None:
    row = make()
    Schedule.objects.filter(pk=row.pk).update(time_zone="Gone/Away")
    for url in (LIST, f"{LIST}{row.uid}/", f"{LIST}{row.uid}/edit/"):
        answer = browser.get(url)
        assert answer.status_code == 200, url
        assert "Gone/Away" in answer.content.decode()
    mended = api.patch(f"/api/v1/workspaces/lab/schedules/{row.uid}", {"time_zone": "UTC"})
    assert mended.status_code == 200
    assert mended.json()["next_due_at"].endswith("T05:00:00Z")


def test_an_edit_sends_only_what_changed(browser: Client, make: Callable[..., Schedule]) -> None:
    start = {"recurrence": {"frequency": "Day", "interval": 2, "timeOfDay": "15:30"}}
    row = make(**start, parameters={"rows": 4}, end_at="2040-01-01T00:00:00")
    anchor, due = row.anchor_at, row.next_due_at
    url = f"{LIST}{row.uid}/edit/"
    assert browser.post(url, edit_form(row)).status_code == 302
    row.refresh_from_db()
    assert row.updated_at == row.created_at, "nothing was changed"
    assert browser.post(url, edit_form(row, name="renamed", p0="5")).status_code == 302
    row.refresh_from_db()
    assert (row.name, row.parameters["rows"]) == ("renamed", 5)
    assert (row.anchor_at, row.next_due_at) == (anchor, due), "it goes on counting"
    changed = edit_form(row, trigger="cron", cron="0 6 * * *", time_zone="Asia/Tokyo")
    assert browser.post(url, changed).status_code == 302
    row.refresh_from_db()
    assert (row.trigger, row.cron, row.time_zone) == ("cron", "0 6 * * *", "Asia/Tokyo")
    assert row.end_at == datetime(2039, 12, 31, 15, tzinfo=UTC), "midnight in Tokyo"


def test_two_people_who_edit_do_not_overwrite_each_other_unseen(
    browser: Client, make: Callable[..., Schedule]
) -> None:
    row = make()
    mine = edit_form(row, name="mine")
    browser.post(f"{LIST}{row.uid}/edit/", edit_form(row, name="theirs"))
    answer = browser.post(f"{LIST}{row.uid}/edit/", mine)
    assert answer.status_code == 409
    assert 'value="mine"' in answer.content.decode()
    again = mine | {"seen_at": answer.context["seen_at"]}
    assert browser.post(f"{LIST}{row.uid}/edit/", again).status_code == 302
    row.refresh_from_db()
    assert row.name == "mine"


def test_disable_enable_run_now_and_delete(browser: Client, make: Callable[..., Schedule]) -> None:
    row = make(parameters={"rows": 7})
    url = f"{LIST}{row.uid}/"
    answer = browser.post(url + "switch", {"enabled": "0", "next": LIST + "?q=n"}, follow=True)
    assert answer.redirect_chain[0][0] == LIST + "?q=n"
    assert "submits nothing until it is enabled" in answer.content.decode()
    row.refresh_from_db()
    assert row.status == "Disabled"
    assert "None while it is disabled" in browser.get(url).content.decode()
    ran = browser.post(url + "run-now")
    run = Run.objects.get()
    assert ran["Location"] == f"/w/lab/runs/{run.uid}/"
    assert run.parameters["rows"] == 7
    assert f"/w/lab/runs/{run.uid}/" in browser.get(url + "?tab=runs").content.decode()
    browser.post(url + "switch", {"enabled": "1"})
    row.refresh_from_db()
    assert row.status == "Active"
    page = browser.post(url + "delete", follow=True).content.decode()
    assert "Its runs stay." in page
    assert Run.objects.exists()
    assert not Schedule.objects.exists()


def test_run_now_that_is_refused_says_why(
    browser: Client, make: Callable[..., Schedule], published: PublishedPipeline
) -> None:
    row = make()
    PublishedPipeline.objects.update(status="Disabled")
    page = browser.post(f"{LIST}{row.uid}/run-now", follow=True).content.decode()
    assert "No run was submitted:" in page
    assert not Run.objects.exists()


def test_the_history_tells_every_outcome(browser: Client, make: Callable[..., Schedule]) -> None:
    row, now = make(), timezone.now()
    browser.post(f"{LIST}{row.uid}/run-now")
    run = Run.objects.get()
    outcomes = [("submitted", run, ""), ("skipped", None, "3 times were missed.")]
    outcomes += [("failed", None, "The pipeline is <disabled>.")]
    for number, (outcome, made, sentence) in enumerate(outcomes):
        ScheduleTick.objects.create(
            schedule=row,
            due_at=now + timedelta(minutes=number),
            done_at=now,
            outcome=outcome,
            run=made,
            sentence=sentence,
            repeats=2 if outcome == "failed" else 0,
        )
    page = browser.get(f"{LIST}{row.uid}/?tab=history").content.decode()
    assert f'data-live-run="{run.uid}"' in page
    assert "Skipped" in page
    assert "3 times were missed." in page
    assert "The pipeline is &lt;disabled&gt;." in page
    assert "The same 2 more times" in page
    assert "Not submitted" in browser.get(LIST).content.decode()
    assert "Nothing was submitted" in browser.get(f"{LIST}{row.uid}/").content.decode()


def test_a_reader_looks_and_changes_nothing(
    reader: Client, make: Callable[..., Schedule], published: PublishedPipeline
) -> None:
    row = make()
    for url in (LIST, f"{LIST}{row.uid}/"):
        page = reader.get(url).content.decode()
        assert "New schedule" not in page
        assert "run-now" not in page
        assert "Delete" not in page
    assert reader.get(NEW).status_code == 403
    assert reader.post(NEW, form_for(published)).status_code == 403
    assert reader.post(f"{LIST}{row.uid}/switch", {"enabled": "0"}).status_code == 403
    row.refresh_from_db()
    assert row.status == "Active"


def test_another_workspace_has_nothing_of_it(
    browser: Client, make: Callable[..., Schedule], owner: Any
) -> None:
    from workspaces.services.workspaces import create_workspace

    row = make()
    create_workspace(name="other", owner=owner)
    for page in ("", "edit/", "notifications/"):
        assert browser.get(f"/w/other/schedules/{row.uid}/{page}").status_code == 404
    assert browser.post(f"/w/other/schedules/{row.uid}/delete").status_code == 404
    assert Schedule.objects.exists()


def test_long_names_are_shown_whole_in_the_title(
    browser: Client, make: Callable[..., Schedule]
) -> None:
    row = make(LONG[:255])
    page = browser.get(LIST).content.decode()
    assert f'title="{LONG[:255].strip()}"' in page
    assert browser.get(f"{LIST}{row.uid}/").status_code == 200


def test_a_thousand_schedules_and_ticks_are_paged(
    browser: Client, make: Callable[..., Schedule]
) -> None:
    row, now = make(), timezone.now()
    assert browser.get(LIST).status_code == 200
    with CaptureQueriesContext(
        connection,
    ) as few:
        browser.get(LIST)
    rows = []
    for number in range(1000):
        copy = Schedule.objects.get(pk=row.pk)
        copy.pk, copy.uid, copy.name = None, f"copy-{number}", f"copy {number}"
        rows.append(copy)
    Schedule.objects.bulk_create(rows)
    ScheduleTick.objects.bulk_create(
        ScheduleTick(
            schedule=row, due_at=now + timedelta(minutes=n), done_at=now, outcome="skipped"
        )
        for n in range(1000)
    )
    with CaptureQueriesContext(connection) as many:
        page = browser.get(LIST).content.decode()
    assert "1–50 of 1001" in page
    assert len(many) <= len(few) + 1
    history = browser.get(f"{LIST}{row.uid}/?tab=history&page=20").content.decode()
    assert "951–1000 of 1000" in history
    assert "copy 0" in browser.get(LIST + "?sort=name&page=1").content.decode()


def test_a_target_that_the_list_is_too_short_for_stays_chosen(
    browser: Client, published: PublishedPipeline
) -> None:
    PublishedPipeline.objects.update(status="Disabled")
    page = browser.get(f"{NEW}?published={published.uid}").content.decode()
    assert f'<option value="published:{published.uid}" selected>' in page


def test_the_tab_of_what_they_run_lists_its_schedules(
    browser: Client, make: Callable[..., Schedule], workspace: Any, actor: Any, published: Any
) -> None:
    endpoint = create_endpoint(workspace=workspace, actor=actor, name="score", published=published)
    tab = f"/w/lab/endpoints/{endpoint.uid}/?tab=schedules"
    empty = browser.get(tab).content.decode()
    assert "No schedule runs this" in empty
    assert f"{NEW}?endpoint={endpoint.uid}" in empty
    make("of the endpoint", published_pipeline=None, endpoint=endpoint.uid)
    make("of the pipeline", status="Disabled")
    assert ">of the endpoint</a>" in browser.get(tab).content.decode()
    other = browser.get(f"/w/lab/published/{published.uid}/?tab=schedules").content.decode()
    assert ">of the pipeline</a>" in other
    assert ">of the endpoint</a>" not in other
    assert f"{NEW}?published={published.uid}" in other


def test_half_written_files_of_a_watched_path_are_named(
    browser: Client, make: Callable[..., Schedule]
) -> None:
    row = make(datastore="workspaceblobstore", path_on_datastore="incoming")
    pending = {f"incoming/<{number:02}>.csv": "1" for number in range(25)}
    row.watch.pending, row.watch.pending_since = pending, timezone.now()
    row.watch.save()
    page = browser.get(f"{LIST}{row.uid}/").content.decode()
    assert "waiting for a second look" in page
    assert "incoming/&lt;19&gt;.csv" in page
    assert "incoming/&lt;20&gt;.csv" not in page
    assert "and 5 more" in page
    assert "Next five looks" in page
