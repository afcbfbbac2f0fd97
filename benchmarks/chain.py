"""What a step costs: a chain of no-op steps against a bare loop that runs the same script.

    python -m benchmarks.chain [--steps 50] [--rounds 5]

Makes a studio in a temporary folder, starts the shipped runner with default settings, and takes
turns: the bare loop, the chain, the bare loop … Figures are medians of the rounds.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def bare_loop(python: str, script: Path, steps: int) -> float:
    """Seconds that one step takes without us."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "sdk" / "src"),
                   "PYTHONUNBUFFERED": "1", "PYTHONFAULTHANDLER": "1"}  # fmt: skip
    started = time.perf_counter()
    for _ in range(steps):
        subprocess.run([python, str(script)], env=environment, check=True)
    return (time.perf_counter() - started) / steps


def chain(workspace: Any, actor: Any, steps: int) -> float:
    """Seconds per step of a chain of `after` edges, from submit to the last step's end."""
    from pipelines.models import Run
    from tests.support.graphs import node_json
    from tests.support.submitting import make_snapshot, submit

    snapshot = make_snapshot(workspace, actor.user, {"main.py": "pass\n"})
    nodes = [
        node_json(f"n{number}", snapshot=snapshot, after=[f"n{number - 1}"] if number else [])
        for number in range(steps)
    ]
    body = {
        "experiment": "chain",
        "regenerate_outputs": True,
        "graph": {"version": 1, "parameters": [], "nodes": nodes},
    }
    started = time.perf_counter()
    run = submit(workspace, actor, body)
    while run.status not in ("Completed", "Failed", "Canceled"):
        time.sleep(0.02)
        run = Run.objects.only("status", "started_at", "ended_at", "submitted_at").get(pk=run.pk)
    assert run.status == "Completed", run.status
    took = (run.ended_at - run.submitted_at).total_seconds()
    return min(took, time.perf_counter() - started) / steps


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--profile", help="a file for the runner's cProfile data")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="forebay-chain-") as folder:
        os.environ.update(
            FOREBAY_DATA=folder,
            FOREBAY_KEY_FILE=f"{folder}/key",
            FOREBAY_DEFAULT_PACKAGES="none",
            DJANGO_SETTINGS_MODULE="studio.settings",
        )
        measure(Path(folder), options)


def measure(folder: Path, options: argparse.Namespace) -> None:
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command

    from data.services.datastores import create_default_datastores
    from tests.support.submitting import make_target
    from workspaces.services.access import Actor
    from workspaces.services.workspaces import create_workspace

    call_command("migrate", verbosity=0)
    user = User.objects.create_user("ada")
    workspace, actor = create_workspace(name="lab", owner=user), Actor(user=user)
    create_default_datastores(workspace=workspace)
    make_target(workspace, user)
    profile = ["-m", "cProfile", "-o", options.profile] if options.profile else []
    with (folder / "runner.out").open("wb") as output:
        runner = subprocess.Popen(
            [sys.executable, *profile, "manage.py", "runner"], cwd=ROOT, stderr=output
        )
    try:
        chain(workspace, actor, 2)  # builds the environment
        python = next(folder.glob("environments/*/bin/python"))
        script = folder / "main.py"
        script.write_text("pass\n")
        bare, ours = [], []
        for _ in range(options.rounds):
            before = bare_loop(str(python), script, options.steps)
            ours.append(chain(workspace, actor, options.steps))
            bare.append((before + bare_loop(str(python), script, options.steps)) / 2)
            print(f"bare {bare[-1] * 1000:.1f} ms  chain {ours[-1] * 1000:.1f} ms", flush=True)
        over = statistics.median(b - a for a, b in zip(bare, ours, strict=True))
        ratio = statistics.median(b / a for a, b in zip(bare, ours, strict=True))
        print(f"overhead per step: {over * 1000:.1f} ms, {ratio:.2f} x the bare loop")
    finally:
        runner.send_signal(signal.SIGTERM)
        runner.wait(20)


if __name__ == "__main__":
    main()
