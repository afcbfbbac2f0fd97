"""Members: adding, inviting, changing, removing; and there is always an Owner."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from workspaces.domain.errors import Forbidden, InvalidInput
from workspaces.domain.roles import Role
from workspaces.models import AuditEntry, Member, SignInLink
from workspaces.services.access import Actor
from workspaces.services.members import accept_invite, add_member, check_invite, invite_again
from workspaces.services.workspaces import create_workspace

MEMBERS = "/api/v1/workspaces/lab/members"
GOOD = "correct-horse-battery"


def roles() -> dict[str, str]:
    return {m.user.username: m.role for m in Member.objects.select_related("user")}


def last_action() -> str:
    entry = AuditEntry.objects.latest("id")
    detail = dict(sorted(entry.detail.items()))  # a database keeps no order of names
    return f"{entry.action} {entry.subject_name} {detail}"


@pytest.mark.parametrize("who", ["grace", "grace@example.org", "GRACE@example.org"])
def test_somebody_known_is_added(api: Any, client_of: Any, who: str) -> None:
    grace = client_of("grace")
    assert grace.get("/api/v1/workspaces/lab").status_code == 404
    answer = api.post(MEMBERS, {"user": who, "role": "Reader"})
    assert (answer.status_code, answer.json()["role"]) == (201, "Reader")
    assert grace.get("/api/v1/workspaces/lab").status_code == 200
    assert last_action() == "member.added grace {'role': 'Reader'}"
    assert api.post(MEMBERS, {"user": who, "role": "Owner"}).status_code == 409


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"user": "nobody", "role": "Reader"}, "user"),
        ({"user": "", "role": "Reader"}, "user"),
        ({"user": 7, "role": "Reader"}, "user"),
        ({"user": "both@example.org", "role": "Reader"}, "user"),
        ({"user": "a", "role": "King"}, "role"),
        ({"role": "Reader", "invite": {"user_name": "a b"}}, "user_name"),
        ({"role": "Reader", "invite": {"user_name": "ADA"}}, "user_name"),
        ({"role": "Reader", "invite": {"user_name": "x", "email": "no"}}, "email"),
        ({"role": [], "invite": {"user_name": "x"}}, "role"),
    ],
)
def test_what_cannot_be_added_says_which_field(
    api: Any, workspace: Any, django_user_model: Any, body: Any, field: str
) -> None:
    for name in ("a", "b"):
        django_user_model.objects.create_user(name, email="both@example.org")
    answer = api.post(MEMBERS, body)
    assert answer.status_code == 422
    assert [p["field"] for p in answer.json()["problems"]] == [field]
    assert roles() == {"ada": "Owner"}


def test_roles_change_and_members_go(api: Any, client_of: Any) -> None:
    grace = client_of("grace", Role.READER)
    answer = api.patch(f"{MEMBERS}/grace", {"role": "Contributor"})
    assert answer.json()["role"] == "Contributor"
    assert last_action() == "member.role_changed grace {'is': 'Contributor', 'was': 'Reader'}"
    assert grace.patch(f"{MEMBERS}/grace", {"role": "Owner"}).status_code == 403
    assert grace.delete(f"{MEMBERS}/ada").status_code == 403
    assert api.delete(f"{MEMBERS}/grace").status_code == 204
    assert grace.get(MEMBERS).status_code == 404
    assert api.delete(f"{MEMBERS}/grace").status_code == 404
    assert last_action() == "member.removed grace {'role': 'Contributor'}"


def test_a_member_may_leave(workspace: Any, client_of: Any) -> None:
    assert client_of("grace", Role.READER).delete(f"{MEMBERS}/grace").status_code == 204
    assert roles() == {"ada": "Owner"}


def test_an_owner_stays(api: Any, client_of: Any, django_user_model: Any) -> None:
    client_of("grace", Role.READER)
    for change in (lambda: api.delete(f"{MEMBERS}/ada"), lambda: demote(api)):
        answer = change()
        assert (answer.status_code, answer.json()["code"]) == (409, "last_owner")
    closed = django_user_model.objects.create_user("closed", is_active=False)
    Member.objects.create(
        workspace_id=Member.objects.first().workspace_id, user=closed, role="Owner"
    )
    assert demote(api).status_code == 409  # an Owner who can't sign in is none
    api.patch(f"{MEMBERS}/grace", {"role": "Owner"})
    assert demote(api).status_code == 200


def demote(api: Any) -> Any:
    return api.patch(f"{MEMBERS}/ada", {"role": "Reader"})


def test_a_program_is_no_owner_to_leave_behind(api: Any, workspace: Any) -> None:
    body = {"name": "ci", "role": "Owner"}
    assert api.post("/api/v1/workspaces/lab/service-principals", body).status_code == 201
    assert demote(api).status_code == 409


def invite(api: Any, name: str = "grace") -> str:
    body = {"invite": {"user_name": name, "email": "g@example.org"}, "role": "Contributor"}
    answer = api.post(MEMBERS, body)
    assert answer.status_code == 201
    return answer.json()["invite_url"].rpartition("/invite/")[2]


def test_an_invited_person_chooses_a_password(api: Any, workspace: Any) -> None:
    raw = invite(api)
    assert raw not in str(SignInLink.objects.values().get())
    with pytest.raises(InvalidInput, match="too short"):
        accept_invite(raw=raw, password="x", address="192.0.2.1", now=timezone.now())
    user = accept_invite(raw=raw, password=GOOD, address="192.0.2.1", now=timezone.now())
    assert user.check_password(GOOD)
    assert roles()["grace"] == "Contributor"
    with pytest.raises(Forbidden, match="used already"):
        accept_invite(raw=raw, password=GOOD, address="", now=timezone.now())


def test_a_new_invitation_voids_the_old_one(api: Any, workspace: Any, actor: Any) -> None:
    old = invite(api)
    member = Member.objects.get(user__username="grace")
    new = invite_again(member=member, actor=actor, now=timezone.now())
    with pytest.raises(Forbidden, match="not known"):
        check_invite(raw=old, now=timezone.now())
    assert check_invite(raw=new, now=timezone.now()).user.username == "grace"


def test_another_workspace_gets_no_link_for_who_was_invited_here(
    api: Any, actor: Any, client_of: Any, django_user_model: Any
) -> None:
    raw = invite(api)
    client_of("mallory")
    mallory = django_user_model.objects.get(username="mallory")
    theirs = create_workspace(name="theirs", owner=mallory)
    member = add_member(
        workspace=theirs, actor=Actor(user=mallory), who="grace", role=Role.READER.value
    )
    with pytest.raises(Forbidden, match="another workspace first"):
        invite_again(member=member, actor=Actor(user=mallory), now=timezone.now())
    browser = Client()
    browser.force_login(mallory)
    refused = browser.post("/w/theirs/settings/members/grace/invite")
    assert refused.status_code == 403
    assert "/invite/" not in refused.content.decode()
    assert check_invite(raw=raw, now=timezone.now()).user.username == "grace"  # still good


def test_an_invitation_is_no_sign_in_link(api: Any, workspace: Any, client: Any) -> None:
    raw = invite(api)
    assert client.post(f"/sign-in/{raw}").status_code == 403
