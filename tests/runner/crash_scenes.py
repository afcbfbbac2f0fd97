"""Run as a program in its own FOREBAY_DATA: ends runners with kill -9 at every point.

    python -m tests.runner.crash_scenes <bare environment> <point>…

For each point a run is submitted; a first runner is killed at that point, a second one does the
rest. Prints one JSON object: what became of each run, and how often its script ran.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import django

# Each execution leaves one line; the sleep lets the second runner find the script at work.
SCRIPT = """
import json, os, sys, time
with open(os.environ["TALLY"], "a") as file:
    file.write("ran\\n")
first = len(open(os.environ["TALLY"]).readlines()) == 1
with open(os.environ["FOREBAY_SPOOL"], "a") as file:
    for number in range(3):
        record = {"kind": "metric", "target": "self", "name": "loss", "value": number}
        file.write(json.dumps(record) + "\\n")
time.sleep(float(os.environ["SLEEP"]))
if first and os.environ["FAILS_FIRST"]:
    sys.exit(3)
open(sys.argv[1] + "/data.txt", "w").write("x" * int(os.environ["SIZE"]))
"""
AGAIN = "again-"  # a point of a run whose scripts fail first and are tried again
FINAL = ("Completed", "Failed", "Canceled")


def in_child(work: Any) -> int:
    """Run `work` in a forked process; its wait status."""
    from django.db import connections

    connections.close_all()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitpid(pid, 0)[1]


def run_runner(run_id: int, crash_at: str | None, seconds: float = 30) -> None:
    from django.conf import settings

    from pipelines.models import Run
    from pipelines.runner.loop import Runner, run_until_signaled

    class Crashing(Runner):
        def reached(self, point: str) -> None:
            if point == crash_at:
                os.kill(os.getpid(), signal.SIGKILL)

        def turn(self) -> None:
            super().turn()
            ended = Run.objects.filter(pk=run_id, status__in=FINAL).exists()
            if ended or time.monotonic() > end:
                self.stop()

    end = time.monotonic() + seconds
    run_until_signaled(Crashing(data=Path(settings.FOREBAY_DATA), slots=2))


def submit_scene(workspace: Any, actor: Any, tally: Path, point: str, bare: Path) -> Any:
    from compute.models import EnvironmentBuild
    from tests.support.submitting import body_of, make_snapshot, submit

    again = point.startswith(AGAIN)
    large = point in ("prepare-started", "finalizing", "finalize-started")
    files = {"main.py": SCRIPT}
    if large:
        files |= {f"part{number}.txt": "x" for number in range(60)}
    body = body_of("a -> b", make_snapshot(workspace, actor.user, files))
    for node in body["graph"]["nodes"]:
        node["environment"] = {
            "variables": {
                "TALLY": str(tally / f"{point}.{node['id']}"),
                "SLEEP": "0.1",
                "FAILS_FIRST": "yes" if again else "",
                "SIZE": "2000000" if large else "1",
            }
        }
        node["allow_reuse"] = False
        node["retry"] = {"count": 1} if again else None
    run = submit(workspace, actor, body)
    for row in EnvironmentBuild.objects.exclude(status=EnvironmentBuild.READY):
        place = Path(os.environ["FOREBAY_DATA"]) / row.folder
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists():
            place.symlink_to(bare)
    EnvironmentBuild.objects.update(status=EnvironmentBuild.READY)
    return run


def main(bare: str, points: list[str]) -> None:
    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command

    from data.services.datastores import create_default_datastores
    from tests.support.submitting import make_target
    from workspaces.services.access import Actor
    from workspaces.services.workspaces import create_workspace

    call_command("migrate", verbosity=0)
    user = User.objects.create_user("ada")
    workspace = create_workspace(name="lab", owner=user)
    create_default_datastores(workspace=workspace)
    make_target(workspace, user)
    tally = Path(os.environ["FOREBAY_DATA"]) / "tally"
    tally.mkdir()
    answers = {}
    for point in points:
        run = submit_scene(workspace, Actor(user=user), tally, point, Path(bare))
        killed = in_child(lambda: run_runner(run.pk, point.removeprefix(AGAIN)))
        status = in_child(lambda: run_runner(run.pk, None))
        run.refresh_from_db()
        answers[point] = {
            "killed": os.WIFSIGNALED(killed) and os.WTERMSIG(killed) == signal.SIGKILL,
            "second": status,
            "run": run.status,
            "steps": [step.status for step in run.steps.order_by("position")],
            "ran": [
                len(path.read_text().splitlines()) for path in sorted(tally.glob(f"{point}.*"))
            ],
            "attempts": [step.attempt for step in run.steps.order_by("position")],
            "outputs": sum(step.outputs.count() for step in run.steps.all()),
            "metrics": run.metrics.count(),
            "completed_events": run.events.filter(
                kind="step.status", data__status="Completed"
            ).count(),
        }
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
