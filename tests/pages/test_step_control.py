"""A step's attempts, tries, cancel and resources in its panel."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from pipelines.domain.status import Status
from pipelines.models import Attempt, Run, StepRun
from pipelines.step_words import ordinal
from tests.support.submitting import statuses
from workspaces.domain.times import iso

HX = {"HX-Request": "true"}


def panel_of(run: Run, node: str, query: str = "") -> str:
    step = run.steps.get(node_id=node)
    return f"/w/lab/runs/{run.uid}/steps/{step.uid}/panel{query}"


@pytest.fixture
def retried(run: Run) -> StepRun:
    """`a`: one attempt failed, the next one runs."""
    step = run.steps.get(node_id="a")
    now = timezone.now()
    for number, code in ((1, 3), (2, None)):
        Attempt.objects.create(
            step_run=step, number=number, folder=f"runs/{run.uid}/{step.uid}.{number}", host="box",
            created_at=now, started_at=now, exit_code=code,
            outcome="Failed" if code else "", reason="exit_code" if code else "",
            reason_data={"exit_code": code} if code else {},
        )  # fmt: skip
    retry = {"count": 2, "delay_seconds": 20, "on": ["exit_code"]}
    StepRun.objects.filter(pk=step.pk).update(
        status=Status.RUNNING.value, attempt=2, retries=1, retry=retry, started_at=now
    )
    step.refresh_from_db()
    return step


def test_every_attempt_has_its_sentence_and_its_own_log(
    browser: Client, run: Run, retried: StepRun
) -> None:
    page = browser.get(panel_of(run, "a", "?panel=attempts")).content.decode()
    assert "The script ended with exit code 3." in page
    assert page.index("Attempt 2") < page.index(">Attempt 1<")
    assert 'attempt="2"' in page
    assert 'attempt="1"' not in page, "an earlier log is loaded when it is opened"
    log = browser.get(panel_of(run, "a", "?panel=attempts&log=1"), headers=HX).content.decode()
    assert 'attempt="1"' in log
    assert " final>" in log
    assert browser.get(panel_of(run, "a", "?panel=attempts&log=7")).status_code == 404


def test_the_log_that_is_read_is_not_replaced_while_attempts_stay_the_same(
    browser: Client, run: Run, retried: StepRun
) -> None:
    url = panel_of(run, "a", "?panel=attempts&live=1")
    same = browser.get(url + "&seen=2", headers=HX).content.decode()
    assert 'id="attempt-2" hx-swap-oob="true"' in same
    assert "forebay-log" not in same
    more = browser.get(url + "&seen=1", headers=HX).content.decode()
    assert 'id="step-attempts" class="stack" hx-swap-oob="true"' in more


def test_a_row_says_which_try_it_is_and_when_the_next_one_comes(
    browser: Client, run: Run, retried: StepRun
) -> None:
    page = browser.get(f"/w/lab/runs/{run.uid}/?tab=steps").content.decode()
    assert "Attempt 2 of 3" in page
    due = timezone.now() + timedelta(seconds=20)
    StepRun.objects.filter(pk=retried.pk).update(status=Status.QUEUED.value, not_before=due)
    for url in (
        f"/w/lab/runs/{run.uid}/?tab=steps",
        panel_of(run, "a"),
        "/w/lab/compute/targets/cpu/",
    ):
        page = browser.get(url).content.decode()
        assert f'Attempt 2 of 3, next try <time datetime="{iso(due)}"' in page, url
    StepRun.objects.filter(pk=retried.pk).update(status=Status.COMPLETED.value, not_before=None)
    assert "Attempt 2 of 3" not in browser.get(panel_of(run, "a")).content.decode()


def test_one_step_is_canceled_from_its_panel(browser: Client, reader: Client, run: Run) -> None:
    url = panel_of(run, "b").removesuffix("panel") + "cancel"
    assert 'id="cancel-step-dialog"' in browser.get(panel_of(run, "b")).content.decode()
    assert "cancel-step-dialog" not in reader.get(panel_of(run, "b")).content.decode()
    assert reader.post(url).status_code == 403
    assert browser.get(url).status_code == 405
    back = f"/w/lab/runs/{run.uid}/?tab=steps"
    assert browser.post(url, {"next": back})["Location"] == back
    assert browser.post(url, {"next": "//evil.example/"})["Location"].startswith("/w/lab/runs/")
    assert statuses(run).startswith("a:Queued b:Canceled")
    assert "cancel-step-dialog" not in browser.get(panel_of(run, "b")).content.decode()


def test_what_a_step_used_is_drawn_and_told(
    browser: Client, run: Run, retried: StepRun, data_folder: Path
) -> None:
    url = panel_of(run, "a", "?panel=metrics")
    assert "Measured as soon as the script runs." in browser.get(url).content.decode()
    folder = data_folder / "runs" / run.uid / f"{retried.uid}.2"
    folder.mkdir(parents=True)
    (folder / "samples").write_text("0.5 10.0 50.0 1\n1.0 150.0 80.0 1\n2.0 90.0 1500.0 2\n")
    page = browser.get(url).content.decode()
    assert page.count("<polyline") == 2
    assert "most 150 %" in page
    assert "most 1.5 GB" in page
    assert '<td class="num">1500</td>' in page, "the same as a table"
    live = browser.get(url + "&live=1", headers=HX).content.decode()
    assert 'id="step-resources"' in live
    assert 'id="step-resource-rows" hx-swap-oob="true"' in live
    assert "<summary" not in live, "an open table stays open"


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (112, "112th"), (21, "21st")],
)
def test_ordinals(number: int, text: str) -> None:
    assert ordinal(number) == text


def test_live_polling_ends_with_the_step(browser: Client, run: Run, retried: StepRun) -> None:
    url = panel_of(run, "a", "?panel=details&live=1")
    assert browser.get(url, headers=HX).status_code == 200
    StepRun.objects.filter(pk=retried.pk).update(status=Status.COMPLETED.value)
    answer: Any = browser.get(url, headers=HX)
    assert answer.status_code == 286
