"""The list of pipeline drafts, and what is cloned into it."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.utils import timezone

from endpoints.services.publishing import publish_run
from pipelines.domain.drafts import empty_graph
from pipelines.models import PipelineDraft
from pipelines.services.drafts import create_draft
from tests.pages.test_lists import queries_of

LIST = "/w/lab/drafts/"
LONG = "A name that goes on and on, " * 9


def make_drafts(workspace: Any, owner: Any, run: Any, count: int) -> None:
    now = timezone.now()
    PipelineDraft.objects.bulk_create(
        PipelineDraft(
            workspace=workspace,
            name=f"draft {n:04}",
            graph=empty_graph(),
            step_count=n % 7,
            last_run=run if n % 3 == 0 else None,
            created_by=owner,
            created_at=now,
            updated_by=owner,
            updated_at=now,
        )
        for n in range(count)
    )


def names(client: Client, url: str) -> list[str]:
    return [row.name for row in client.get(url).context["page"].object_list]


def test_a_thousand_drafts_cost_as_many_queries_as_ten(
    browser: Client, workspace: Any, owner: Any, run: Any
) -> None:
    make_drafts(workspace, owner, run, 10)
    few = queries_of(browser, LIST)
    make_drafts(workspace, owner, run, 990)
    assert queries_of(browser, LIST) == few <= 12
    assert queries_of(browser, f"{LIST}?sort=-last&q=draft") <= 12


def test_search_order_and_pages_live_in_the_url(
    browser: Client, workspace: Any, owner: Any, run: Any
) -> None:
    make_drafts(workspace, owner, run, 120)
    assert names(browser, f"{LIST}?sort=name")[:2] == ["draft 0000", "draft 0001"]
    assert names(browser, f"{LIST}?sort=-name&page=3")[-1] == "draft 0000"
    assert names(browser, f"{LIST}?q=draft+0007") == ["draft 0007"]
    assert names(browser, f"{LIST}?q=nothing") == []
    assert "No draft fits this search" in browser.get(f"{LIST}?q=nothing").content.decode()
    part = browser.get(LIST, headers={"HX-Request": "true", "HX-Target": "drafts-list"})
    assert part.content.decode().lstrip().startswith('<div id="drafts-list"')


def test_an_empty_list_says_what_a_draft_is(browser: Client, workspace: Any) -> None:
    page = browser.get(LIST).content.decode()
    assert "No pipeline drafts yet" in page
    assert 'href="/w/lab/designer/"' in page


def test_clone_and_delete(browser: Client, reader: Client, workspace: Any, actor: Any) -> None:
    draft = create_draft(workspace=workspace, actor=actor, body={"name": LONG[:255]})
    page = browser.get(LIST).content.decode()
    assert f"/w/lab/designer/{draft.uid}/clone" in page
    assert f"/w/lab/designer/{draft.uid}/clone" not in reader.get(LIST).content.decode()
    answer = browser.post(f"/w/lab/designer/{draft.uid}/clone")
    copy = PipelineDraft.objects.exclude(pk=draft.pk).get()
    assert answer["Location"] == f"/w/lab/designer/{copy.uid}"
    assert copy.name.endswith("(copy)")
    answer = browser.post(f"/w/lab/designer/{draft.uid}/delete", {"next": f"{LIST}?sort=name"})
    assert answer["Location"] == f"{LIST}?sort=name"
    assert list(PipelineDraft.objects.all()) == [copy]
    assert "is deleted" in browser.get(LIST).content.decode()
    elsewhere = {"next": "https://elsewhere.invalid/"}
    assert browser.post(f"/w/lab/designer/{copy.uid}/delete", elsewhere)["Location"] == LIST


def test_a_run_and_a_published_pipeline_are_cloned_to_drafts(
    browser: Client, reader: Client, run: Any, actor: Any
) -> None:
    page = browser.get(f"/w/lab/runs/{run.uid}/").content.decode()
    assert f'action="/w/lab/runs/{run.uid}/draft"' in page
    assert "Clone to draft" not in reader.get(f"/w/lab/runs/{run.uid}/").content.decode()
    answer = browser.post(f"/w/lab/runs/{run.uid}/draft")
    draft = PipelineDraft.objects.get()
    assert answer["Location"] == f"/w/lab/designer/{draft.uid}"
    assert draft.origin["run"]["id"] == run.uid
    assert draft.step_count == 3

    published = publish_run(run=run, actor=actor, body={"name": "nightly"})
    page = browser.get(f"/w/lab/published/{published.uid}/").content.decode()
    assert f'action="/w/lab/published/{published.uid}/draft"' in page
    browser.post(f"/w/lab/published/{published.uid}/draft")
    second = PipelineDraft.objects.exclude(pk=draft.pk).get()
    assert second.name == "nightly"
    assert second.origin["published"]["id"] == published.uid


def test_new_pipeline_leads_to_the_designer(browser: Client, run: Any) -> None:
    for url in ("/w/lab/pipelines/", LIST, "/w/lab/endpoints/", "/w/lab/published/"):
        page = browser.get(url).content.decode()
        assert page.count('href="/w/lab/designer/"') >= 3, url  # New, Designer, + New pipeline
        assert f'href="{LIST}"' in page
