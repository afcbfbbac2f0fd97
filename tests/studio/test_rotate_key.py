"""A change of the server's key keeps what is encrypted and lets the old key go."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.migrated import begin_studio
from tests.support.studio import ROOT

SEAL = """
from django.contrib.auth.models import User
from django.utils import timezone
from endpoints.models import NotificationRule, Schedule, PublishedPipeline
from endpoints.services.deliveries import ADDRESS, SECRET
from workspaces.models import Workspace
from workspaces.services.secrets import seal
who, now = User.objects.get(), timezone.now()
by = dict(created_by=who, created_at=now, updated_by=who, updated_at=now)
w = Workspace.objects.get()
p = PublishedPipeline.objects.create(
    workspace=w, name="p", graph={}, graph_id="g", step_count=0, **by)
s = Schedule.objects.create(workspace=w, name="s", published=p, trigger="cron", cron="* * * * *",
                            anchor_at=now, runs_as=who, **by)
NotificationRule.objects.create(workspace=w, schedule=s, channel="webhook", shown_address="x",
    sealed_address=seal("https://h/", purpose=ADDRESS),
    sealed_secret=seal("shh", purpose=SECRET), **by)
"""
OPEN = """
from endpoints.models import NotificationRule
from endpoints.services.deliveries import ADDRESS, SECRET
from workspaces.services.secrets import unseal
row = NotificationRule.objects.get()
print(unseal(row.sealed_address, purpose=ADDRESS), unseal(row.sealed_secret, purpose=SECRET))
"""


@pytest.fixture
def manage(tmp_path: Path) -> Any:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("FOREBAY_")}
    environment = {
        **kept,
        "FOREBAY_DATA": str(tmp_path / "var"),
        "FOREBAY_KEY_FILE": str(tmp_path / "key"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip

    begin_studio(tmp_path / "var")
    assert run("setup_studio").returncode == 0
    return run


def test_the_new_key_opens_and_the_old_one_is_gone(manage: Any, tmp_path: Path) -> None:
    key = tmp_path / "key"
    assert manage("shell", "-c", SEAL).returncode == 0
    old = key.read_text().strip()
    done = manage("rotate_key")
    assert done.returncode == 0, done.stderr
    new = key.read_text().strip()
    assert new != old and old not in key.read_text() and new not in done.stdout + done.stderr
    assert oct(key.stat().st_mode & 0o777) == "0o600"
    assert manage("shell", "-c", OPEN).stdout.split()[-2:] == ["https://h/", "shh"]
    key.write_text(old)
    wrong = manage("shell", "-c", OPEN)
    assert wrong.returncode != 0 and "key file" in wrong.stderr


def test_ended_half_way_it_still_reads_and_is_done_again(manage: Any, tmp_path: Path) -> None:
    key = tmp_path / "key"
    assert manage("shell", "-c", SEAL).returncode == 0
    key.write_text(f"the-next-key\n{key.read_text().strip()}\n")  # killed before it encrypted anew
    assert manage("shell", "-c", OPEN).stdout.split()[-1] == "shh"
    assert manage("rotate_key").returncode == 0
    assert len(key.read_text().split()) == 1
    assert manage("shell", "-c", OPEN).stdout.split()[-1] == "shh"


def test_not_while_the_studio_runs(manage: Any, tmp_path: Path) -> None:
    import fcntl

    before = (tmp_path / "key").read_text()
    with (tmp_path / "var" / "locks" / "studio.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = manage("rotate_key")
    assert done.returncode != 0 and "already runs" in done.stderr
    assert (tmp_path / "key").read_text() == before
