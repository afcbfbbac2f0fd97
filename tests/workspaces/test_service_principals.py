"""Service principals: made by Owners, secrets that end, tokens for an hour."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from workspaces.domain.roles import Role
from workspaces.models import AccessToken, AuditEntry, FailureCount, ServicePrincipalSecret

HERE = "/api/v1/workspaces/lab/service-principals"
TOKEN = "/api/v1/oauth2/token"


@pytest.fixture
def made(api: Any, workspace: Any) -> dict[str, Any]:
    """A service principal `ci` with one secret: id, client_id, secret, secret_id."""
    row = api.post(HERE, {"name": "ci", "role": "Contributor"}).json()
    secret = api.post(f"{HERE}/{row['id']}/secrets", {"days": 30}).json()
    return {**row, "secret": secret["secret"], "secret_id": secret["id"]}


def ask(client_id: str, secret: str, path: str = TOKEN, **more: Any) -> Any:
    body = {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": secret,
        **more,
    }
    return form(path, body)


def form(path: str, body: Any, **headers: str) -> Any:
    kind = "application/x-www-form-urlencoded"
    return Client().post(path, urlencode(body), content_type=kind, headers=headers)


def bearer(token: str, path: str = "/api/v1/workspaces/lab") -> Any:
    return Client().get(path, headers={"Authorization": f"Bearer {token}"})


def test_a_secret_is_shown_once_and_kept_as_a_digest(api: Any, made: Any) -> None:
    assert made["secret"].startswith("fbs_")
    assert made["secret"] not in api.get(f"{HERE}/{made['id']}").content.decode()
    assert made["secret"] not in str(ServicePrincipalSecret.objects.values().get())
    assert made["secret"] not in str(list(AuditEntry.objects.values()))


@pytest.mark.parametrize("path", [TOKEN, "/tenant/oauth2/v2.0/token", "/tenant/oauth2/token"])
def test_a_secret_is_traded_for_a_token_of_an_hour(made: Any, path: str) -> None:
    answer = ask(made["client_id"], made["secret"], path, scope="x/.default")
    body = answer.json()
    assert (answer.status_code, body["token_type"], body["expires_in"]) == (200, "Bearer", 3600)
    assert answer["Cache-Control"] == "no-store"
    assert bearer(body["access_token"]).json()["name"] == "lab"
    me = bearer(body["access_token"], "/api/v1/me").json()
    assert (me["name"], me["token_kind"]) == ("ci", "service")


def test_json_and_basic_do_too(made: Any) -> None:
    body = {
        "grant_type": "client_credentials",
        "client_id": made["client_id"],
        "client_secret": made["secret"],
    }
    assert Client().post(TOKEN, body, content_type="application/json").status_code == 200
    pair = base64.b64encode(f"{made['client_id']}:{made['secret']}".encode()).decode()
    answer = form(TOKEN, {"grant_type": "client_credentials"}, Authorization=f"Basic {pair}")
    assert answer.status_code == 200


def test_the_token_has_the_role_it_was_given_and_no_more(api: Any, made: Any) -> None:
    token = ask(made["client_id"], made["secret"]).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}

    def post(path: str, body: Any) -> int:
        kind = "application/json"
        return Client().post(path, body, content_type=kind, headers=headers).status_code

    assert post("/api/v1/workspaces/lab/experiments", {"name": "nightly"}) == 200
    assert post(HERE, {"name": "another"}) == 403
    api.patch(f"{HERE}/{made['id']}", {"role": "Reader"})
    assert post("/api/v1/workspaces/lab/experiments", {"name": "nightly"}) == 403


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "invalid_request"),
        ({}, "unsupported_grant_type"),
    ],
)
def test_a_request_that_asks_wrongly_gets_oauth_s_words(db: None, body: Any, error: str) -> None:
    answer = form(TOKEN, body)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.json()["error_description"].endswith(".")


def expire() -> None:
    ServicePrincipalSecret.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


def test_each_dead_end_has_its_own_code(api: Any, made: Any) -> None:
    def code(secret: str = made["secret"]) -> tuple[int, str, str]:
        answer = ask(made["client_id"], secret)
        return answer.status_code, answer.json()["error"], answer.json()["code"]

    assert code("fbs_wrong") == (401, "invalid_client", "client_unknown")
    api.patch(f"{HERE}/{made['id']}", {"enabled": False})
    assert code() == (401, "invalid_client", "account_disabled")
    api.patch(f"{HERE}/{made['id']}", {"enabled": True})
    assert ask(made["client_id"], made["secret"]).status_code == 200
    expire()
    assert code() == (401, "invalid_client", "secret_expired")
    api.delete(f"{HERE}/{made['id']}/secrets/{made['secret_id']}")
    assert code() == (401, "invalid_client", "secret_revoked")


def test_a_secret_of_another_principal_is_no_use(api: Any, made: Any) -> None:
    other = api.post(HERE, {"name": "other", "role": "Owner"}).json()
    assert ask(other["client_id"], made["secret"]).json()["code"] == "client_unknown"


def test_revoking_a_secret_ends_its_tokens(api: Any, made: Any) -> None:
    token = ask(made["client_id"], made["secret"]).json()["access_token"]
    assert api.delete(f"{HERE}/{made['id']}/secrets/{made['secret_id']}").status_code == 204
    assert bearer(token).json()["code"] == "token_revoked"


def test_disabling_ends_its_tokens_until_it_is_enabled(api: Any, made: Any) -> None:
    token = ask(made["client_id"], made["secret"]).json()["access_token"]
    api.patch(f"{HERE}/{made['id']}", {"enabled": False})
    assert bearer(token).json()["code"] == "account_disabled"
    api.patch(f"{HERE}/{made['id']}", {"enabled": True})
    assert bearer(token).status_code == 200


def test_rotation_gives_programs_a_day_to_change(api: Any, made: Any) -> None:
    path = f"{HERE}/{made['id']}/secrets/{made['secret_id']}/rotate"
    new = api.post(path, {"days": 90}).json()
    for secret in (made["secret"], new["secret"]):
        assert ask(made["client_id"], secret).status_code == 200
    old = ServicePrincipalSecret.objects.get(uid=made["secret_id"])
    left = old.expires_at - timezone.now()
    assert timedelta(hours=23) < left <= timedelta(hours=24)
    expire()
    assert api.post(path).status_code == 409


@pytest.mark.parametrize("days", [0, 731, "30", True, 1.5])
def test_a_secret_s_life_is_bounded(api: Any, made: Any, days: Any) -> None:
    answer = api.post(f"{HERE}/{made['id']}/secrets", {"days": days})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "ci"}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "new", "role": "King"}, "role"),
        ({"name": "new", "entra_app_id": "no-guid"}, "entra_app_id"),
        ({"name": "new", "secret": "mine"}, "secret"),
    ],
)
def test_what_cannot_be_made_says_which_field(api: Any, made: Any, body: Any, field: str) -> None:
    answer = api.post(HERE, body)
    assert answer.status_code == 422
    assert [p["field"] for p in answer.json()["problems"]] == [field]
    assert len(api.get(HERE).json()["items"]) == 1


def test_only_owners_see_them(made: Any, client_of: Any) -> None:
    contributor = client_of("grace", Role.CONTRIBUTOR)
    assert contributor.get(HERE).status_code == 403
    assert contributor.post(f"{HERE}/{made['id']}/secrets", {}).status_code == 403
    assert ServicePrincipalSecret.objects.count() == 1


def test_everything_is_in_the_audit_log(api: Any, made: Any) -> None:
    ask(made["client_id"], made["secret"])
    ask(made["client_id"], "fbs_wrong")
    api.patch(f"{HERE}/{made['id']}", {"enabled": False, "name": "ci-2", "role": "Reader"})
    done = [e.action for e in AuditEntry.objects.order_by("id") if e.action.startswith("service")]
    assert done == [
        "service_principal.created",
        "service_principal.secret_added",
        "service_principal.signed_in",
        "service_principal.sign_in_failed",
        "service_principal.changed",
        "service_principal.disabled",
    ]
    signed_in = AuditEntry.objects.get(action="service_principal.signed_in")
    assert signed_in.address == "127.0.0.1"
    assert signed_in.via == f"secret {made['secret'][:12]}…"


def test_guessing_secrets_is_slowed_down(made: Any) -> None:
    for _ in range(8):
        assert ask(made["client_id"], "fbs_guess").status_code == 401
    answer = ask(made["client_id"], made["secret"])
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
    assert 290 <= int(answer["Retry-After"]) <= 301
    FailureCount.objects.update(since=timezone.now() - timedelta(minutes=6))
    assert ask(made["client_id"], made["secret"]).status_code == 200
    assert AccessToken.objects.filter(kind="service").count() == 1
