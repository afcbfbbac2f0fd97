"""Resubmit, resume, rerun and the forecast, as a person uses their forms."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from pipelines.domain.status import Status
from pipelines.models import Run
from tests.support.graphs import graph_json
from tests.support.submitting import finish, statuses, submit

PARAMETERS = [
    {"name": "epochs", "type": "int", "default": 3},
    {"name": "lr", "type": "float", "default": 0.1},
    {"name": "shuffle", "type": "bool", "default": True},
    {"name": "note", "type": "string", "default": "a <b>"},
]


@pytest.fixture
def tuned(workspace: Any, actor: Any, source: str) -> Run:
    """`a -> b`, where b alone reads the parameters."""
    graph = graph_json("a -> b", snapshot=source)
    graph["parameters"] = PARAMETERS
    graph["nodes"][1]["arguments"] += [{"parameter": one["name"]} for one in PARAMETERS]
    return submit(workspace, actor, {"experiment": "iris", "graph": graph})


def page_of(run: Run, name: str = "") -> str:
    return f"/w/lab/runs/{run.uid}/{name}"


def newest() -> Run:
    return Run.objects.order_by("-id")[0]


def test_the_form_has_the_run_s_own_values_by_type(browser: Client, tuned: Run) -> None:
    page = browser.get(page_of(tuned, "resubmit")).content.decode()
    assert 'name="p0" value="3"' in page
    assert 'name="p1" value="0.1"' in page
    assert '<option value="true" selected>true</option>' in page
    assert 'value="a &lt;b&gt;"' in page
    assert '<datalist id="p0-recent"><option value="3">' in page
    assert "Changed" not in page


def test_resubmit_takes_the_form_s_values_with_their_types(browser: Client, tuned: Run) -> None:
    form = {"p0": "5", "p1": "1e-2", "p2": "false", "p3": "b"}
    answer = browser.post(page_of(tuned, "resubmit"), form)
    again = newest()
    assert answer.status_code == 302
    assert answer["Location"] == page_of(again)
    assert again.number == 2
    assert (tuned.source, again.source) == ("SDK", "Studio"), "what started this one"
    assert again.parameters == {"epochs": 5, "lr": 0.01, "shuffle": False, "note": "b"}
    assert again.resumed_from is None
    page = browser.get(page_of(again, "resubmit")).content.decode()
    assert '<option value="5"></option><option value="3"></option>' in page, "newest first"


def test_an_untouched_form_reuses_what_is_done_and_force_does_not(
    browser: Client, tuned: Run
) -> None:
    finish(tuned, "a")
    finish(tuned, "b")
    browser.post(page_of(tuned, "resubmit"), {})
    assert statuses(newest()) == "a:Completed* b:Completed*"
    browser.post(page_of(tuned, "resubmit"), {"force": "*"})
    assert statuses(newest()) == "a:Queued b:NotStarted"
    browser.post(page_of(tuned, "resubmit"), {"force": "b"})
    assert statuses(newest()) == "a:Completed* b:Queued"
    browser.post(page_of(tuned, "resubmit"), {"force": ["a", "b"]})
    assert statuses(newest()) == "a:Queued b:NotStarted"


def test_several_steps_are_forced_and_a_mistake_loses_none_of_them(
    browser: Client, tuned: Run
) -> None:
    finish(tuned, "a")
    finish(tuned, "b")
    url = page_of(tuned, "forecast")
    page = browser.post(url, {"force": ["a", "b"]}).content.decode()
    assert "<strong>2</strong> to run" in page
    assert 'hx-swap-oob="true">2 steps forced to run<' in page
    assert "All steps are forced to run" in browser.post(url, {"force": "*"}).content.decode()
    page = browser.post(page_of(tuned, "resubmit"), {"force": ["b"], "p0": "x"}).content.decode()
    assert 'value="b" checked>' in page and 'value="a">' in page
    assert '<details class="force" open>' in page
    page = browser.get(page_of(tuned, "resubmit")).content.decode()
    assert "What did not change is reused" in page and '<details class="force">' in page
    wrong = browser.post(page_of(tuned, "resubmit"), {"force": ["a", "zzz"]})
    assert wrong.status_code == 422 and "zzz" in wrong.content.decode()


def test_a_resumed_run_forces_steps_that_were_completed(browser: Client, tuned: Run) -> None:
    finish(tuned, "a")
    finish(tuned, "b", Status.FAILED)
    page = browser.post(
        page_of(tuned, "forecast"), {"mode": "resume", "force": "*"}
    ).content.decode()
    assert "<strong>2</strong> to run" in page
    browser.post(page_of(tuned, "resume"), {"force": ["a"]})
    assert statuses(newest()) == "a:Queued b:NotStarted"


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_submitted(
    browser: Client, tuned: Run
) -> None:
    form = {"p0": "many", "p1": "nan", "p2": "maybe", "p3": "kept"}
    answer = browser.post(page_of(tuned, "resubmit"), form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "&#x27;many&#x27; is no whole number." in page
    assert "&#x27;nan&#x27; is no number." in page
    assert "Choose true or false." in page
    assert 'value="many"' in page
    assert 'value="kept"' in page
    assert Run.objects.count() == 1


def test_the_forecast_says_what_each_step_will_do(browser: Client, tuned: Run) -> None:
    finish(tuned, "a")
    finish(tuned, "b")
    url = page_of(tuned, "forecast")
    page = browser.post(url, {"p1": "0.1"}).content.decode()
    assert "<strong>2</strong> reused" in page
    page = browser.post(url, {"p1": "0.2"}).content.decode()
    assert "<strong>1</strong> reused" in page
    assert "<strong>1</strong> to run" in page
    assert 'id="p1-note" class="help" hx-swap-oob="true"' in page
    assert 'was <code dir="auto">0.1</code>' in page
    assert "Runs: " in page
    page = browser.post(url, {"force": "a"}).content.decode()
    assert "Depends on what a.py will make." in page
    page = browser.post(url, {"p0": "x"}).content.decode()
    assert "Mend the marked parameters" in page
    assert Run.objects.count() == 1, "a forecast stores nothing"


def test_a_failed_run_is_resumed_and_says_from_which(browser: Client, tuned: Run) -> None:
    assert "Resume from failed" not in browser.get(page_of(tuned)).content.decode()
    assert browser.get(page_of(tuned, "resume")).status_code == 409
    finish(tuned, "a")
    finish(tuned, "b", Status.FAILED)
    assert "Resume from failed" in browser.get(page_of(tuned)).content.decode()
    form = browser.get(page_of(tuned, "resume")).content.decode()
    assert "keeps what Run 1 completed" in form
    page = browser.post(page_of(tuned, "forecast"), {"mode": "resume"}).content.decode()
    assert "<strong>1</strong> kept or reused" in page
    browser.post(page_of(tuned, "resume"), {"p1": "0.5"})
    again = newest()
    assert statuses(again) == "a:Completed* b:Queued"
    assert again.parameters["lr"] == 0.5
    page = browser.get(page_of(again)).content.decode()
    assert f'Resumed from <a href="{page_of(tuned)}">Run 1</a>' in page


def test_a_step_and_all_below_it_run_again_from_its_panel(browser: Client, tuned: Run) -> None:
    step = tuned.steps.get(node_id="b")
    panel = page_of(tuned, f"steps/{step.uid}/panel")
    assert "Rerun from here" not in browser.get(panel).content.decode()
    finish(tuned, "a")
    finish(tuned, "b")
    link = page_of(tuned, "resume?from=b")
    assert f'href="{link}"' in browser.get(panel).content.decode()
    assert "Rerun from b.py" in browser.get(link).content.decode()
    browser.post(page_of(tuned, "resume"), {"from": "b"})
    assert statuses(newest()) == "a:Completed* b:Queued"
    wrong = browser.post(page_of(tuned, "resume"), {"from": "zzz"})
    assert wrong.status_code == 422
    assert "no step" in wrong.content.decode()


def test_a_reader_sees_no_buttons_and_is_refused(reader: Client, tuned: Run) -> None:
    finish(tuned, "a")
    finish(tuned, "b", Status.FAILED)
    page = reader.get(page_of(tuned)).content.decode()
    for word in ("Resubmit", "Resume from failed", "Rerun from here", "Cancel step"):
        assert word not in page
    for name in ("resubmit", "resume"):
        assert reader.get(page_of(tuned, name)).status_code == 403
        assert reader.post(page_of(tuned, name)).status_code == 403
    assert reader.post(page_of(tuned, "forecast")).status_code == 403
    assert Run.objects.count() == 1
