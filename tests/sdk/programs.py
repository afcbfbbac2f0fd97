"""A workspace without a server, and small programs on it, for tests of the SDK."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from azureml.pipeline.core import PipelineData
from azureml.pipeline.core._graph_wire import BuiltGraph, Links, build_graph
from azureml.pipeline.core._step import flatten, with_upstream
from azureml.pipeline.steps import PythonScriptStep


class Store:
    """A datastore, as far as pipelines look at it."""

    def __init__(self, name: str = "workspaceblobstore") -> None:
        self.name = name


class FakeTransport:
    """Records requests; answers come from `answers`, by method and the end of the path."""

    server = "http://studio.test"
    token = "fby_test"

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers
        self.requests: list[tuple[str, str, Any]] = []

    def post_json(self, path: str, body: Any = None, **more: Any) -> Any:
        return self._answer("POST", path, body)

    def get_json(self, path: str, query: Any = None, **more: Any) -> Any:
        return self._answer("GET", path, query)

    def patch_json(self, path: str, body: Any) -> Any:
        return self._answer("PATCH", path, body)

    def post_bytes(self, path: str, body: Any, **more: Any) -> Any:
        return self._answer("POST", path, None)

    def list_items(self, path: str, query: Any = None) -> Any:
        return iter(self._answer("GET", path, query)["items"])

    def _answer(self, method: str, path: str, body: Any) -> Any:
        self.requests.append((method, path, body))
        for end, answer in self.answers.items():
            if f"{method} {path}".endswith(end) or path.endswith(end):
                value = answer(body) if callable(answer) else answer
                if isinstance(value, Exception):
                    raise value
                return value
        raise AssertionError(f"{method} {path} was not expected")


class FakeWorkspace:
    """A workspace whose requests are answered from a dictionary."""

    name = "lab"

    def __init__(self, **answers: Any) -> None:
        known = {
            "snapshots/missing": {"missing": []},
            "/snapshots": {"id": "snap"},
            "runs/validate": {"problems": []},
        }
        self._transport = FakeTransport({**answers.pop("answers", {}), **known, **answers})

    def _path(self, route: str, *names: str) -> str:
        return "/".join(["/api/v1/workspaces/lab", route, *names])

    def get_default_datastore(self) -> Store:
        return Store()

    def asked(self, end: str) -> list[Any]:
        """Bodies of the requests whose path ends so."""
        return [body for _, path, body in self._transport.requests if path.endswith(end)]


def script_folder(folder: Path, *names: str) -> Path:
    """A source directory with these (empty) scripts, `main.py` if none is named."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or ("main.py",):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")
    return folder


def make_step(folder: Path, name: str, **changes: Any) -> PythonScriptStep:
    """A step called `name` that runs main.py on `cpu`."""
    given: dict[str, Any] = {
        "script_name": "main.py",
        "name": name,
        "compute_target": "cpu",
        "source_directory": folder,
        **changes,
    }
    return PythonScriptStep(**given)


def build(*steps: Any) -> BuiltGraph:
    """The graph of steps and of what they wait for; every snapshot is called `snap`."""
    links = Links(
        snapshot=lambda folder: "snap",
        dataset=lambda dataset: dataset.identity,
        default_datastore=lambda: "workspaceblobstore",
    )
    return build_graph(with_upstream(flatten(steps)), links)


def data_between(folder: Path, edges: dict[str, list[str]]) -> list[PythonScriptStep]:
    """Steps that read the folder `out` of each upstream step, under that step's name."""
    outputs = {name: PipelineData(name, output_name="out", is_directory=True) for name in edges}
    return [
        make_step(
            folder,
            f"{name}.py",
            arguments=[outputs[name], *(outputs[before] for before in upstream)],
            inputs=[outputs[before] for before in upstream],
            outputs=[outputs[name]],
        )
        for name, upstream in edges.items()
    ]
