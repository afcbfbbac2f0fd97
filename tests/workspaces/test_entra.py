"""Tokens of Microsoft Entra ID, from a real issuer process: who gets in, and why others do not."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from django.test import Client

from tests.support.issuer import CLIENT, PEOPLE, SECRET, TENANT, Issuer
from workspaces.domain.entra import EntraSettings
from workspaces.domain.errors import Unavailable
from workspaces.domain.outgoing_rules import read_rules
from workspaces.domain.roles import Role
from workspaces.models import AuditEntry, ExternalIdentity, Member
from workspaces.services.entra import keys_of
from workspaces.services.entra_browser import check_connection
from workspaces.services.entra_keys import (
    FRESH,
    GRACE,
    NEEDED_EVERY,
    UNKNOWN_EVERY,
    EntraKeys,
)
from workspaces.services.workspaces import set_member

LAB = "/api/v1/workspaces/lab"
APP = "99999999-8888-4777-8666-555555555555"


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with Issuer() as running:
        yield running


@pytest.fixture
def entra(issuer: Issuer, settings: Any, workspace: Any) -> EntraSettings:
    """The studio uses the issuer; keys are fetched anew."""
    keys_of.cache_clear()
    issuer.go_out(False)
    settings.FOREBAY_OUTGOING_ALLOW = read_rules([f"127.0.0.1:{issuer.port}"])
    settings.FOREBAY_ENTRA = EntraSettings(
        tenant=TENANT,
        client_id=CLIENT,
        audiences=(CLIENT, f"api://{CLIENT}"),
        authority=issuer.url,
        client_secret=SECRET,
    )
    return settings.FOREBAY_ENTRA


def ask(token: str, path: str = "/api/v1/me") -> Any:
    return Client().get(path, headers={"Authorization": f"Bearer {token}"})


def code(token: str) -> tuple[int, str]:
    answer = ask(token)
    return answer.status_code, answer.json().get("code", "")


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_a_person_is_made_at_first_sight_without_any_role(
    entra: Any, issuer: Issuer, kind: str
) -> None:
    me = ask(issuer.token(kind)).json()
    assert me == {"user": "grace@example.org", "name": "Grace Hopper", "token_kind": "Entra ID"}
    row = ExternalIdentity.objects.get()
    assert (row.issuer, row.subject) == (entra.issuer, PEOPLE["grace"]["oid"])
    assert not row.user.has_usable_password()
    refused = ask(issuer.token(kind), LAB)
    assert refused.status_code == 404
    assert "your user name is 'grace@example.org'" in refused.json()["detail"]
    joined = AuditEntry.objects.get(action="user.joined")
    assert (joined.user_name, joined.via) == ("grace@example.org", "Entra ID")


def test_with_a_role_they_work_as_anyone(entra: Any, issuer: Issuer, workspace: Any) -> None:
    token = issuer.token()
    ask(token)
    user = ExternalIdentity.objects.get().user
    set_member(workspace=workspace, user=user, role=Role.CONTRIBUTOR)
    assert ask(token, LAB).status_code == 200
    made = Client().post(
        f"{LAB}/experiments",
        {"name": "nightly"},
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert made.status_code == 200


def test_tokens_of_version_1_are_the_same_person(entra: Any, issuer: Issuer) -> None:
    ask(issuer.token())
    v1 = issuer.token(
        iss=f"{issuer.url}/{TENANT}/",
        aud=f"api://{CLIENT}",
        ver="1.0",
        upn="grace@example.org",
        preferred_username=None,
    )
    assert ask(v1).json()["user"] == "grace@example.org"
    assert ExternalIdentity.objects.count() == 1


def test_nobody_becomes_somebody_who_is_here_by_a_name(
    entra: Any, issuer: Issuer, owner: Any
) -> None:
    """An issuer's e-mail address or user name is no proof of being `ada`."""
    token = issuer.token(preferred_username="ada", email="ada@example.org", oid="other-oid")
    me = ask(token).json()
    assert me["user"] == "ada-other-oi"
    assert ask(token, LAB).status_code == 404


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"aud": "api://another"}, "wrong_audience"),
        ({"aud": None}, "token_invalid"),
        ({"iss": "https://login.microsoftonline.com/other/v2.0"}, "wrong_tenant"),
        ({"iss": None}, "token_invalid"),
        ({"tid": "99999999-0000-4000-8000-000000000000"}, "wrong_tenant"),
        ({"tid": None}, "wrong_tenant"),
        ({"exp": 1}, "token_expired"),
        ({"exp": None}, "token_invalid"),
        ({"nbf": int(time.time()) + 86400}, "token_not_yet_valid"),
        ({"scp": None}, "token_no_access"),  # an id token, or one for nothing
        ({"oid": None, "sub": None}, "token_invalid"),
    ],
)
def test_a_wrong_token_says_what_is_wrong(
    entra: Any, issuer: Issuer, claims: Any, expected: str
) -> None:
    assert code(issuer.token(**claims)) == (401, expected)
    assert not ExternalIdentity.objects.exists()


def test_signatures_are_checked(entra: Any, issuer: Issuer) -> None:
    good = issuer.token()
    head, body, signature = good.split(".")
    changed = json.loads(base64.urlsafe_b64decode(body + "=="))
    changed["oid"] = PEOPLE["owner"]["oid"]
    forged = base64.urlsafe_b64encode(json.dumps(changed).encode()).rstrip(b"=").decode()
    assert code(f"{head}.{forged}.{signature}") == (401, "token_invalid")
    assert code(f"{head}.{body}.") == (401, "token_invalid")
    kid = jwt.get_unverified_header(good)["kid"]
    public = json.dumps(keys_of(entra).signing_key(kid) and "x" * 40)
    claims = jwt.decode(good, options={"verify_signature": False})
    unsigned = jwt.encode(claims, None, "none", headers={"kid": kid})
    shared = jwt.encode(claims, public, "HS256", headers={"kid": kid})
    for token in (unsigned, shared, "a.b.c", "..", good.replace(head, "e30")):
        assert code(token) == (401, "token_invalid")


def test_a_closed_account_stays_closed(entra: Any, issuer: Issuer) -> None:
    token = issuer.token()
    ask(token)
    user = ExternalIdentity.objects.get().user
    user.is_active = False
    user.save()
    assert code(token) == (401, "account_disabled")


def test_without_settings_no_token_of_entra_is_taken(
    entra: Any, issuer: Issuer, settings: Any
) -> None:
    settings.FOREBAY_ENTRA = EntraSettings()
    assert code(issuer.token()) == (401, "entra_off")


def test_an_application_speaks_for_the_service_principal_that_names_it(
    entra: Any, issuer: Issuer, api: Any
) -> None:
    token = issuer.app_token(APP)
    assert code(token) == (401, "application_unknown")
    body = {"name": "ci", "role": "Reader", "entra_app_id": APP.upper()}
    row = api.post(f"{LAB}/service-principals", body).json()
    assert ask(token).json()["name"] == "ci"
    assert ask(token, LAB).status_code == 200
    v1 = issuer.app_token("", iss=f"{issuer.url}/{TENANT}/", azp=None, appid=APP, idtyp=None)
    assert ask(v1, LAB).status_code == 200
    api.patch(f"{LAB}/service-principals/{row['id']}", {"enabled": False})
    assert code(token) == (401, "account_disabled")


def test_roles_of_claims_count_in_one_workspace(
    entra: Any, issuer: Issuer, settings: Any, owner: Any
) -> None:
    settings.FOREBAY_ENTRA = EntraSettings(**{**vars(entra), "workspace": "lab"})
    reader = issuer.token(roles=["Forebay.Reader", "Other.Role"])
    assert ask(reader, LAB).status_code == 200
    member = Member.objects.get(user__username="grace@example.org")
    assert (member.role, member.from_entra) == ("Reader", True)
    ask(issuer.token(roles=["Forebay.Reader", "Forebay.Contributor"]))
    member.refresh_from_db()
    assert member.role == "Contributor"
    ask(issuer.token())
    assert not Member.objects.filter(pk=member.pk).exists()


def test_a_role_that_an_owner_gave_is_not_a_claim_s_to_change(
    entra: Any, issuer: Issuer, settings: Any, workspace: Any
) -> None:
    ask(issuer.token())
    user = ExternalIdentity.objects.get().user
    set_member(workspace=workspace, user=user, role=Role.CONTRIBUTOR)
    settings.FOREBAY_ENTRA = EntraSettings(**{**vars(entra), "workspace": "lab"})
    ask(issuer.token(roles=["Forebay.Owner"]))
    assert Member.objects.get(user=user).role == "Contributor"
    ask(issuer.token())
    assert Member.objects.get(user=user).role == "Contributor"


def test_new_keys_are_found_and_invented_ones_cost_one_look(entra: Any, issuer: Issuer) -> None:
    assert code(issuer.token())[0] == 200
    old = issuer.token()
    issuer.rotate()
    keys_of(entra)._tried_at -= UNKNOWN_EVERY + 1
    assert code(issuer.token())[0] == 200
    keys_of(entra)._tried_at -= UNKNOWN_EVERY + 1
    assert code(old) == (401, "token_invalid")  # its key is gone
    calls = len(issuer.calls)
    head = base64.urlsafe_b64encode(b'{"alg":"RS256","kid":"invented"}').rstrip(b"=").decode()
    for _ in range(5):
        assert code(f"{head}.e30.AAAA") == (401, "token_invalid")
    assert len(issuer.calls) == calls


def test_keys_serve_on_for_a_day_when_the_issuer_is_away(issuer: Issuer, entra: Any) -> None:
    now = [0.0]
    keys = EntraKeys(entra, clock=lambda: now[0])
    kid = jwt.get_unverified_header(issuer.token())["kid"]
    assert keys.signing_key(kid) is not None
    issuer.go_out()
    now[0] = FRESH + 1
    assert keys.signing_key(kid) is not None
    tried = len(issuer.calls)
    now[0] += 1
    assert keys.signing_key(kid) is not None
    assert len(issuer.calls) == tried  # not asked again at once
    now[0] = GRACE + 1
    with pytest.raises(Unavailable):
        keys.signing_key(kid)
    issuer.go_out(False)
    now[0] += NEEDED_EVERY + 1
    assert keys.signing_key(kid) is not None


def test_tokens_that_come_while_the_issuer_hangs_wait_for_one_look_only(entra: Any) -> None:
    now, looks = [0.0], list[str]()

    def hang(url: str) -> Any:
        looks.append(url)
        now[0] += 5.0
        raise Unavailable("It took too long.")

    keys = EntraKeys(entra, fetch=hang, clock=lambda: now[0])
    for _ in range(3):
        with pytest.raises(Unavailable, match="too long"):
            keys.signing_key("any")
    with pytest.raises(Unavailable, match="too long"):
        keys.document()
    assert len(looks) == 1
    now[0] += NEEDED_EVERY + 1
    with pytest.raises(Unavailable):
        keys.signing_key("any")
    assert len(looks) == 2


def test_before_the_first_keys_the_answer_is_that_it_is_away(entra: Any, issuer: Issuer) -> None:
    token = issuer.token()
    issuer.go_out()
    answer = ask(token)
    assert answer.status_code == 503
    issuer.go_out(False)
    keys_of(entra)._failed_at = float("-inf")
    assert ask(token).status_code == 200


def test_the_connection_is_tested_with_the_secret(
    entra: Any, issuer: Issuer, settings: Any, owner: Any
) -> None:
    assert [good for good, _ in check_connection()] == [True, True, True]
    settings.FOREBAY_ENTRA = EntraSettings(**{**vars(entra), "client_secret": "wrong"})
    good, sentence = check_connection()[-1]
    assert not good
    assert sentence.endswith("AADSTS7000215: Invalid client secret provided.")
    settings.FOREBAY_ENTRA = EntraSettings(**{**vars(entra), "tenant": TENANT.replace("1", "2")})
    assert [good for good, _ in check_connection()] == [False]
    settings.FOREBAY_OUTGOING_ALLOW = read_rules([])
    settings.FOREBAY_ENTRA = EntraSettings(**{**vars(entra), "client_id": "other"})
    assert "FOREBAY_OUTGOING_ALLOW" in check_connection()[0][1]


def test_the_page_shows_everything_but_the_secret(entra: Any, owner: Any, client: Any) -> None:
    client.force_login(owner)
    for answer in (client.get("/w/lab/settings/entra/"), client.post("/w/lab/settings/entra/")):
        page = answer.content.decode()
        assert TENANT in page
        assert "/sign-in/entra/callback" in page
        assert SECRET not in page
    assert "The application&#x27;s secret is taken." in page
    assert SECRET not in repr(entra)
