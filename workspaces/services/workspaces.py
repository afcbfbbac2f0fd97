"""Making workspaces and letting people in."""

from __future__ import annotations

import re

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from workspaces.domain.errors import Conflict, InvalidInput
from workspaces.domain.roles import Role
from workspaces.models import Member, Workspace

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{2,32}")


def create_workspace(
    *, name: str, owner: User, friendly_name: str = "", description: str = ""
) -> Workspace:
    """A new workspace with one owner and nothing in it.

    Its datastores and compute target belong to higher apps: see studio/setup.py.
    """
    if not NAME.fullmatch(name):
        raise InvalidInput.field(
            "name",
            f"A workspace's name has 3 to 33 letters, digits, '-' or '_' and starts with "
            f"a letter or digit; {name!r} does not.",
        )
    try:
        with transaction.atomic():
            workspace = Workspace.objects.create(
                name=name, friendly_name=friendly_name, description=description
            )
            Member.objects.create(workspace=workspace, user=owner, role=Role.OWNER.value)
    except IntegrityError:
        raise Conflict(f"There is a workspace {name!r} already.", code="exists") from None
    return workspace


@transaction.atomic
def set_member(*, workspace: Workspace, user: User, role: Role) -> Member:
    """Gives the user this role in the workspace, whatever it was before."""
    member, _ = Member.objects.update_or_create(
        workspace=workspace, user=user, defaults={"role": role.value}
    )
    return member
