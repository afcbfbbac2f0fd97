"""A real studio in child processes: what SDK and browser tests talk to."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.support.ending import ends_with_us
from tests.support.migrated import begin_studio

ROOT = Path(__file__).resolve().parent.parent.parent


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RunningStudio:
    """Sets up a studio in `folder`, starts web and runner, and ends them.

    `url`, `token`, `workspace` reach it; `environment` is what a user's program needs.
    """

    workspace = "forebay"
    # The packages are built by their own test; here a step's script needs Python only.
    packages = os.environ.get("FOREBAY_TEST_PACKAGES", "none")
    database = ""  # FOREBAY_DATABASE_URL, when it is not to be SQLite in the folder

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "var"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.token = ""
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def server_environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("FOREBAY_", "PYTHONUNB"))}
        return {
            **kept,
            "FOREBAY_DATA": str(self.data),
            "FOREBAY_PORT": str(self.port),
            "FOREBAY_KEY_FILE": str(self.folder / "studio.key"),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "FOREBAY_DEFAULT_PACKAGES": self.packages,
            **({"FOREBAY_DATABASE_URL": self.database} if self.database else {}),
        }

    @property
    def environment(self) -> dict[str, str]:
        """Variables of a user's program: the token, and the SDK on the path."""
        return {
            **self.server_environment,
            "FOREBAY_TOKEN": self.token,
            "PYTHONPATH": str(ROOT / "sdk" / "src"),
        }

    def manage(self, *words: str) -> str:
        """Run one management command to its end; its output."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.server_environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, name: str) -> None:
        """Start `web` or `runner` with its output in a file beside the data."""
        with (self.folder / f"{name}.out").open("ab") as output:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "manage.py", name],
                cwd=ROOT,
                env=self.server_environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=ends_with_us(),  # noqa: PLW1509
            )

    def stop(self, name: str, how: int = signal.SIGTERM) -> None:
        """Signal one process and wait for it."""
        process = self.processes.pop(name)
        process.send_signal(how)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(15)

    def __enter__(self) -> RunningStudio:
        if not self.database:
            begin_studio(self.data)
        self.manage("setup_studio")
        self.token = self.manage("create_token", "--name", "tests").strip().splitlines()[-1]
        self.write_config(self.folder)
        try:
            self.start("web")
            self.start("runner")
            self.wait_until_up()
        except BaseException:
            self.end()
            raise
        return self

    def end(self) -> None:
        """Stop what runs."""
        for name in list(self.processes):
            self.stop(name)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()

    def write_config(self, folder: Path) -> Path:
        """A config.json in `folder`, as a user downloads it."""
        facts = self.get("") if self.processes else None
        path = folder / "config.json"
        path.write_text(
            json.dumps(
                {
                    "subscription_id": facts["subscription_id"] if facts else "local",
                    "resource_group": facts["resource_group"] if facts else "forebay",
                    "workspace_name": self.workspace,
                    "forebay_server": self.url,
                }
            )
        )
        return path

    def get(self, path: str) -> Any:
        """The JSON at a path below the workspace's REST address."""
        return json.loads(self.read(path))

    def read(self, path: str) -> bytes:
        """The bytes at a path below the workspace's REST address."""
        request = urllib.request.Request(
            f"{self.url}/api/v1/workspaces/{self.workspace}{path}",
            headers={"Authorization": f"Bearer {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return bytes(answer.read())

    def step_log(self, step_id: str) -> str:
        """All that a step printed."""
        return self.read(f"/steps/{step_id}/log").decode()

    def put(self, path: str, content: bytes) -> Any:
        """PUT bytes at a path below the workspace's REST address."""
        request = urllib.request.Request(
            f"{self.url}/api/v1/workspaces/{self.workspace}{path}",
            content,
            {
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/octet-stream",
            },
            method="PUT",
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def wait_for_run(self, run_id: str, seconds: float = 120) -> Any:
        """The run once it has ended."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            run = self.get(f"/runs/{run_id}")
            if run["ended_at"]:
                return run
            time.sleep(0.1)
        raise AssertionError(f"{run['name']} is {run['status']} after {seconds} s")

    def wait_until_up(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            for name, process in self.processes.items():
                if process.poll() is not None:
                    raise AssertionError((self.folder / f"{name}.out").read_text())
            try:
                with urllib.request.urlopen(f"{self.url}/health", timeout=5) as answer:
                    if json.load(answer)["runner"]:
                        return
            except OSError:
                pass
            time.sleep(0.1)
        raise AssertionError("The studio did not come up within a minute.")
