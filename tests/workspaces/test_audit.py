"""The audit log: who, what, when, from where; and whose word on "from where" counts."""

from __future__ import annotations

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
