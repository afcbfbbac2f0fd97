"""Rows of the bottom floor: who may do what, and the content-addressed files."""

from workspaces.models.access import AccessToken, FailureCount, Member, SignInLink
from workspaces.models.audit import AuditEntry
from workspaces.models.idempotency import IdempotencyKey
from workspaces.models.identities import (
    ExternalIdentity,
    ServicePrincipal,
    ServicePrincipalSecret,
)
from workspaces.models.snapshots import Blob, BlobPresence, Snapshot
from workspaces.models.workspace import Workspace

__all__ = [
    "AccessToken",
    "AuditEntry",
    "Blob",
    "BlobPresence",
    "ExternalIdentity",
    "FailureCount",
    "IdempotencyKey",
    "Member",
    "ServicePrincipal",
    "ServicePrincipalSecret",
    "SignInLink",
    "Snapshot",
    "Workspace",
]
