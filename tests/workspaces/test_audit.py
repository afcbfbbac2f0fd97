"""The audit log: who, what, when, from where; and whose word on "from where" counts."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from django.db import transaction
from django.test import RequestFactory
from django.utils import timezone

from workspaces.api.addresses import address_of
from workspaces.domain.addresses import client_address
from workspaces.models import AuditEntry
from workspaces.services.access import Actor, create_token
from workspaces.services.audit import drop_old_audit_entries, record_audit

LOCAL = [ip_network("127.0.0.1"), ip_network("10.0.0.0/8"), ip_network("fd00::/8")]


def note(actor: Any, workspace: Any = None, **more: Any) -> AuditEntry:
    record_audit(actor=actor, workspace=workspace, action="thing.made", kind="thing", **more)
    return AuditEntry.objects.latest("id")


def test_an_entry_says_who_what_when_and_from_where(workspace: Any, owner: Any) -> None:
    actor = Actor(user=owner, address="192.0.2.7")
    entry = note(actor, workspace, uid="u1", name="the thing", detail={"was": 1})
    assert (entry.user_name, entry.address, entry.via) == ("ada", "192.0.2.7", "session")
    assert (entry.workspace_name, entry.subject_uid, entry.subject_name) == (
        "lab",
        "u1",
        "the thing",
    )
    assert entry.detail == {"was": 1}
    assert timezone.now() - entry.at < timedelta(minutes=1)


def test_an_entry_says_how_the_actor_spoke(owner: Any) -> None:
    token, _ = create_token(user=owner, name="laptop")
    step, _ = create_token(user=owner, name="step", kind="run")
    assert note(Actor(user=owner, token=token, address="::1")).via == "token laptop"
    assert note(Actor(user=owner, token=step, address="::1")).via == "run token"
    assert note(Actor(user=owner)).via == "server"
    assert note(Actor(user=owner, address="::1", through="Entra ID")).via == "Entra ID"
    nobody = note(None, address="192.0.2.9", name="a\0b" * 200)
    assert (nobody.user, nobody.user_name, nobody.address) == (None, "", "192.0.2.9")
    assert nobody.subject_name.startswith("abab")


def test_an_entry_stays_when_the_person_goes(workspace: Any, django_user_model: Any) -> None:
    person = django_user_model.objects.create_user("grace")
    entry = note(Actor(user=person), workspace)
    person.delete()
    entry.refresh_from_db()
    assert (entry.user, entry.user_name) == (None, "grace")


def test_a_change_that_is_undone_leaves_no_entry(workspace: Any, actor: Any) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        record_audit(actor=actor, workspace=workspace, action="thing.made", kind="thing")
        raise RuntimeError
    assert not AuditEntry.objects.filter(action="thing.made").exists()


def test_old_entries_go_when_the_setting_says_so(actor: Any) -> None:
    old, new = note(actor), note(actor)
    AuditEntry.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(days=11))
    assert drop_old_audit_entries(now=timezone.now(), days=0) == 0
    assert drop_old_audit_entries(now=timezone.now(), days=10) == 1
    assert list(AuditEntry.objects.all()) == [new]


@pytest.mark.parametrize(
    ("peer", "header", "client"),
    [
        ("192.0.2.7", "", "192.0.2.7"),
        ("192.0.2.7", "198.51.100.1", "192.0.2.7"),  # no proxy of ours: its word counts nothing
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),  # the first one is invented
        ("127.0.0.1", "198.51.100.1, 10.1.2.3", "198.51.100.1"),  # two proxies in a row
        ("127.0.0.1", "6.6.6.6, junk, 10.1.2.3", "10.1.2.3"),
        ("127.0.0.1", "junk", "127.0.0.1"),
        ("127.0.0.1", "10.9.9.9", "10.9.9.9"),
        ("127.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        ("127.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        ("::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("fd00::7", "2001:db8::2", "2001:db8::2"),
        ("", "198.51.100.1", ""),
    ],
)
def test_only_trusted_proxies_are_believed(peer: str, header: str, client: str) -> None:
    assert client_address(peer, header, LOCAL) == client


def test_without_trusted_proxies_the_header_is_ignored(settings: Any) -> None:
    request = RequestFactory().get("/", headers={"X-Forwarded-For": "198.51.100.1"})
    settings.FOREBAY_TRUSTED_PROXIES = []
    assert address_of(request) == "127.0.0.1"
    settings.FOREBAY_TRUSTED_PROXIES = LOCAL
    assert address_of(request) == "198.51.100.1"


AUDIT = "/api/v1/workspaces/lab/audit"


@pytest.fixture
def entries(workspace: Any, actor: Any, django_user_model: Any) -> None:
    """Five entries in `lab` by two people, one elsewhere; one of a formula's name."""
    AuditEntry.objects.all().delete()
    grace = Actor(user=django_user_model.objects.create_user("grace"), address="192.0.2.7")
    for who, action, name in (
        (actor, "run.submitted", "iris Run 1"),
        (actor, "run.canceled", "iris Run 1"),
        (grace, "run.submitted", "iris Run 2"),
        (grace, "token.created", "=cmd|' /C calc'!A0"),
        (grace, "member.added", "linus"),
    ):
        record_audit(
            actor=who, workspace=workspace, action=action, kind=action.split(".")[0], name=name
        )
    record_audit(actor=actor, workspace=None, action="sign_in.succeeded", kind="user", name="ada")


def names(answer: Any) -> list[str]:
    return [f"{e['user']} {e['action']}" for e in answer.json()["items"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, 5),
        ({"who": "grace"}, 3),
        ({"action": "run.submitted"}, 2),
        ({"action": "run."}, 3),
        ({"q": "run 2"}, 1),
        ({"q": "192.0.2.7"}, 3),
        ({"who": "grace", "action": "run."}, 1),
        ({"from": "2020-01-01", "to": "2020-01-02"}, 0),
        ({"to": "2020-01-01"}, 0),
        ({"q": "a\0b"}, 0),
    ],
)
def test_entries_are_found_by_who_what_and_when(
    api: Any, entries: None, query: dict[str, str], found: int
) -> None:
    assert len(api.get(AUDIT, query).json()["items"]) == found


def test_today_is_within_today(api: Any, entries: None) -> None:
    today = timezone.now().strftime("%Y-%m-%d")
    assert len(api.get(AUDIT, {"from": today, "to": today}).json()["items"]) == 5
    assert api.get(AUDIT, {"from": "yesterday"}).status_code == 422


def test_pages_of_entries_go_on_where_they_ended(api: Any, entries: None) -> None:
    first = api.get(AUDIT, {"limit": "3"})
    assert names(first) == ["grace member.added", "grace token.created", "grace run.submitted"]
    rest = api.get(AUDIT, {"limit": "3", "cursor": first.json()["next"]})
    assert names(rest) == ["ada run.canceled", "ada run.submitted"]


def test_a_download_holds_all_that_fit(api: Any, entries: None, monkeypatch: Any) -> None:
    monkeypatch.setattr("workspaces.audit_selectors.BATCH", 2)
    text = body(api.get(AUDIT, {"format": "jsonl"}))
    assert [json.loads(line)["action"] for line in text.splitlines()] == [
        "member.added",
        "token.created",
        "run.submitted",
        "run.canceled",
        "run.submitted",
    ]
    answer = api.get(AUDIT, {"format": "csv", "who": "grace"})
    assert answer["Content-Disposition"].startswith('attachment; filename="audit-lab-')
    rows = list(csv.DictReader(io.StringIO(body(answer))))
    assert [row["subject"] for row in rows] == ["linus", "'=cmd|' /C calc'!A0", "iris Run 2"]
    assert api.get(AUDIT, {"format": "xml"}).status_code == 422


def body(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode()


def test_the_pages_show_theirs_and_no_more(
    entries: None, owner: Any, client: Any, admin_client: Any
) -> None:
    client.force_login(owner)
    page = client.get("/w/lab/settings/audit/?who=grace").content.decode()
    assert "Member added" in page
    assert "Run canceled" not in page.partition('id="audit-list"')[2]
    assert "Sign in succeeded" not in page
    assert client.get("/settings/audit/").status_code == 403
    whole = admin_client.get("/settings/audit/").content.decode()
    assert "Sign in succeeded" in whole
    wrong = client.get("/w/lab/settings/audit/?from=never")
    assert wrong.status_code == 422
    part = client.get("/w/lab/settings/audit/", headers={"HX-Target": "audit-list"})
    assert b"<html" not in part.content
    text = body(client.get("/w/lab/settings/audit/?format=csv"))
    assert text.startswith("at,user,via")


def test_the_administration_is_in_the_log_and_cannot_change_it(
    entries: None, workspace: Any, owner: Any, admin_client: Any
) -> None:
    entry = AuditEntry.objects.first()
    assert entry is not None
    path = f"/admin/workspaces/auditentry/{entry.pk}/"
    assert admin_client.get(f"{path}change/").status_code == 200
    assert admin_client.post(f"{path}change/", {"action": "x"}).status_code == 403
    assert admin_client.post(f"{path}delete/", {"post": "yes"}).status_code == 403
    new = {"username": "eve", "password1": "correct-horse-1", "password2": "correct-horse-1"}
    admin_client.post("/admin/auth/user/add/", {**new, "usable_password": "true"})
    made = AuditEntry.objects.latest("id")
    assert (made.action, made.subject_name, made.via) == ("user.created", "eve", "administration")
    member = workspace.members.get()
    form = {
        "friendly_name": "Lab",
        "description": "",
        "subscription_id": "x",
        "resource_group": "x",
        "location": "x",
        "members-TOTAL_FORMS": "1",
        "members-INITIAL_FORMS": "1",
        "members-0-id": str(member.pk),
        "members-0-workspace": str(workspace.pk),
        "members-0-user": str(owner.pk),
        "members-0-role": "Reader",
    }
    page = admin_client.post(f"/admin/workspaces/workspace/{workspace.pk}/change/", form)
    assert "needs a person who owns it" in page.content.decode()
    member.refresh_from_db()
    assert member.role == "Owner"
    for model in ("serviceprincipal", "externalidentity", "auditentry"):
        assert admin_client.get(f"/admin/workspaces/{model}/").status_code == 200
