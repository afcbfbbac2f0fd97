"""Registering environments."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from compute.domain.definitions import check_definition, check_environment_name
from compute.domain.environments import digest_of_asked
from compute.models import EnvironmentVersion
from workspaces.domain.errors import Conflict
from workspaces.models import Workspace
from workspaces.services.access import Actor
from workspaces.services.audit import record_audit


def register_environment(
    *, workspace: Workspace, actor: Actor, body: Mapping[str, Any]
) -> tuple[EnvironmentVersion, bool]:
    """(version, whether it is new): the newest one again when nothing in it changed."""
    name = check_environment_name(body.get("name"))
    raw = body.get("definition")
    definition = check_definition(raw, size=len(json.dumps(raw)))
    digest = digest_of_asked(definition)
    try:
        with transaction.atomic():
            newest = (
                EnvironmentVersion.objects.filter(workspace=workspace, name=name)
                .order_by("-version")
                .first()
            )
            if newest is not None and newest.digest == digest:
                return newest, False
            row = EnvironmentVersion.objects.create(
                workspace=workspace,
                name=name,
                version=1 if newest is None else newest.version + 1,
                definition=definition,
                digest=digest,
                created_by=actor.user,
            )
            record_audit(
                actor=actor,
                workspace=workspace,
                action="environment.registered",
                kind="environment",
                name=name,
                detail={"version": row.version},
            )
    except IntegrityError:  # PostgreSQL: two at once
        raise Conflict(
            f"Somebody registered {name!r} in this very moment. Register it again.", code="busy"
        ) from None
    return row, True
