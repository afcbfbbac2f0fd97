"""Every way of not being signed in is told apart, and leads back to where one was."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from workspaces.models import AccessToken, FailureCount
from workspaces.services.access import create_token, revoke_token

LAB = "/api/v1/workspaces/lab"


def ask(token: str) -> Any:
    return Client().get(LAB, headers={"Authorization": f"Bearer {token}"})


def test_programs_are_told_what_is_wrong_with_their_token(workspace: Any, owner: Any) -> None:
    now = timezone.now()
    revoked, revoked_text = create_token(user=owner, name="old")
    revoke_token(token=revoked, now=now)
    expired, expired_text = create_token(user=owner, name="older")
    AccessToken.objects.filter(pk=expired.pk).update(expires_at=now - timedelta(seconds=1))
    _, good = create_token(user=owner, name="new")
    codes = {
        "": ask("").json()["code"],
        "unknown": ask("fby_x").json()["code"],
        "revoked": ask(revoked_text).json()["code"],
        "expired": ask(expired_text).json()["code"],
    }
    assert codes == {
        "": "token_unknown",
        "unknown": "token_unknown",
        "revoked": "token_revoked",
        "expired": "token_expired",
    }
    owner.is_active = False
    owner.save()
    answer = ask(good)
    assert (answer.status_code, answer.json()["code"]) == (401, "account_disabled")
    assert answer["WWW-Authenticate"] == 'Bearer realm="forebay", error="invalid_token"'
    nobody = Client().get(LAB)
    assert (nobody.json()["code"], nobody["WWW-Authenticate"]) == (
        "unauthenticated",
        'Bearer realm="forebay"',
    )


def test_a_token_for_one_workspace_opens_no_other(workspace: Any, owner: Any, client: Any) -> None:
    from workspaces.services.workspaces import create_workspace

    create_workspace(name="other", owner=owner)
    client.force_login(owner)
    form = {"name": "narrow", "lifetime": "30", "scope": "lab"}
    page = client.post("/settings/tokens/", form).content.decode()
    raw = page.partition('id="shown-once">')[2].partition("<")[0]
    assert ask(raw).status_code == 200
    headers = {"Authorization": f"Bearer {raw}"}
    assert Client().get("/api/v1/workspaces/other", headers=headers).status_code == 404
    assert [
        w["name"] for w in Client().get("/api/v1/workspaces", headers=headers).json()["items"]
    ] == ["lab"]
    form["scope"] = "nope"
    assert client.post("/settings/tokens/", form).status_code == 422


@pytest.fixture
def gone(workspace: Any, owner: Any) -> Client:
    """A browser whose session has ended on the server."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(owner)
    Session.objects.all().delete()
    return client


def where(url: str) -> dict[str, str]:
    return {key: value[0] for key, value in parse_qs(urlsplit(url).query).items()}


def test_an_ended_session_is_told_and_leads_back(gone: Client) -> None:
    answer = gone.get("/w/lab/pipelines/?status=Failed")
    assert where(answer["Location"]) == {"why": "ended", "next": "/w/lab/pipelines/?status=Failed"}
    assert "Your session ended" in gone.get(answer["Location"]).content.decode()
    assert gone.get(LAB).json()["code"] == "session_ended"


def test_a_closed_account_is_told(workspace: Any, owner: Any) -> None:
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(owner)
    owner.is_active = False
    owner.save()
    answer = client.get("/w/lab/")
    assert where(answer["Location"])["why"] == "closed"
    assert "This account is closed" in client.get(answer["Location"]).content.decode()
    assert client.get(LAB).json()["code"] == "account_disabled"


def test_a_form_that_comes_too_late_leads_back_to_its_page(gone: Client) -> None:
    headers = {"Referer": "http://127.0.0.1/w/lab/compute/new/?from=list"}
    answer = gone.post("/w/lab/compute/new/", {"name": "gpu"}, headers=headers)
    assert where(answer["Location"])["next"] == "/w/lab/compute/new/?from=list"
    elsewhere = {"Referer": "https://evil.example/w/lab/"}
    answer = gone.post("/w/lab/compute/new/", {"name": "gpu"}, headers=elsewhere)
    assert where(answer["Location"])["next"] == "/"


def test_a_part_of_a_page_sends_the_whole_page_to_the_door(gone: Client) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://127.0.0.1/w/lab/pipelines/?q=a"}
    answer = gone.get("/w/lab/pipelines/?q=ab", headers=headers)
    assert answer.status_code == 401
    assert where(answer["HX-Redirect"]) == {"why": "ended", "next": "/w/lab/pipelines/?q=a"}


def test_signing_out_says_so(owner: Any) -> None:
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(owner)
    answer = client.post("/sign-out", follow=True)
    assert "You are signed out." in answer.content.decode()


def test_many_bad_tokens_from_one_address_have_to_wait_and_good_ones_never(
    workspace: Any, owner: Any
) -> None:
    _, good = create_token(user=owner, name="good")
    assert [ask(f"fby_{n}").status_code for n in range(60)] == [401] * 60
    answer = ask("fby_61")
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
    assert int(answer["Retry-After"]) > 290
    assert ask(good).status_code == 200
    FailureCount.objects.update(since=timezone.now() - timedelta(minutes=6))
    assert ask("fby_62").status_code == 401
