"""The studio that is measured: web, runner and queue in a temporary folder, reached by REST.

Settings are the defaults, but for the environment of the steps: Python only, so that the floor
(the same script by the same interpreter, without us) is a start of Python and nothing else.
"""

from __future__ import annotations

import hashlib
import http.client
import http.cookiejar
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

from benchmarks.socket_client import LiveSocket

ROOT = Path(__file__).resolve().parent.parent
FINAL = ("Completed", "Failed", "Canceled")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Studio:
    """`with Studio(folder) as studio:`; `start` may be overridden to start the parts by hand."""

    workspace = "forebay"

    def __init__(self, folder: Path, *, slots: int | None = None, database: str = "") -> None:
        self.folder = folder
        self.data = folder / "var"
        self.port = free_port()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("FOREBAY_", "PYTHON"))}
        self.environment = {
            **kept,
            "FOREBAY_DATA": str(self.data),
            "FOREBAY_PORT": str(self.port),
            "FOREBAY_KEY_FILE": str(folder / "studio.key"),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "FOREBAY_DEFAULT_PACKAGES": "none",
            **({"FOREBAY_HOST_SLOTS": str(slots)} if slots else {}),
            **({"FOREBAY_DATABASE_URL": database} if database else {}),
        }
        self.token = ""
        self.cookie = ""
        self.line: http.client.HTTPConnection | None = None

    # --- life ---------------------------------------------------------------------------------

    def __enter__(self) -> Studio:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.manage("setup_studio")
        self.token = self.manage("create_token", "--name", "bench").split()[-1]
        try:
            self.start()
            self.wait_until_up()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """The command that people use."""
        self.spawn("studio")

    def stop(self) -> None:
        if self.line is not None:
            self.line.close()
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
        self.processes.clear()

    def spawn(self, name: str) -> subprocess.Popen[bytes]:
        """Start one management command in the background."""
        with (self.folder / f"{name}.out").open("ab") as output:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "manage.py", name],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        return self.processes[name]

    def manage(self, *words: str) -> str:
        """One management command to its end; what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def wait_until_up(self, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if self.request("GET", "/health")["runner"]:
                    return
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.05)
        raise AssertionError(f"the studio did not come up: see {self.folder}/*.out")

    # --- REST ---------------------------------------------------------------------------------

    def request(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """JSON in, JSON out, over one connection that stays open."""
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body)
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        if self.line is None:
            self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            self.line.request(method, path, body=data, headers=sent)
            answer = self.line.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            self.line.close()
            self.line = None
            raise
        assert answer.status < 300, f"{method} {path}: {answer.status} {text[:2000]!r}"
        return json.loads(text) if text else None

    def api(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """A call below the workspace's address."""
        return self.request(method, f"/api/v1/workspaces/{self.workspace}{path}", body, **headers)

    def target(self, nodes: int) -> None:
        """The compute target `bench`."""
        self.api("POST", "/computes", {"name": "bench", "max_nodes": nodes})

    def snapshot(self, script: str) -> str:
        """A source directory with this `main.py`; its id."""
        data = script.encode()
        sha = hashlib.sha256(data).hexdigest()
        if self.api("POST", "/snapshots/missing", {"hashes": [sha]})["missing"]:
            frame = f"{sha} {len(data)}\n".encode() + data
            self.api("POST", "/blobs", frame, Content_Type="application/x-forebay-blobs")
        file = {"path": "main.py", "sha256": sha, "size": len(data), "executable": False}
        return str(self.api("POST", "/snapshots", {"files": [file]})["id"])

    def submit(self, body: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self.api("POST", "/runs", body)
        return answer

    def steps(self, run: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.api("GET", f"/runs/{run}/steps")["items"]
        return found

    def finish(self, body: dict[str, Any]) -> dict[str, Any]:
        """Submit and wait at a socket, as a page does; the run when it is Completed."""
        began, line = time.monotonic(), self.socket()
        try:
            line.subscribe("runs")
            run = self.submit(body)
            while run["status"] not in FINAL:
                heard = line.hear()
                if heard["type"] == "event" and heard["data"].get("run") == run["id"]:
                    run = {**run, **heard["data"], "id": run["id"]}
        finally:
            line.close()
        if self.line is not None and time.monotonic() - began > 10:
            self.line.close()  # the server gives up connections that say nothing for long
            self.line = None
        assert run["status"] == "Completed", run["status"] + " " + str(run.get("sentence"))
        return run

    @property
    def python(self) -> str:
        """The interpreter of the steps."""
        return str(next(self.data.glob("environments/*/bin/python")))

    # --- a browser ----------------------------------------------------------------------------

    def socket(self) -> LiveSocket:
        """A signed-in browser's live socket."""
        if not self.cookie:
            self.cookie = self._sign_in()
        return LiveSocket(self.port, self.workspace, self.cookie)

    def _sign_in(self) -> str:
        printed = self.manage("sign_in_link")
        address = next(word for word in printed.split() if "/sign-in/" in word)
        jar = http.cookiejar.CookieJar()
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        page = browser.open(address, timeout=30).read().decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token is not None
        form = {"csrfmiddlewaretoken": token.group(1), "next": "/"}
        browser.open(address, urllib.parse.urlencode(form).encode(), timeout=30).read()
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def seconds_between(start: str, end: str) -> float:
    """Between two times as REST gives them."""
    from datetime import datetime

    first, last = (datetime.fromisoformat(one.replace("Z", "+00:00")) for one in (start, end))
    return (last - first).total_seconds()
