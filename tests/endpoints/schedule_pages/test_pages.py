"""Schedules as a person sees, pauses, runs and deletes them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from endpoints.models import PublishedPipeline, Schedule, ScheduleTick
from endpoints.services.pipeline_endpoints import create_endpoint
from endpoints.services.schedule_runs import submit_scheduled
from pipelines.models import Run
from tests.endpoints.schedule_pages.conftest import LIST, NEW, form_for

LONG = "nächtlich " + "sehr-langer-name-" * 13


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
