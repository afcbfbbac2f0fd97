"""The designer's home and the page that the editor opens in."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from pipelines.models import PipelineDraft
from pipelines.services.drafts import create_draft

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
