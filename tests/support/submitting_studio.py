"""A real studio to which tests submit single steps, started again where it dies."""

from __future__ import annotations

import hashlib
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from tests.support.studio import RunningStudio


class SubmittingStudio(RunningStudio):
    """A real studio, and shortcuts to submit one step over REST."""

    def post(self, path: str, body: Any, kind: str = "application/json") -> Any:
        request = urllib.request.Request(
            f"{self.url}/api/v1/workspaces/{self.workspace}{path}",
            data=body if isinstance(body, bytes) else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": kind},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def upload(self, script: str) -> str:
        """A snapshot of one file, main.py; its id."""
        sha = hashlib.sha256(script.encode()).hexdigest()
        frame = f"{sha} {len(script.encode())}\n".encode() + script.encode()
        self.post("/blobs", frame, "application/x-forebay-blobs")
        file = {"path": "main.py", "sha256": sha, "size": len(script), "executable": False}
        return str(self.post("/snapshots", {"files": [file]})["id"])

    def submit(self, script: str, arguments: list[Any], outputs: list[Any]) -> str:
        snapshot = self.upload(script)
        node = {
            "id": "n1", "name": "main.py", "kind": "python_script", "snapshot": snapshot,
            "script": "main.py", "arguments": arguments, "inputs": [], "outputs": outputs,
            "compute": "cpu-cluster", "allow_reuse": False,
        }  # fmt: skip
        graph = {"version": 1, "parameters": [], "nodes": [node]}
        return str(self.post("/runs", {"experiment": "full", "graph": graph})["id"])

    def drive(self, until: Callable[[], bool], seconds: float = 40) -> None:
        """Wait as the supervisor would: what died is started again."""
        end = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < end, (self.folder / "runner.out").read_text()[-3000:]
            if self.processes["runner"].poll() is not None:
                self.start("runner")
            time.sleep(0.1)


def ended(studio: SubmittingStudio, run: str) -> bool:
    try:
        return studio.get(f"/runs/{run}")["ended_at"] is not None
    except urllib.error.HTTPError:  # the server has no room to note that it was asked
        return False
