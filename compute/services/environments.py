"""Environments on request: one row, and one build, per content."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F

from compute.domain.environments import EnvironmentSpec, asked_python, normalise
from compute.models import EnvironmentBuild

OLDEST_PYTHON = (3, 9)  # of the SDK that is put on a step's path


def plan_environment(asked: Mapping[str, Any] | None) -> EnvironmentSpec:
    """What would be built for `asked`, with notices for what is not applied. Writes nothing."""
    wanted = asked_python(asked)
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    # Without a wish: programs of v1's time need packages of that time.
    for version in (wanted, "3.11"):
        if version is not None and is_supported(version) and find_python(version):
            python = version
            break
    with_defaults = settings.FOREBAY_DEFAULT_PACKAGES != "none"
    return normalise(asked, python=python, with_defaults=with_defaults)


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
def request_environment(*, asked: Mapping[str, Any] | None) -> EnvironmentBuild:
    """The row for what is asked; new ones, and failed ones asked for again, get built."""
    spec = plan_environment(asked)
    row, made = EnvironmentBuild.objects.get_or_create(
        key=spec.key,
        defaults={
            "spec": {**spec.content, "notices": list(spec.notices)},
            "folder": f"environments/{spec.key}",
        },
    )
    if not made and row.status == EnvironmentBuild.FAILED:
        row.status, row.error = EnvironmentBuild.PENDING, ""
        row.save(update_fields=["status", "error"])
    return row


def ensure_default() -> EnvironmentBuild:
    """Have the environment of steps that ask for none built before the first run."""
    return request_environment(asked=None)


@transaction.atomic
def begin_build(*, key: str) -> EnvironmentBuild | None:
    """The row, now Building with a new attempt number; None when it is Ready or being built."""
    changed = EnvironmentBuild.objects.filter(
        key=key, status__in=(EnvironmentBuild.PENDING, EnvironmentBuild.FAILED)
    ).update(status=EnvironmentBuild.BUILDING, attempt=F("attempt") + 1, error="")
    return EnvironmentBuild.objects.get(key=key) if changed else None


@transaction.atomic
def finish_build(*, build: EnvironmentBuild, lock: list[str], error: str, now: datetime) -> None:
    """The build ended: Ready with what was installed, or Failed with the last lines of its log."""
    EnvironmentBuild.objects.filter(pk=build.pk, attempt=build.attempt).update(
        status=EnvironmentBuild.FAILED if error else EnvironmentBuild.READY,
        lock=lock,
        error=error,
        finished_at=now,
    )


@transaction.atomic
def build_again(*, key: str) -> None:
    """The folder of a Ready environment is gone, or its builder was lost: build it anew."""
    EnvironmentBuild.objects.filter(
        key=key, status__in=(EnvironmentBuild.READY, EnvironmentBuild.BUILDING)
    ).update(status=EnvironmentBuild.PENDING)
