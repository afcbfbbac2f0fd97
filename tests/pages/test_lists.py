"""The run list, experiments and home: filters in the URL, constant cost, odd names."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pipelines.domain.status import Status
from pipelines.models import Experiment, Run
from tests.support.submitting import body_of, finish, submit

RUNS = "/w/lab/pipelines/"


def make_runs(workspace: Any, owner: Any, count: int) -> None:
    now = timezone.now()
    experiments = [
        Experiment.objects.get_or_create(workspace=workspace, name=f"exp-{n}")[0] for n in range(20)
    ]
    statuses = ("Completed", "Failed", "Running", "Canceled")
    known = Run.objects.count()
    Run.objects.bulk_create(
        Run(
            workspace=workspace,
            experiment=experiments[n % 20],
            number=n,
            status=statuses[n % 4],
            graph={},
            tags={"n": str(n)},
            submitted_by=owner,
            submitted_at=now,
            started_at=now,
            ended_at=None if n % 4 == 2 else now + timedelta(seconds=n),
        )
        for n in range(known + 1, known + count + 1)
    )


def queries_of(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def numbers(client: Client, url: str) -> list[int]:
    page = client.get(url).context["page"]
    return [run.number for run in page.object_list]


@pytest.mark.parametrize(
    "url", [RUNS, f"{RUNS}?sort=-duration&q=exp", "/w/lab/experiments/", "/w/lab/"]
)
def test_a_thousand_runs_cost_as_many_queries_as_ten(
    browser: Client, workspace: Any, owner: Any, url: str
) -> None:
    make_runs(workspace, owner, 10)
    few = queries_of(browser, url)
    make_runs(workspace, owner, 990)
    assert queries_of(browser, url) == few <= 12


def test_filter_sort_and_pages_live_in_the_url(browser: Client, workspace: Any, owner: Any) -> None:
    make_runs(workspace, owner, 120)
    assert numbers(browser, RUNS) == list(range(120, 70, -1))
    assert numbers(browser, f"{RUNS}?page=3") == list(range(20, 0, -1))
    assert numbers(browser, f"{RUNS}?page=99") == list(range(20, 0, -1))
    assert numbers(browser, f"{RUNS}?page=x&sort=nonsense&status=Odd")[0] == 120
    failed = browser.get(f"{RUNS}?status=Failed").context["page"].object_list
    assert {run.status for run in failed} == {"Failed"}
    assert {run.status for run in browser.get(f"{RUNS}?status=running").context["page"]} == {
        "Running"
    }
    assert numbers(browser, f"{RUNS}?experiment=exp-3") == [103, 83, 63, 43, 23, 3]
    assert numbers(browser, f"{RUNS}?q=exp-7+107") == [107]
    assert numbers(browser, f"{RUNS}?q=nothing-like-this") == []
    assert numbers(browser, f"{RUNS}?sort=duration")[:2] == [1, 3]
    assert numbers(browser, f"{RUNS}?sort=-duration")[:2] == [120, 119]
    page = browser.get(f"{RUNS}?status=Failed&sort=-run&page=1").content.decode()
    assert "status=Failed" in page, "links keep the filter"


def test_htmx_gets_the_list_alone(browser: Client, run: Run) -> None:
    part = browser.get(RUNS, headers={"HX-Request": "true", "HX-Target": "runs-list"})
    assert "<html" not in part.content.decode()
    assert "Run 1" in part.content.decode()
    assert "HX-Target" in part["Vary"]
    whole = browser.get(RUNS, headers={"HX-Request": "true"})
    assert "<html" in whole.content.decode()


def test_empty_lists_say_what_to_do(browser: Client, workspace: Any) -> None:
    assert "No runs yet" in browser.get(RUNS).content.decode()
    assert "No experiments yet" in browser.get("/w/lab/experiments/").content.decode()
    home = browser.get("/w/lab/").content.decode()
    assert "make demo" in home
    assert "&quot;workspace_name&quot;: &quot;lab&quot;" in home
    assert "/settings/tokens/" in home
    assert "No run fits this filter" in browser.get(f"{RUNS}?q=zzz").content.decode()


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{ 7|add:7 }}",
        "🌸 naïve Ünïcode",
        "تجربة طويلة",
        "x" * 200,
        "100% & more? #1",
    ],
)
def test_odd_names_are_shown_and_never_run(
    browser: Client, workspace: Any, actor: Any, source: str, name: str
) -> None:
    body = body_of("a", source, tags={name[:50]: name}, description=name)
    body["graph"]["nodes"][0]["name"] = name
    run = submit(workspace, actor, body)
    Experiment.objects.filter(pk=run.experiment_id).update(name=name)
    step = run.steps.get()
    here = f"/w/lab/runs/{run.uid}"
    for url in (
        RUNS,
        "/w/lab/",
        "/w/lab/experiments/",
        f"{here}/",
        f"{here}/?tab=steps",
        f"{here}/?tab=outputs",
        f"{here}/?tab=json",
        f"{here}/steps/{step.uid}/panel",
    ):
        page = browser.get(url).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "{{" not in page or "{{ 7|add:7 }}" in page
    assert browser.get(f"/w/lab/experiments/{quote(name)}/").status_code == 200


def test_home_shows_what_runs_and_what_failed(
    browser: Client, reader: Client, workspace: Any, actor: Any, source: str, run: Run
) -> None:
    failed = submit(workspace, actor, body_of("x", source, experiment="broken"))
    finish(failed, "x", Status.FAILED)
    home = browser.get("/w/lab/").context["home"]
    assert [r.uid for r in home.running] == [run.uid]
    assert [r.uid for r in home.failed] == [failed.uid]
    assert len(home.mine) == 2
    assert reader.get("/w/lab/").context["home"].mine == []
