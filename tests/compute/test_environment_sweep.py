"""Environments that nobody uses, and leftovers of builds, go; what may be needed stays."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from compute.models import EnvironmentBuild
from compute.services.environment_sweep import sweep_environments
from compute.services.environments import request_environment
from tests.support.submitting import body_of, finish, make_snapshot, make_target, submit

pytestmark = pytest.mark.django_db


def make_old(row: EnvironmentBuild, root: Path) -> Path:
    """Ready, on disk, and not asked for in a hundred days."""
    before = timezone.now() - timedelta(days=100)
    EnvironmentBuild.objects.filter(pk=row.pk).update(
        status=EnvironmentBuild.READY, last_asked_at=before
    )
    folder = root / row.folder / "bin"
    folder.mkdir(parents=True)
    (folder / "python").touch()
    return folder.parent


def test_unused_environments_lose_their_folder(data_folder: Path) -> None:
    row = request_environment(asked=None)
    folder = make_old(row, data_folder)
    assert sweep_environments(now=timezone.now(), days=0)["environments"] == 0
    assert sweep_environments(now=timezone.now(), days=101)["environments"] == 0
    assert sweep_environments(now=timezone.now(), days=90)["environments"] == 1
    row.refresh_from_db()
    assert row.status == "Removed" and not folder.exists()
    assert request_environment(asked=None).status == "Pending"


def test_an_environment_of_a_run_that_goes_on_stays(
    workspace: Any, actor: Any, owner: Any, data_folder: Path
) -> None:
    make_target(workspace, owner)
    source = make_snapshot(workspace, owner, {"main.py": "print(1)"})
    run = submit(workspace, actor, body_of("a -> b", source))
    folder = make_old(EnvironmentBuild.objects.get(), data_folder)
    assert sweep_environments(now=timezone.now(), days=90)["environments"] == 0
    finish(run, "a")
    assert sweep_environments(now=timezone.now(), days=90)["environments"] == 0
    finish(run, "b")
    assert folder.exists()
    assert sweep_environments(now=timezone.now(), days=90)["environments"] == 1


def test_leftovers_of_lost_builders_go(data_folder: Path) -> None:
    row = request_environment(asked=None)
    root = data_folder / "environments"
    places = [
        root / ".builds" / "k.1",
        root / "k.new",
        root / ".removed-k",
        root / f"{row.key}.new",
    ]
    fresh = root / "fresh.new"
    for place in (*places, fresh):
        place.mkdir(parents=True)
    EnvironmentBuild.objects.update(status=EnvironmentBuild.BUILDING)
    for place in places:
        os.utime(place, (time.time() - 2 * 86400,) * 2)
    assert sweep_environments(now=timezone.now(), days=90)["builds"] == 3
    assert sorted(one.name for one in root.iterdir()) == sorted(
        [".builds", fresh.name, f"{row.key}.new"]
    )
