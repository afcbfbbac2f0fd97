"""From a pipeline to the server: the graph with what it refers to, checked or submitted.

Snapshots and datasets are sent here, once each; defining steps and building a pipeline sends
nothing.
"""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, Sequence

from azureml._forebay.errors import Conflict, Problem, problems_from_json
from azureml._forebay.git import git_properties
from azureml._forebay.snapshots import create_snapshot
from azureml.exceptions import UserErrorException
from azureml.pipeline.core._graph_wire import BuiltGraph, Links, build_graph
from azureml.pipeline.core._layout import NO_LAYOUT, Layout
from azureml.pipeline.core._parameters import PipelineParameter, value_to_wire
from azureml.pipeline.core._step import PipelineStep

Json = Dict[str, Any]


class Submission:
    """One pipeline on its way; `values` are the parameters chosen for it."""

    def __init__(
        self,
        workspace: Any,
        steps: List[PipelineStep],
        *,
        default_datastore: Any = None,
        default_directory: str | None = None,
        values: Mapping[str, Any] | None = None,
        parameters: Sequence[PipelineParameter] = (),
        layout: Layout = NO_LAYOUT,
    ) -> None:
        self._workspace = workspace
        self._steps = steps
        self._default_datastore = default_datastore
        self._directory = default_directory or "."
        self._values = dict(values or {})
        self._parameters = parameters
        self._layout = layout
        self._snapshots: Dict[Path, str] = {}
        self._again = False

    def find_problems(self) -> List[Problem]:
        """All that is wrong, by step and field: what is seen here, then what the server sees."""
        return self._check(self._build())

    def send(self, body: Json) -> Json:
        """Submit with the other fields of the request; the run's JSON. Raises on any problem."""

        def whole(built: BuiltGraph) -> Json:
            properties: Dict[str, str] = {}
            for folder in self._snapshots:
                properties = properties or git_properties(folder)
            return {
                **body,
                "graph": built.graph,
                "parameters": self._chosen(),
                "properties": properties,
                "source": "SDK",
            }

        return self._post("runs", "submitted", whole)

    def publish(self, route: str, body: Json) -> Json:
        """Publish with the other fields of the request; the JSON of what was made."""
        return self._post(route, "published", lambda built: {**body, "graph": built.graph})

    def whole_graph(self) -> Json:
        """The graph with its files and datasets sent. Raises on what is seen to be wrong here."""
        built = self._build()
        if built.problems:
            raise invalid_pipeline(self._check(built), "kept as a draft")
        return built.graph

    def _post(self, route: str, done: str, whole: Callable[[BuiltGraph], Json]) -> Json:
        built = self._build()
        if built.problems:
            raise invalid_pipeline(self._check(built), done)
        try:
            return self._post_once(route, whole(built))
        except Conflict as conflict:
            if not conflict.body.get("missing"):
                raise
        self._again = True  # the server dropped blobs that no run used: send them once more
        self._snapshots.clear()
        return self._post_once(route, whole(self._build()))

    def _post_once(self, route: str, body: Json) -> Json:
        return dict(
            self._workspace._transport.post_json(
                self._workspace._path(route), body, idempotency_key=str(uuid.uuid4())
            )
        )

    def _build(self) -> BuiltGraph:
        links = Links(
            snapshot=self._send_snapshot,
            dataset=self._store_dataset,
            default_datastore=self._find_default_datastore,
            default_directory=self._directory,
        )
        return build_graph(self._steps, links, self._parameters, self._layout)

    def _check(self, built: BuiltGraph) -> List[Problem]:
        body = {"graph": built.graph, "parameters": self._chosen()}
        answer = self._workspace._transport.post_json(
            self._workspace._path("runs/validate"), body, repeatable=True
        )
        return merge_problems(built.problems, problems_from_json(answer["problems"]))

    def _chosen(self) -> Json:
        """The chosen values as the server takes them; datasets are stored there first."""
        return {
            name: value_to_wire(name, value, self._store_dataset)
            for name, value in self._values.items()
        }

    def _store_dataset(self, dataset: Any) -> str:
        return str(dataset._ensure_id(self._workspace))

    def _send_snapshot(self, folder: Path) -> str:
        folder = folder.resolve()
        if folder not in self._snapshots:
            self._snapshots[folder] = create_snapshot(self._workspace, folder, again=self._again)
        return self._snapshots[folder]

    def _find_default_datastore(self) -> str:
        if self._default_datastore is None:
            self._default_datastore = self._workspace.get_default_datastore()
        given = self._default_datastore
        return given if isinstance(given, str) else str(given.name)


def merge_problems(seen: List[Problem], answered: List[Problem]) -> List[Problem]:
    """Both lists without what the server only says because of a problem seen before it."""
    places = {(problem.node, problem.field) for problem in seen}
    unsent = {problem.node for problem in seen if problem.code == "missing_script"}
    return [
        *seen,
        *(
            problem
            for problem in answered
            if (problem.node, problem.field) not in places
            and not (problem.field == "snapshot" and problem.node in unsent)
        ),
    ]


def invalid_pipeline(problems: List[Problem], done: str = "submitted") -> UserErrorException:
    """The error of a submit or publish, with one line for each problem."""
    lines = "\n".join(f"  - {problem}" for problem in problems)
    error = UserErrorException(f"The pipeline can't be {done}:\n{lines}", details=problems)
    error.problems = problems  # type: ignore[attr-defined]
    return error
