"""Schedules as a person makes and changes them, with a preview of what is due."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from endpoints.models import PublishedPipeline, Schedule
from tests.endpoints.schedule_pages.conftest import LIST, NEW, Publish, form_for
from tests.pages.conftest import sign_in


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


def test_a_target_that_the_list_is_too_short_for_stays_chosen(
    browser: Client, published: PublishedPipeline
) -> None:
    PublishedPipeline.objects.update(status="Disabled")
    page = browser.get(f"{NEW}?published={published.uid}").content.decode()
    assert f'<option value="published:{published.uid}" selected>' in page
