"""Exported programs, executed without a studio: the graph that they would send."""

from __future__ import annotations

import os
import tempfile
import unittest.mock
import urllib.parse
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from azureml.core import Workspace
from azureml.pipeline.core import PipelineRun
from azureml.pipeline.core import pipeline as pipeline_module
from azureml.pipeline.core._submission import Submission

from pipelines.domain.program.subject import Program, Surroundings

PREFIX = "/api/v1/workspaces/lab/"


class AnsweringTransport:
    """Answers what a program asks while it is read, out of `around`."""

    server = "http://studio.test"
    token = "fby_test"

    def __init__(self, around: Surroundings) -> None:
        self.around = around

    def get_json(self, path: str, query: Any = None, **more: Any) -> Any:
        route = [urllib.parse.unquote(one) for one in path.removeprefix(PREFIX).split("/")]
        if f"{path}/" == PREFIX:
            return {"name": "lab"}
        if route[0] == "datastores":
            return {"name": route[1], "kind": "Local"}
        if route[:2] == ["modules", "by-name"]:
            return self._module(self.around.modules_by_name[route[2]])
        if route[0] == "modules":
            return self._module(route[1])
        if route[:2] == ["datasets", "by-name"]:
            name, version = route[2], str(query["version"])
            known = {(one.name, str(one.version)): uid for uid, one in self.around.datasets.items()}
            uid = known.get((name, version)) or self.around.dataset_ids[(name, version)]
            return self._dataset(uid)
        if route[0] == "datasets":
            return self._dataset(route[1])
        raise AssertionError(f"GET {path} was not expected")

    def _module(self, uid: str) -> dict[str, Any]:
        faces = [one for one in self.around.catalog.faces.values() if one.uid == uid]
        return {
            "id": uid,
            "name": faces[0].name,
            "status": "Active",
            "default_version": self.around.catalog.current[uid],
            "versions": [
                {"version": one.version, "spec": dict(one.spec), "status": one.status}
                for one in faces
            ],
        }

    def _dataset(self, uid: str) -> dict[str, Any]:
        known = self.around.datasets.get(uid)
        table = known is not None and known.is_table
        name, version = (known.name, known.version) if known else (None, None)
        return {
            "id": uid,
            "kind": "tabular" if table else "file",
            "name": name,
            "version": version,
            "definition": {},
        }


def run_program(program: Program, around: Surroundings) -> dict[str, Any]:
    """What the program submits: `experiment`, `graph`, `parameters`, `description`, `tags`, …

    It is executed to its end, with the snapshots that it was written of; only what would go to
    the studio is kept here.
    """
    transport: Any = AnsweringTransport(around)
    workspace = Workspace("", "", "lab", _server=transport.server, _transport=transport)
    folders = {folder: snapshot for snapshot, folder in program.folders.items()}
    sent: list[dict[str, Any]] = []

    def send(submission: Submission, body: dict[str, Any]) -> dict[str, Any]:
        built = submission._build()
        # A drawing may be unfinished; everything else that a program says is right.
        assert [one for one in built.problems if one.code != "missing_input"] == []
        sent.append({**body, "graph": built.graph, "parameters": submission._chosen()})
        return {"id": "run-1", "status": "Completed"}

    def find(submission: Submission, folder: Path) -> str:
        return folders[str(folder.resolve().relative_to(Path.cwd()))]

    with ExitStack() as stack:
        stack.enter_context(in_source_folders(program))
        for owner, name, stand_in in (
            (Workspace, "from_config", lambda: workspace),
            (Workspace, "get_default_datastore", lambda self: _Store(around.default_datastore)),
            (Submission, "send", send),
            (Submission, "_send_snapshot", find),
            (pipeline_module, "announce", lambda document: None),
            (PipelineRun, "wait_for_completion", lambda self, show_output: None),
        ):
            stack.enter_context(unittest.mock.patch.object(owner, name, stand_in))
        exec(compile(program.text, "pipeline.py", "exec"), {"__name__": "__main__"})
    (body,) = sent
    return body


class _Store:
    def __init__(self, name: str) -> None:
        self.name = name


@contextmanager
def in_source_folders(program: Program) -> Iterator[Path]:
    """A working folder with empty scripts where the program looks for them."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name).resolve()
        for node in program.graph["nodes"]:
            if node.get("script") and node.get("snapshot") in program.folders:
                script = root / program.folders[node["snapshot"]] / node["script"]
                script.parent.mkdir(parents=True, exist_ok=True)
                script.touch()
        os.chdir(root)
        try:
            yield root
        finally:
            os.chdir(before)


def by_id(graph: Mapping[str, Any]) -> dict[str, Any]:
    """A graph's nodes by their ids."""
    return {one["id"]: one for one in graph["nodes"]}
