"""Tokens open what they should, for as long as they should, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from workspaces.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated
from workspaces.domain.roles import Permission, Role
from workspaces.models import AccessToken
from workspaces.services.access import (
    Actor,
    authenticate_token,
    authorize,
    create_token,
    revoke_run_tokens,
    revoke_token,
)
from workspaces.services.workspaces import create_workspace, set_member

NOW = timezone.now()


def test_a_token_speaks_for_its_user_and_is_not_stored(owner: Any) -> None:
    row, raw = create_token(user=owner, name="laptop")
    assert raw.startswith("fby_")
    assert authenticate_token(raw, now=NOW).user == owner
    stored = AccessToken.objects.values().get(pk=row.pk)
    assert all(raw not in str(value) for value in stored.values())


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda row: None, "token_unknown"),
        (lambda row: revoke_token(token=row, now=NOW), "token_revoked"),
        (
            lambda row: AccessToken.objects.filter(pk=row.pk).update(
                expires_at=NOW - timedelta(seconds=1)
            ),
            "token_expired",
        ),
    ],
)
def test_a_dead_token_says_why(owner: Any, spoil: Any, code: str) -> None:
    row, raw = create_token(user=owner, name="laptop")
    spoil(row)
    with pytest.raises(Unauthenticated) as caught:
        authenticate_token("fby_wrong" if code == "token_unknown" else raw, now=NOW)
    assert caught.value.code == code
    assert caught.value.detail.endswith(".")


def test_a_token_of_a_switched_off_user_is_dead(owner: Any) -> None:
    _, raw = create_token(user=owner, name="laptop")
    owner.is_active = False
    owner.save()
    with pytest.raises(Unauthenticated):
        authenticate_token(raw, now=NOW)


def test_last_use_is_written_once_a_minute(owner: Any, django_assert_num_queries: Any) -> None:
    row, raw = create_token(user=owner, name="laptop")
    with django_assert_num_queries(2):
        authenticate_token(raw, now=NOW)
    with django_assert_num_queries(1):
        authenticate_token(raw, now=NOW + timedelta(seconds=59))
    authenticate_token(raw, now=NOW + timedelta(seconds=60))
    row.refresh_from_db()
    assert row.last_used_at == NOW + timedelta(seconds=60)


@pytest.mark.parametrize("name", ["", "   ", "x" * 101])
def test_a_token_needs_a_name(owner: Any, name: str) -> None:
    with pytest.raises(InvalidInput):
        create_token(user=owner, name=name)


ALLOWED = {
    Role.OWNER: {"read", "write", "compute", "publish", "manage"},
    Role.CONTRIBUTOR: {"read", "write", "compute", "publish"},
    Role.READER: {"read"},
}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("permission", list(Permission))
def test_a_role_allows_what_the_table_says(
    workspace: Any, django_user_model: Any, role: Role, permission: Permission
) -> None:
    member = django_user_model.objects.create_user("grace")
    set_member(workspace=workspace, user=member, role=role)
    actor = Actor(user=member)
    if permission.value in ALLOWED[role]:
        asked = authorize(actor=actor, workspace_name="lab", permission=permission)
        assert asked == workspace
    else:
        with pytest.raises(Forbidden, match=role.value):
            authorize(actor=actor, workspace_name="lab", permission=permission)


def test_a_stranger_cannot_tell_a_closed_workspace_from_none(
    workspace: Any, django_user_model: Any
) -> None:
    stranger = Actor(user=django_user_model.objects.create_user("mallory"))
    told = []
    for name in ("lab", "nix"):
        with pytest.raises(NotFound) as caught:
            authorize(actor=stranger, workspace_name=name, permission=Permission.READ)
        told.append(caught.value.detail.replace(name, "…"))
    assert told[0] == told[1]


def test_a_run_token_stays_in_its_workspace_and_manages_nothing(workspace: Any, owner: Any) -> None:
    create_workspace(name="other", owner=owner)
    _, raw = create_token(
        user=owner, name="step", kind="run", workspace=workspace, step_run_uid="abc"
    )
    actor = authenticate_token(raw, now=NOW)
    assert actor.is_run_token
    assert actor.step_run_uid == "abc"
    assert authorize(actor=actor, workspace_name="lab", permission=Permission.WRITE) == workspace
    for permission in (Permission.COMPUTE, Permission.MANAGE):
        with pytest.raises(Forbidden) as caught:
            authorize(actor=actor, workspace_name="lab", permission=permission)
        assert caught.value.code == "run_token"
    with pytest.raises(NotFound):
        authorize(actor=actor, workspace_name="other", permission=Permission.READ)

    revoke_run_tokens(step_run_uid="abc", now=NOW)
    with pytest.raises(Unauthenticated, match="has ended"):
        authenticate_token(raw, now=NOW)


@pytest.mark.parametrize("name", ["ab", "-lab", "a b", "x" * 34, "läb", "lab/..", ""])
def test_a_workspace_name_follows_the_rules_of_v1(owner: Any, name: str) -> None:
    with pytest.raises(InvalidInput, match="3 to 33"):
        create_workspace(name=name, owner=owner)


def test_a_workspace_name_is_given_once(workspace: Any, owner: Any) -> None:
    with pytest.raises(Conflict):
        create_workspace(name="lab", owner=owner)
