"""Environments on request: one row, and one build, per content."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from compute.domain.definitions import as_asked, check_definition
from compute.domain.environments import (
    EnvironmentSpec,
    asked_python,
    digest_of_asked,
    normalise,
)
from compute.domain.mapping import apply_rules
from compute.models import EnvironmentBuild, EnvironmentRequest
from compute.selectors import environment_rules
from workspaces.domain.errors import InvalidInput
from workspaces.models import Workspace
from workspaces.services.access import Actor
from workspaces.services.audit import record_audit

NOTED_EVERY = timedelta(minutes=1)  # a submit should not write when it was asked a moment ago
UNASKED_AFTER = timedelta(seconds=3)  # a submit asks for environments before its steps are stored
OLDEST_PYTHON = (3, 9)  # of the SDK that is put on a step's path


def plan_environment(asked: Mapping[str, Any] | None) -> EnvironmentSpec:
    """What would be built for `asked`, with notices for what is not applied. Writes nothing."""
    mapped, notices = apply_rules(asked, environment_rules())
    wanted = asked_python(mapped)
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    # Without a wish: programs of v1's time need packages of that time.
    for version in (wanted, "3.11"):
        if version is not None and is_supported(version) and find_python(version):
            python = version
            break
    with_defaults = settings.FOREBAY_DEFAULT_PACKAGES != "none"
    spec = normalise(mapped, python=python, with_defaults=with_defaults)
    return replace(spec, notices=(*notices, *spec.notices))


def is_supported(version: str) -> bool:
    """Whether Forebay's SDK runs in a step of this Python version."""
    major, minor = version.split(".")
    return (int(major), int(minor)) >= OLDEST_PYTHON


@lru_cache(maxsize=32)
def find_python(version: str) -> str | None:
    """The path of an interpreter of this version (`3.11`) that really starts, or None."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        own = Path(sys.base_prefix) / "bin" / f"python{version}"
        return str(own) if own.exists() else sys.executable
    path = shutil.which(f"python{version}")
    if path is None:
        return None
    ask = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        found = subprocess.run(
            [path, "-c", ask], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return path if found.stdout.strip() == version else None


@transaction.atomic
def request_environment(
    *, asked: Mapping[str, Any] | None, workspace: Workspace | None = None, wanted: bool = False
) -> EnvironmentBuild:
    """The row for what is asked; one that is not there, or not any more, gets built.

    `wanted`: also when no step waits for it.
    """
    spec, now = plan_environment(asked), timezone.now()
    row, made = EnvironmentBuild.objects.get_or_create(
        key=spec.key,
        defaults={
            "spec": {**spec.content, "notices": list(spec.notices)},
            "folder": f"environments/{spec.key}",
            "wanted": wanted,
            "last_asked_at": now,
        },
    )
    if not made:
        _ask_again(row, wanted=wanted, now=now)
    if workspace is not None:
        _note_request(workspace, asked, spec, row, now)
    return row


@transaction.atomic
def ask_for_build(*, build: EnvironmentBuild, wanted: bool = False) -> EnvironmentBuild:
    """This very build, whatever the mapping would make of a request now; built if it is gone."""
    _ask_again(build, wanted=wanted, now=timezone.now())
    return build


def build_environment(*, workspace: Workspace, body: Mapping[str, Any]) -> EnvironmentBuild:
    """The build of `{"name", "definition"}`, registered or not; asked for if it is not there.

    Raises InvalidInput for a definition that can't be one.
    """
    name = body.get("name")
    if name is not None and (not isinstance(name, str) or len(name) > 255):
        raise InvalidInput.field(
            "name", "'name' must be a text of at most 255 characters, or null."
        )
    raw = body.get("definition") or {}
    definition = check_definition(raw, size=len(json.dumps(raw)))
    asked = {**as_asked(name or "", 0, definition), "version": None}
    return request_environment(asked=asked, workspace=workspace, wanted=True)


def _ask_again(row: EnvironmentBuild, *, wanted: bool, now: datetime) -> None:
    changes: dict[str, Any] = {}
    if row.status in (
        EnvironmentBuild.FAILED,
        EnvironmentBuild.CANCELED,
        EnvironmentBuild.REMOVED,
    ):
        changes |= {"status": EnvironmentBuild.PENDING, "error": ""}
    if wanted and not row.wanted:
        changes["wanted"] = True
    fresh = row.last_asked_at is not None and now - row.last_asked_at < NOTED_EVERY
    if changes or not fresh or row.status != EnvironmentBuild.READY:
        changes["last_asked_at"] = now
    if changes:
        # Only from the status that was read: the runner and the sweep change it meanwhile.
        EnvironmentBuild.objects.filter(pk=row.pk, status=row.status).update(**changes)
        row.refresh_from_db()


def _note_request(
    workspace: Workspace,
    asked: Mapping[str, Any] | None,
    spec: EnvironmentSpec,
    row: EnvironmentBuild,
    now: datetime,
) -> None:
    notices = list(spec.notices)
    request, made = EnvironmentRequest.objects.get_or_create(
        workspace=workspace,
        digest=digest_of_asked(asked),
        build=row,
        defaults={
            "name": str((asked or {}).get("name") or "")[:255],
            "asked": None if asked is None else dict(asked),
            "notices": notices,
            "last_asked_at": now,
        },
    )
    if not made and (request.notices != notices or now - request.last_asked_at > NOTED_EVERY):
        request.notices, request.last_asked_at = notices, now
        request.save(update_fields=["notices", "last_asked_at"])


def ensure_default(*, workspace: Workspace | None = None) -> EnvironmentBuild:
    """Have the environment of steps that ask for none built before the first run."""
    return request_environment(asked=None, workspace=workspace, wanted=True)


@transaction.atomic
def begin_build(*, key: str) -> EnvironmentBuild | None:
    """The row, now Building with a new attempt number; None when there is nothing to build."""
    changed = EnvironmentBuild.objects.filter(
        key=key, status__in=(EnvironmentBuild.PENDING, EnvironmentBuild.FAILED)
    ).update(
        status=EnvironmentBuild.BUILDING,
        attempt=F("attempt") + 1,
        error="",
        started_at=timezone.now(),
        finished_at=None,
    )
    return EnvironmentBuild.objects.get(key=key) if changed else None


@transaction.atomic
def cancel_build(*, build: EnvironmentBuild, now: datetime) -> bool:
    """Nobody waits for it: Canceled, unless somebody asked a moment ago. Whether it is."""
    return bool(
        EnvironmentBuild.objects.filter(
            pk=build.pk,
            status__in=(EnvironmentBuild.PENDING, EnvironmentBuild.BUILDING),
            wanted=False,
            last_asked_at__lt=now - UNASKED_AFTER,
        ).update(status=EnvironmentBuild.CANCELED, finished_at=now)
    )


@transaction.atomic
def repeat_build(
    *, workspace: Workspace, actor: Actor, build: EnvironmentBuild, now: datetime
) -> EnvironmentBuild:
    """Somebody wants it built once more. One that is used by steps is left as it is."""
    changed = EnvironmentBuild.objects.filter(
        pk=build.pk,
        status__in=(EnvironmentBuild.FAILED, EnvironmentBuild.CANCELED, EnvironmentBuild.REMOVED),
    ).update(status=EnvironmentBuild.PENDING, error="", wanted=True, last_asked_at=now)
    build.refresh_from_db()
    if changed:
        record_audit(
            actor=actor,
            workspace=workspace,
            action="environment.build_again",
            kind="environment build",
            uid=build.key,
        )
    return build


@transaction.atomic
def finish_build(*, build: EnvironmentBuild, lock: list[str], error: str, now: datetime) -> None:
    """The build ended: Ready with what was installed, or Failed with the last lines of its log."""
    EnvironmentBuild.objects.filter(
        pk=build.pk, attempt=build.attempt, status=EnvironmentBuild.BUILDING
    ).update(
        status=EnvironmentBuild.FAILED if error else EnvironmentBuild.READY,
        # A build that failed installed nothing: what it was before stays its lock.
        lock=build.lock if error else lock,
        error=error,
        finished_at=now,
    )


def is_frozen(*, build: EnvironmentBuild) -> bool:
    """Whether a published pipeline (a floor above: by the reverse relation) was made with it."""
    return EnvironmentBuild.objects.filter(pk=build.pk, frozen_in__isnull=False).exists()


@transaction.atomic
def build_again(*, key: str) -> None:
    """The folder of a Ready environment is gone, or its builder was lost: build it anew."""
    EnvironmentBuild.objects.filter(
        key=key,
        status__in=(
            EnvironmentBuild.READY,
            EnvironmentBuild.BUILDING,
            EnvironmentBuild.CANCELED,
            EnvironmentBuild.REMOVED,
        ),
    ).update(status=EnvironmentBuild.PENDING, last_asked_at=timezone.now())
