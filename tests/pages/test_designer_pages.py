"""The designer's home and the page that the editor opens in."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client
from django.utils.html import escape

from pipelines.models import PipelineDraft
from pipelines.services.drafts import create_draft
from pipelines.services.samples import read_samples
from tests.support.submitting import make_target

HOME = "/w/lab/designer/"


def make_draft(workspace: Any, actor: Any, **body: Any) -> PipelineDraft:
    return create_draft(workspace=workspace, actor=actor, body=body)


def test_a_new_pipeline_is_one_press_away(browser: Client, workspace: Any) -> None:
    page = browser.get(HOME).content.decode()
    assert 'action="/w/lab/designer/new"' in page
    answer = browser.post(f"{HOME}new")
    draft = PipelineDraft.objects.get()
    assert answer["Location"] == f"{HOME}{draft.uid}"
    assert draft.name in browser.get(HOME).content.decode()


def test_the_editor_is_told_what_it_needs(browser: Client, workspace: Any, actor: Any) -> None:
    draft = make_draft(workspace, actor, name="A <b>bold</b> “name”")
    answer = browser.get(f"{HOME}{draft.uid}")
    page = answer.content.decode()
    assert "<title>A &lt;b&gt;bold&lt;/b&gt; “name” · Forebay</title>" in page
    (place,) = re.findall(r'<div id="designer"[^>]*>', page)
    told = dict(re.findall(r'data-([a-z-]+)="([^"]*)"', place))
    assert told.pop("worker-url").startswith("/static/dist/layout-worker")
    assert told.pop("code-url").startswith("/static/dist/code")
    assert told.pop("dialogs-url").startswith("/static/dist/designer-dialogs")
    assert told == {
        "draft": draft.uid,
        "api": "/api/v1/workspaces/lab",
        "pages": "/w/lab",
        "live-url": "/ws/lab/live",
        "user": "ada",
        "editable": "true",
    }
    assert answer["Cache-Control"] == "no-store"


def test_a_reader_looks_and_changes_nothing(
    reader: Client, workspace: Any, actor: Any, owner: Any
) -> None:
    draft = make_draft(workspace, actor)
    assert 'data-editable="false"' in reader.get(f"{HOME}{draft.uid}").content.decode()
    assert "designer/new" not in reader.get(HOME).content.decode()
    assert reader.post(f"{HOME}new").status_code == 403
    assert PipelineDraft.objects.count() == 1


def test_a_draft_that_is_not_there_leads_to_the_home(browser: Client, workspace: Any) -> None:
    answer = browser.get(f"{HOME}nothing")
    assert answer.status_code == 404
    assert f'href="{HOME}"' in answer.content.decode()


def test_a_sample_opens_in_the_editor(browser: Client, workspace: Any, owner: Any) -> None:
    make_target(workspace, owner, "cpu")
    page = browser.get(HOME).content.decode()
    for sample in read_samples():
        assert escape(sample.name) in page
        assert f'name="sample" value="{sample.key}"' in page
    assert page.count('<svg class="graph-picture"') == 5
    answer = browser.post(f"{HOME}new", {"sample": "wine"})
    draft = PipelineDraft.objects.get()
    assert answer["Location"] == f"{HOME}{draft.uid}"
    assert (draft.name, draft.default_compute) == ("Wine: groups without labels", "cpu")
    assert browser.post(f"{HOME}new", {"sample": "beer"}).status_code == 422


def test_the_home_lists_my_drafts_and_counts_those_of_others(
    browser: Client, reader: Client, workspace: Any, actor: Any
) -> None:
    make_draft(workspace, actor, name="Mine alone")
    assert "Mine alone" in browser.get(HOME).content.decode()
    page = reader.get(HOME).content.decode()
    assert "Mine alone" not in page
    assert "You have no drafts yet" in page
    assert "Drafts of others (1)" in page
