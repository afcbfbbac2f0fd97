"""Child runs as their readers find them: the run's tab, the step's panel, a child's own panel."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pipelines.models import ChildRun, Metric, Run, StepRun
from tests.support.submitting import body_of, finish, submit
from workspaces.services.workspaces import create_workspace

LOSSES = {"fold 1": [0.9, 0.2], "fold 2": [0.5], "fold 10": [0.7, "NaN"]}


def make_child(run: Run, step: StepRun | None, name: str, **fields: Any) -> ChildRun:
    number = ChildRun.objects.filter(run=run, step_run=step).count() + 1
    now = timezone.now()
    return ChildRun.objects.create(
        run=run, step_run=step, name=name, number=number, started_at=now, **fields
    )


def log(child: ChildRun, name: str, *values: Any, kind: str = "scalar") -> None:
    for value in values:
        Metric.objects.create(
            run=child.run, step_run=child.step_run, child_run=child, name=name, value=value,
            kind=kind, logged_at=timezone.now(),
        )  # fmt: skip


@pytest.fixture
def step(run: Run) -> StepRun:
    """`a` of the run, with three children."""
    step = run.steps.get(node_id="a")
    for name, losses in LOSSES.items():
        child = make_child(run, step, name, tags={"kind": f"<{name}>"})
        log(child, "loss", *losses)
    return step


def tab_of(run: Run, query: str = "") -> str:
    return f"/w/lab/runs/{run.uid}/?tab=children{query}"


def names_on(page: str) -> list[str]:
    return re.findall(r'<td class="cell-name"[^>]*>\s*<a class="row-link"[^>]*>([^<]*)</a>', page)


def test_the_tab_is_there_when_there_are_children(browser: Client, run: Run, step: StepRun) -> None:
    page = browser.get(f"/w/lab/runs/{run.uid}/?tab=steps").content.decode()
    assert "tab=children" in page
    page = browser.get(tab_of(run)).content.decode()
    assert names_on(page) == ["fold 1", "fold 2", "fold 10"]
    assert "&lt;fold 2&gt;" in page, "a tag's value"
    assert "0.2 – 0.9" in page, "the range of several values"


def test_a_run_without_children_has_no_tab_and_its_address_says_how(
    browser: Client, run: Run
) -> None:
    assert "tab=children" not in browser.get(f"/w/lab/runs/{run.uid}/").content.decode()
    page = browser.get(tab_of(run)).content.decode()
    assert "No child runs" in page and "run.child_run(" in page


def test_the_list_sorts_by_a_metric_and_by_name_and_filters(
    browser: Client, run: Run, step: StepRun
) -> None:
    ChildRun.objects.filter(name="fold 2").update(status="Failed", error="boom <1>")
    page = browser.get(tab_of(run, "&csort=metric:loss")).content.decode()
    assert names_on(page) == ["fold 1", "fold 2", "fold 10"], "the last one logged no number"
    page = browser.get(tab_of(run, "&csort=-metric:loss")).content.decode()
    assert names_on(page) == ["fold 2", "fold 1", "fold 10"]
    assert 'aria-sort="descending"' in page
    page = browser.get(tab_of(run, "&csort=-name")).content.decode()
    assert names_on(page) == ["fold 2", "fold 10", "fold 1"]
    assert names_on(browser.get(tab_of(run, "&cstatus=Failed")).content.decode()) == ["fold 2"]
    assert names_on(browser.get(tab_of(run, "&cq=10")).content.decode()) == ["fold 10"]
    page = browser.get(tab_of(run, "&cq=nothing")).content.decode()
    assert "No child run fits this filter" in page
    assert names_on(browser.get(tab_of(run, "&csort=metric:zzz")).content.decode())[0] == "fold 1"


def test_durations_sort_too(browser: Client, run: Run, step: StepRun) -> None:
    for name, seconds in (("fold 1", 5), ("fold 2", 50), ("fold 10", 1)):
        child = ChildRun.objects.get(name=name)
        child.ended_at = child.started_at + timedelta(seconds=seconds)
        child.save()
    page = browser.get(tab_of(run, "&csort=-duration")).content.decode()
    assert names_on(page) == ["fold 2", "fold 1", "fold 10"]


def test_a_thousand_children_come_in_pages_with_as_many_queries(
    browser: Client, run: Run, step: StepRun
) -> None:
    counts = []
    for many in (0, 1000):
        made = ChildRun.objects.bulk_create(
            ChildRun(run=run, step_run=step, name=f"trial {n}", number=10 + n,
                     started_at=timezone.now(), status="Completed", ended_at=timezone.now())
            for n in range(many)
        )  # fmt: skip
        Metric.objects.bulk_create(
            Metric(run=run, step_run=step, child_run=child, name="loss", value=n / 1000,
                   logged_at=timezone.now())
            for n, child in enumerate(made)
        )  # fmt: skip
        with CaptureQueriesContext(connection) as seen:
            page = browser.get(tab_of(run, "&csort=-metric:loss")).content.decode()
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 24
    assert len(names_on(page)) == 50
    assert "1–50 of 1003" in page and "trial 999" in page
    last = browser.get(tab_of(run, "&cpage=21")).content.decode()
    assert len(names_on(last)) == 3 and 'rel="next"' not in last


def test_a_step_s_panel_lists_its_own(browser: Client, run: Run, step: StepRun) -> None:
    make_child(run, None, "of the run itself")
    panel = f"/w/lab/runs/{run.uid}/steps/{step.uid}/panel?tab=steps"
    assert "panel=children" in browser.get(panel).content.decode()
    page = browser.get(f"{panel}&panel=children", headers={"HX-Request": "true"}).content.decode()
    assert names_on(page) == ["fold 1", "fold 2", "fold 10"]
    assert "csort=-metric%3Aloss" in page and f"step={step.uid}" in page
    other = run.steps.get(node_id="b")
    page = browser.get(f"/w/lab/runs/{run.uid}/steps/{other.uid}/panel").content.decode()
    assert "panel=children" not in page
    everything = browser.get(tab_of(run)).content.decode()
    assert len(names_on(everything)) == 4 and "the run</span>" in everything


def test_a_child_s_panel_has_its_metrics_files_and_children(
    browser: Client, run: Run, step: StepRun
) -> None:
    child = ChildRun.objects.get(name="fold 1")
    log(child, "matrix", {"data": {"matrix": [[3, 1], [0, 4]]}}, kind="confusion_matrix")
    make_child(run, step, "inner <x>", parent=child)
    page = browser.get(tab_of(run, f"&child={child.uid}")).content.decode()
    assert "true 0, predicted 1: 1" in page and "loss: 2 values, from 0.9 to 0.2" in page
    assert 'aria-selected="true"' in page
    assert "inner &lt;x&gt;" not in names_on(page), "a child's children are in its own panel"
    panel = f"/w/lab/runs/{run.uid}/children/{child.uid}/panel"
    assert "kept no files" in browser.get(f"{panel}?panel=files").content.decode()
    page = browser.get(f"{panel}?panel=children").content.decode()
    assert names_on(page) == ["inner &lt;x&gt;"]
    ChildRun.objects.filter(pk=child.pk).update(status="Failed", error="diverged <3>")
    assert "diverged &lt;3&gt;" in browser.get(panel).content.decode()


def test_what_changes_is_asked_for_until_the_child_has_ended(
    browser: Client, run: Run, step: StepRun
) -> None:
    child = ChildRun.objects.get(name="fold 1")
    panel = f"/w/lab/runs/{run.uid}/children/{child.uid}/panel"
    assert "every 5s" in browser.get(panel).content.decode()
    live = browser.get(f"{panel}?live=1", headers={"HX-Request": "true"})
    assert live.status_code == 200 and b'id="child-body"' in live.content
    ChildRun.objects.filter(pk=child.pk).update(status="Completed")
    assert browser.get(f"{panel}?live=1", headers={"HX-Request": "true"}).status_code == 286
    fragment = browser.get(
        f"/w/lab/runs/{run.uid}/children/?cq=10", headers={"HX-Request": "true"}
    ).content.decode()
    assert names_on(fragment) == ["fold 10"] and "<html" not in fragment


def test_children_of_a_reused_step_are_those_of_the_earlier_run(
    browser: Client, workspace: Any, actor: Any, source: str, run: Run, step: StepRun
) -> None:
    finish(run, "a")
    again = submit(workspace, actor, body_of("a -> b -> c", source, experiment="iris"))
    assert again.steps.get(node_id="a").reused
    page = browser.get(tab_of(again)).content.decode()
    assert names_on(page) == ["fold 1", "fold 2", "fold 10"]
    child = ChildRun.objects.get(name="fold 1")
    assert browser.get(tab_of(again, f"&child={child.uid}")).status_code == 200


def test_children_of_others_are_unknown(
    browser: Client, stranger: Client, owner: Any, run: Run, step: StepRun
) -> None:
    child = ChildRun.objects.get(name="fold 1")
    panel = f"/w/lab/runs/{run.uid}/children/{child.uid}/panel"
    assert stranger.get(panel).status_code in (403, 404)
    create_workspace(name="other", owner=owner)
    assert browser.get(panel.replace("/lab/", "/other/")).status_code == 404
    assert browser.get(f"/w/lab/runs/{run.uid}/children/nobody/panel").status_code == 404
    old = browser.get(tab_of(run, "&child=nobody"))
    assert old.status_code == 200, "an old link still shows the run"
