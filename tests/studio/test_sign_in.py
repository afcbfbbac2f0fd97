"""Getting in: password, one-time link, tokens; and staying on our own pages."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from workspaces.models import AccessToken, AuditEntry, FailureCount, SignInLink
from workspaces.services.access import create_token
from workspaces.services.sign_in import create_sign_in_link

HERE = {"next": "/settings/tokens/"}


@pytest.fixture
def link(owner: Any) -> str:
    return f"/sign-in/{create_sign_in_link(user=owner, now=timezone.now())}"


def signed_in(client: Client) -> bool:
    return client.get("/settings/tokens/").status_code == 200


def try_password(client: Client, password: str, **more: str) -> Any:
    return client.post("/sign-in", {"username": "ada", "password": password, **more})


def test_the_right_password_opens_the_page_asked_for(owner: Any, client: Client) -> None:
    answer = try_password(client, "lovelace-1843", **HERE)
    assert (answer.status_code, answer.headers["Location"]) == (302, HERE["next"])
    assert signed_in(client)


@pytest.mark.parametrize("name", ["ada", "nobody", "", "أدا🙂"])
def test_a_wrong_password_and_a_wrong_name_read_the_same(
    owner: Any, client: Client, name: str
) -> None:
    answer = client.post("/sign-in", {"username": name, "password": "x"})
    assert answer.status_code == 401
    assert "do not match" in answer.content.decode()
    assert not signed_in(client)


def test_guessing_is_slowed_down_for_that_name_only(
    owner: Any, client: Client, django_user_model: Any
) -> None:
    for _ in range(8):
        assert try_password(client, "guess").status_code == 401
    answer = try_password(client, "lovelace-1843")
    assert answer.status_code == 429
    assert "Try again in 5 minutes" in answer.content.decode()
    assert 290 <= int(answer["Retry-After"]) <= 301
    django_user_model.objects.create_user("grace", password="hopper-1952")
    other = client.post("/sign-in", {"username": "grace", "password": "hopper-1952"})
    assert other.status_code == 302
    FailureCount.objects.update(since=timezone.now() - timedelta(minutes=5, seconds=1))
    assert try_password(client, "lovelace-1843").status_code == 302


def test_trying_many_names_from_one_address_is_slowed_down_too(owner: Any, client: Client) -> None:
    for number in range(60):
        client.post("/sign-in", {"username": f"name-{number}", "password": "x"})
    assert try_password(client, "lovelace-1843").status_code == 429
    elsewhere = client.post(
        "/sign-in",
        {"username": "ada", "password": "lovelace-1843"},
        REMOTE_ADDR="192.0.2.1",
    )
    assert elsewhere.status_code == 302


def test_signing_in_and_out_and_failing_to_are_in_the_audit_log(owner: Any, client: Client) -> None:
    client.post("/sign-in", {"username": "no\0body", "password": "x"})
    try_password(client, "lovelace-1843")
    client.post("/sign-out")
    told = [
        (e.action, e.user_name, e.subject_name, e.via, e.address)
        for e in AuditEntry.objects.order_by("id")
    ]
    assert told == [
        ("sign_in.failed", "", "nobody", "nobody", "127.0.0.1"),
        ("sign_in.succeeded", "ada", "ada", "password", "127.0.0.1"),
        ("sign_in.ended", "ada", "ada", "session", "127.0.0.1"),
    ]


def test_a_closed_account_says_so_to_who_knows_its_password(owner: Any, client: Client) -> None:
    owner.is_active = False
    owner.save()
    assert "do not match" in try_password(client, "guess").content.decode()
    answer = try_password(client, "lovelace-1843")
    assert answer.status_code == 401
    assert "This account is closed" in answer.content.decode()


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "w/lab"],
)
def test_next_never_leads_elsewhere(owner: Any, client: Client, target: str) -> None:
    answer = try_password(client, "lovelace-1843", next=target)
    assert answer.headers["Location"] == "/"


def test_a_link_is_used_by_its_button_not_by_looking(owner: Any, client: Client, link: str) -> None:
    for _ in range(2):
        page = client.get(link)
        assert page.status_code == 200
        assert "ada" in page.content.decode()
        assert not signed_in(client)
    assert client.post(link).status_code == 302
    assert signed_in(client)


def test_a_link_works_once(owner: Any, client: Client, link: str) -> None:
    client.post(link)
    again = Client().post(link)
    assert again.status_code == 403
    assert "was used already" in again.content.decode()


def test_a_link_lives_ten_minutes(owner: Any, client: Client, link: str) -> None:
    SignInLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    answer = client.post(link)
    assert "older than 10 minutes" in answer.content.decode()
    assert not signed_in(client)


def test_an_unknown_link_is_refused(db: None, client: Client) -> None:
    assert "not known here" in client.get("/sign-in/nothing").content.decode()


@pytest.mark.parametrize(
    "elsewhere", [{"REMOTE_ADDR": "192.0.2.7"}, {"HTTP_X_FORWARDED_FOR": "192.0.2.7"}]
)
def test_a_link_works_on_this_machine_only(
    owner: Any, client: Client, link: str, elsewhere: dict[str, str]
) -> None:
    answer = client.post(link, **elsewhere)
    assert answer.status_code == 403
    assert "on the machine that runs the studio" in answer.content.decode()
    assert SignInLink.objects.get().used_at is None


def test_the_secret_of_a_link_is_not_stored(owner: Any, link: str) -> None:
    assert link.rpartition("/")[2] not in str(SignInLink.objects.values().get())


def test_signing_out_needs_a_post(owner: Any, client: Client) -> None:
    client.force_login(owner)
    assert client.get("/sign-out").status_code == 405
    assert signed_in(client)
    client.post("/sign-out")
    assert not signed_in(client)


def test_a_new_token_is_shown_once_and_works(owner: Any, client: Client) -> None:
    client.force_login(owner)
    page = client.post("/settings/tokens/", {"name": "laptop", "lifetime": "30"}).content.decode()
    raw = re.search(r"fby_[\w-]{20,}", page)
    assert raw
    me = Client().get("/api/v1/me", headers={"Authorization": f"Bearer {raw.group()}"})
    assert me.json() == {"user": "ada", "name": "ada", "token_kind": "personal"}
    assert raw.group() not in client.get("/settings/tokens/").content.decode()
    left = AccessToken.objects.get().expires_at - timezone.now()
    assert 29 <= left.days <= 30


@pytest.mark.parametrize("form", [{"name": " "}, {"name": "x", "lifetime": "1000000"}, {}])
def test_a_token_that_cannot_be_made_says_why(
    owner: Any, client: Client, form: dict[str, str]
) -> None:
    client.force_login(owner)
    assert client.post("/settings/tokens/", form).status_code == 422
    assert not AccessToken.objects.exists()


def test_only_own_tokens_can_be_revoked(owner: Any, client: Client, django_user_model: Any) -> None:
    mine, raw = create_token(user=owner, name="laptop")
    theirs, _ = create_token(user=django_user_model.objects.create_user("grace"), name="hers")
    client.force_login(owner)
    assert client.post(f"/settings/tokens/{theirs.uid}/revoke").status_code == 404
    assert client.post(f"/settings/tokens/{mine.uid}/revoke").status_code == 302
    theirs.refresh_from_db()
    assert theirs.revoked_at is None
    answer = Client().get("/api/v1/me", headers={"Authorization": f"Bearer {raw}"})
    assert answer.json()["code"] == "token_revoked"


def test_the_administration_signs_in_at_the_same_door(owner: Any, client: Client) -> None:
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0] == "/sign-in?next=/admin/"
    client.force_login(owner)
    assert client.get("/admin/", follow=True).status_code == 403


def test_the_administration_shows_tokens_without_digests(
    admin_client: Client, owner: Any, workspace: Any
) -> None:
    token, _ = create_token(user=owner, name="laptop")
    for app, model in (
        ("workspaces", "workspace"),
        ("workspaces", "accesstoken"),
        ("workspaces", "snapshot"),
        ("data", "dataset"),
        ("compute", "computetarget"),
        ("pipelines", "run"),
        ("pipelines", "steprun"),
        ("pipelines", "event"),
        ("auth", "user"),
    ):
        assert admin_client.get(f"/admin/{app}/{model}/").status_code == 200
    page = admin_client.get(f"/admin/workspaces/accesstoken/{token.pk}/change/")
    assert page.status_code == 200
    assert token.digest not in page.content.decode()
    assert "Forebay" in page.content.decode()
    admin_client.post(
        "/admin/workspaces/accesstoken/", {"action": "revoke", "_selected_action": [token.pk]}
    )
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_health_needs_no_sign_in_and_tells_no_secret(db: None, client: Client) -> None:
    answer = client.get("/health")
    assert answer.json() | {"version": ""} == {
        "status": "ok",
        "web": True,
        "runner": False,
        "queue": False,
        "version": "",
    }


def test_the_schema_is_for_signed_in_callers(api: Any, client: Client) -> None:
    assert client.get("/api/v1/schema").status_code == 401
    schema = api.get("/api/v1/schema").json()
    assert "/api/v1/workspaces/{workspace_name}" in schema["paths"]
