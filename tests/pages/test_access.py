"""Every page asks who you are; nobody learns about workspaces of others."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from pipelines.models import Run


def pages_of(run: Run) -> list[str]:
    here = "/w/lab"
    step = run.steps.get(node_id="a").uid
    panel = f"{here}/runs/{run.uid}/steps/{step}"
    return [
        f"{here}/",
        f"{here}/pipelines/",
        f"{here}/experiments/",
        f"{here}/experiments/iris/",
        *(f"{here}/runs/{run.uid}/?tab={tab}" for tab in TABS),
        f"{here}/runs/{run.uid}/live?tab=steps",
        *(f"{panel}/panel?panel={name}" for name in PANELS),
        *(f"{panel}/panel?panel={name}&live=1" for name in PANELS),
        f"{panel}/source?path=main.py",
    ]


TABS = ("graph", "steps", "outputs", "snapshot", "json")
PANELS = ("details", "parameters", "outputs", "metrics", "snapshot", "attempts")


@pytest.mark.parametrize("who", ["browser", "reader"])
def test_members_see_every_page(request: Any, who: str, run: Run) -> None:
    client: Client = request.getfixturevalue(who)
    for url in pages_of(run):
        answer = client.get(url)
        assert answer.status_code == 200, url
        page = answer.content.decode()
        # What the strict Content-Security-Policy would refuse.
        assert " style=" not in page, url
        assert "<script>" not in page, url
        assert " onclick=" not in page, url


def test_strangers_get_404_and_signed_out_people_the_sign_in_page(
    stranger: Client, run: Run
) -> None:
    for url in pages_of(run):
        assert stranger.get(url).status_code == 404, url
        answer = Client(SERVER_NAME="127.0.0.1").get(url)
        assert answer.status_code == 302, url
        assert answer["Location"].startswith("/sign-in?next=/w/lab/"), url


def test_ids_of_another_workspace_are_not_found(
    browser: Client, owner: Any, run: Run, workspace: Any
) -> None:
    from workspaces.services.workspaces import create_workspace

    create_workspace(name="other", owner=owner)
    for url in pages_of(run):
        if "/runs/" in url or "/experiments/iris/" in url:
            assert browser.get(url.replace("/w/lab/", "/w/other/")).status_code == 404, url


def test_the_front_door_leads_to_the_first_workspace(
    browser: Client, stranger: Client, workspace: Any
) -> None:
    assert browser.get("/")["Location"] == "/w/lab/"
    assert "not a member of any workspace" in stranger.get("/").content.decode()
    assert Client(SERVER_NAME="127.0.0.1").get("/")["Location"] == "/sign-in?next=/"


def test_an_owner_cancels_and_a_reader_cannot(browser: Client, reader: Client, run: Run) -> None:
    url = f"/w/lab/runs/{run.uid}/cancel"
    assert 'id="cancel-dialog"' not in reader.get(f"/w/lab/runs/{run.uid}/").content.decode()
    assert reader.post(url).status_code == 403
    assert browser.get(url).status_code == 405
    run.refresh_from_db()
    assert run.status != "Canceled"

    assert 'id="cancel-dialog"' in browser.get(f"/w/lab/runs/{run.uid}/").content.decode()
    assert browser.post(url, {"next": "/w/lab/pipelines/"})["Location"] == "/w/lab/pipelines/"
    run.refresh_from_db()
    assert run.status == "Canceled"
    answer = browser.post(url, {"next": "https://evil.example/"})
    assert answer["Location"] == f"/w/lab/runs/{run.uid}/"


def test_cancel_needs_the_page_s_own_form(owner: Any, run: Run) -> None:
    client = Client(SERVER_NAME="127.0.0.1", enforce_csrf_checks=True)
    client.force_login(owner)
    answer = client.post(f"/w/lab/runs/{run.uid}/cancel")
    assert answer.status_code == 403
    run.refresh_from_db()
    assert run.status != "Canceled"


def test_unknown_addresses_look_like_the_rest(browser: Client, workspace: Any) -> None:
    for url in ("/nope", "/w/lab/runs/nope/", "/w/lab/experiments/nope/", "/w/nope/"):
        answer = browser.get(url)
        assert answer.status_code == 404
        assert "Go home" in answer.content.decode()
