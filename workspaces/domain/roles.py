"""Roles of a workspace's members and what each may do. The one table of rights."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    READ = "read"  # see everything in the workspace except secrets
    WRITE = "write"  # upload, register, submit, cancel, tag
    PUBLISH = "publish"  # published pipelines, endpoints, schedules: make, change, switch off
    COMPUTE = "compute"  # create, change and delete compute targets
    MANAGE = "manage"  # members, tokens of others, deletion of the workspace


class Role(StrEnum):
    OWNER = "Owner"  # everything
    CONTRIBUTOR = "Contributor"  # all work, no members
    READER = "Reader"  # looks, changes nothing


GRANTS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.CONTRIBUTOR: frozenset(Permission) - {Permission.MANAGE},
    Role.READER: frozenset({Permission.READ}),
}

# A step's own token never manages anything, whoever submitted the run.
RUN_TOKEN_GRANTS: frozenset[Permission] = frozenset({Permission.READ, Permission.WRITE})


def allows(role: Role, permission: Permission, *, run_token: bool = False) -> bool:
    """Whether a member with this role may do this, directly or through a run token."""
    if run_token and permission not in RUN_TOKEN_GRANTS:
        return False
    return permission in GRANTS[role]
