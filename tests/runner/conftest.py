"""A runner in the test's own process, over real step processes."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

FINAL = {"Completed", "Failed", "Canceled"}


@pytest.fixture(scope="session")
def bare_environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with nothing in it."""
    folder = tmp_path_factory.mktemp("environment") / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    return folder


class Bench:
    """Submits scripts and turns the runner's loop until they have ended."""

    def __init__(self, workspace: Any, actor: Any, data: Path, environment: Path) -> None:
        from pipelines.runner.loop import Runner

        self.workspace, self.actor, self.data = workspace, actor, data
        self.environment = environment
        self.children: list[subprocess.Popen[bytes]] = []  # of runners that were replaced
        self.runner = Runner(data=data, slots=4)

    def submit(self, script: str, picture: str = "a", **fields: Any) -> Any:
        """A run whose every node runs `script`; `node=` changes the nodes."""
        from compute.models import EnvironmentBuild
        from tests.support.submitting import body_of, make_snapshot, make_target, submit

        make_target(self.workspace, self.actor.user)
        files = {"main.py": script, **fields.pop("files", {})}
        snapshot = make_snapshot(self.workspace, self.actor.user, files)
        changes, built = fields.pop("node", {}), fields.pop("built", True)
        parameters = fields.pop("graph_parameters", [])
        body = body_of(picture, snapshot, **fields)
        body["graph"]["parameters"] = parameters
        for node in body["graph"]["nodes"]:
            node.update(changes)
        run = submit(self.workspace, self.actor, body)
        if built:
            for row in EnvironmentBuild.objects.exclude(status=EnvironmentBuild.READY):
                place = self.data / row.folder
                place.parent.mkdir(parents=True, exist_ok=True)
                place.symlink_to(self.environment)
            EnvironmentBuild.objects.update(status=EnvironmentBuild.READY)
        return run

    def drive(self, until: Callable[[], bool], seconds: float = 20) -> None:
        """Turn the loop until something is true."""
        end = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < end, "the runner did not get there in time"
            self.runner.beat()
            self.runner.turn()

    def finish(self, run: Any, seconds: float = 20) -> Any:
        """Turn the loop until the run has ended; its only (or first) step."""

        def ended() -> bool:
            run.refresh_from_db()
            return run.status in FINAL

        self.drive(ended, seconds)
        self.runner.attempts.do_slow_work()
        while self.runner.attempts.litter:
            self.runner.attempts.litter.tidy_up()
        return run.steps.order_by("position").first()

    def log(self, step: Any) -> str:
        return self.folder(step).joinpath("log").read_text(errors="replace")

    def folder(self, step: Any) -> Path:
        return self.data / step.attempts.order_by("number").last().folder

    def close(self) -> None:
        for work in self.runner.attempts.works.values():
            if work.process is not None and work.process.popen is not None:
                work.process.popen.kill()
                self.children.append(work.process.popen)
        for child in self.children:
            child.wait(10)
        self.runner.changes.close()


@pytest.fixture
def bench(workspace: Any, actor: Any, data_folder: Path, bare_environment: Path) -> Iterator[Bench]:
    made = Bench(workspace, actor, data_folder, bare_environment)
    yield made
    made.close()
