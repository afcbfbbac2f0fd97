"""`PipelineDraft`: a pipeline that is still edited, here and in the designer."""

from __future__ import annotations

import uuid
from typing import Any, Dict, List, Mapping

from azureml._forebay.errors import Conflict
from azureml._forebay.unsupported import without
from azureml.core.experiment import Experiment
from azureml.exceptions import UserErrorException
from azureml.pipeline.core._announce import announce
from azureml.pipeline.core._published import PublishedPipeline, published_from
from azureml.pipeline.core._resources import (
    check_workspace,
    fetch,
    show_html,
    show_text,
    values_to_wire,
)
from azureml.pipeline.core.pipeline import Pipeline
from azureml.pipeline.core.run import PipelineRun

__all__ = ["PipelineDraft", "PipelineRun"]

Json = Dict[str, Any]
ROUTE = "drafts"
_WHAT = "pipeline draft"


@without("save", instead="PipelineDraft.get_graph() gives the graph as JSON.")
class PipelineDraft:
    """A pipeline kept in the workspace: changed, submitted and published as often as you like.

    `PipelineDraft.create` makes one of a `Pipeline`, a run, a published pipeline or another draft.
    It is the same draft that the studio's designer opens.
    """

    def __init__(
        self,
        workspace: Any,
        id: str,
        name: str | None = None,
        description: str | None = None,
        experiment_name: str | None = None,
        tags: Dict[str, str] | None = None,
        properties: Dict[str, str] | None = None,
        graph_draft_id: str | None = None,
        parent_pipeline_id: str | None = None,
        parent_pipeline_run_id: str | None = None,
        parent_step_run_ids: List[str] | None = None,
        parent_pipeline_draft_id: str | None = None,
        last_submitted_pipeline_run_id: str | None = None,
        _pipeline_draft_provider: Any = None,
        _facts: Json | None = None,
    ) -> None:
        self._workspace = workspace
        parents = {
            "published": parent_pipeline_id,
            "run": parent_pipeline_run_id,
            "draft": parent_pipeline_draft_id,
        }
        last = last_submitted_pipeline_run_id
        self._facts: Json = _facts or {
            "id": id,
            "name": name,
            "description": description,
            "experiment": experiment_name,
            "tags": dict(tags or {}),
            "properties": dict(properties or {}),
            "origin": {kind: {"id": parent} for kind, parent in parents.items() if parent},
            "last_run": {"id": last} if last else None,
        }

    # -- making and finding --------------------------------------------------------------------

    @staticmethod
    def create(
        workspace: Any,
        pipeline: Any,
        name: str | None = None,
        description: str | None = None,
        experiment_name: str | None = None,
        pipeline_parameters: Dict[str, Any] | None = None,
        continue_on_step_failure: bool | None = None,
        tags: Dict[str, Any] | None = None,
        properties: Dict[str, Any] | None = None,
        _workflow_provider: Any = None,
        _service_endpoint: Any = None,
    ) -> PipelineDraft:
        """A new draft.

        :param pipeline: a `Pipeline`, a `PipelineRun`, a `PublishedPipeline` or another draft.
        :param experiment_name: where it is submitted to; its name when left out.
        :param pipeline_parameters: values to submit with; those left out keep their defaults.
        """
        check_workspace(workspace, "PipelineDraft.create")
        body = _fields(
            workspace,
            name=name,
            description=description,
            experiment=experiment_name,
            parameters=pipeline_parameters,
            continue_on_step_failure=continue_on_step_failure,
            tags=tags,
            properties=properties,
        )
        route, names = ROUTE, []
        if isinstance(pipeline, Pipeline):
            graph = pipeline._graph_to_keep()
            _check_names(graph, pipeline_parameters)
            body = {
                "name": pipeline._experiment_name or "Pipeline draft",
                "description": pipeline._description,
                **body,
                "graph": graph,
            }
        elif isinstance(pipeline, PublishedPipeline):
            route, names = "published-pipelines/{}/draft", [pipeline.id]
        elif isinstance(pipeline, PipelineRun):
            body["from_run"] = pipeline.id
        elif isinstance(pipeline, PipelineDraft):
            body["from_draft"] = pipeline.id
        else:
            raise _no_origin(pipeline)
        facts = workspace._transport.post_json(
            workspace._path(route, *names), body, idempotency_key=str(uuid.uuid4())
        )
        return _draft_from(workspace, dict(facts))

    @staticmethod
    def get(
        workspace: Any, id: str, _workflow_provider: Any = None, _service_endpoint: Any = None
    ) -> PipelineDraft:
        """The draft of that id."""
        check_workspace(workspace, "PipelineDraft.get")
        return _draft_from(workspace, fetch(workspace, ROUTE, id, _WHAT))

    @staticmethod
    def list(
        workspace: Any, tags: Dict[str, Any] | None = None, _workflow_provider: Any = None
    ) -> List[PipelineDraft]:
        """The drafts, newest first; with `tags` those that have all of these tags and values, a
        value of None being any."""
        check_workspace(workspace, "PipelineDraft.list")
        wanted = {str(key): value for key, value in (tags or {}).items()}
        found = []
        for facts in workspace._transport.list_items(workspace._path(ROUTE)):
            has = facts.get("tags") or {}
            if all(
                key in has and (value is None or has[key] == str(value))
                for key, value in wanted.items()
            ):
                found.append(_draft_from(workspace, facts))
        return found

    # -- what it is ----------------------------------------------------------------------------

    @property
    def id(self) -> str:
        """The id, a guid."""
        return str(self._facts["id"])

    @property
    def name(self) -> str:
        """The name; several may share one."""
        return str(self._facts.get("name") or "")

    @property
    def description(self) -> str:
        """What was said of it."""
        return str(self._facts.get("description") or "")

    @property
    def tags(self) -> Dict[str, str]:
        """Its tags; runs of it get them."""
        return dict(self._facts.get("tags") or {})

    @property
    def properties(self) -> Dict[str, str]:
        """Its properties; runs of it get them."""
        return dict(self._facts.get("properties") or {})

    @property
    def parent_pipeline_id(self) -> str | None:
        """The published pipeline it was made of, if any."""
        return self._parent("published")

    @property
    def parent_pipeline_run_id(self) -> str | None:
        """The run it was made of, if any."""
        return self._parent("run")

    @property
    def parent_pipeline_draft_id(self) -> str | None:
        """The draft it was made of, if any."""
        return self._parent("draft")

    @property
    def parent_step_run_ids(self) -> List[str]:
        """Always empty: drafts are made of whole runs."""
        return []

    @property
    def last_submitted_pipeline_run_id(self) -> str | None:
        """The newest run of it, as far as this object knows."""
        last = self._facts.get("last_run")
        return str(last["id"]) if last else None

    def get_graph(self, _workflow_provider: Any = None) -> Json:
        """The graph as JSON, as it is saved now."""
        self._refresh()
        return dict(self._facts["graph"])

    # -- what is done with it ------------------------------------------------------------------

    def update(
        self,
        pipeline: Any = None,
        name: str | None = None,
        description: str | None = None,
        experiment_name: str | None = None,
        tags: Dict[str, Any] | None = None,
        pipeline_parameters: Dict[str, Any] | None = None,
        continue_on_step_failure: bool | None = None,
        _workflow_provider: Any = None,
    ) -> None:
        """Change what is given; the rest stays. A new `pipeline` keeps the values of parameters
        that it has too.

        When somebody saved since this object was read, nothing is changed and that is said.
        """
        if "revision" not in self._facts:
            self._refresh()
        body = _fields(
            self._workspace,
            name=name,
            description=description,
            experiment=experiment_name,
            parameters=pipeline_parameters,
            continue_on_step_failure=continue_on_step_failure,
            tags=tags,
        )
        if pipeline is not None:
            graph = _graph_of(pipeline)
            body["graph"] = graph
            names = {one["name"] for one in graph.get("parameters") or []}
            values = self._facts.get("parameters") or {}
            kept = {key: value for key, value in values.items() if key in names}
            if pipeline_parameters is None and kept != values:
                body["parameters"] = kept
        _check_names(body.get("graph") or self._facts.get("graph"), pipeline_parameters)
        body["revision"] = self._facts["revision"]
        path = self._workspace._path(ROUTE, self.id)
        try:
            self._workspace._transport.patch_json(path, body)
        except Conflict as conflict:
            if conflict.code != "stale":
                raise
            who = conflict.body.get("updated_by") or "Somebody"
            raise UserErrorException(
                f"{who} saved the draft {self.name!r} since it was read here, so it was not"
                f" changed. PipelineDraft.get(ws, {self.id!r}) is the draft as it is now."
            ) from conflict
        self._refresh()

    def submit_run(self, _workflow_provider: Any = None) -> PipelineRun:
        """Submit it as it is saved now; the run, at once."""
        document = self._post("submit", {})
        announce(document)
        self._refresh()
        experiment = Experiment(self._workspace, document["experiment"])
        return PipelineRun(experiment, document["id"], _document=document)

    def publish(self, _workflow_provider: Any = None) -> PublishedPipeline:
        """Freeze it as it is saved now, so that other systems can call it by its address."""
        self._refresh()
        body: Json = {
            "name": self.name,
            "description": self.description,
            "continue_on_step_failure": bool(self._facts.get("continue_on_step_failure")),
        }
        return published_from(self._workspace, self._post("publish", body))

    def delete(self, _workflow_provider: Any = None) -> None:
        """Remove it. Runs of it and pipelines published from it stay."""
        self._workspace._transport.delete(self._workspace._path(ROUTE, self.id))

    # -- inside --------------------------------------------------------------------------------

    def _parent(self, kind: str) -> str | None:
        parent = (self._facts.get("origin") or {}).get(kind)
        return str(parent["id"]) if parent else None

    def _refresh(self) -> None:
        self._facts = fetch(self._workspace, ROUTE, self.id, _WHAT)

    def _post(self, what: str, body: Json) -> Json:
        path = self._workspace._path(f"{ROUTE}/{{}}/{what}", self.id)
        key = str(uuid.uuid4())
        return dict(self._workspace._transport.post_json(path, body, idempotency_key=key))

    def _facts_shown(self) -> List[tuple[str, Any]]:
        return [
            ("Name", self.name),
            ("Id", self.id),
            ("Experiment", self._facts.get("experiment") or self.name),
        ]

    def __repr__(self) -> str:
        return show_text("PipelineDraft", self._facts_shown())

    def _repr_html_(self) -> str:
        return show_html(self._facts_shown())


def _draft_from(workspace: Any, facts: Json) -> PipelineDraft:
    return PipelineDraft(workspace, facts["id"], _facts=facts)


def _fields(workspace: Any, **given: Any) -> Json:
    """The fields of a draft that a program gave, as the server takes them."""
    fields = {key: value for key, value in given.items() if value is not None}
    for key in ("tags", "properties"):
        if key in fields:
            if not isinstance(fields[key], Mapping):
                raise UserErrorException(f"{key} is a dictionary of texts, not {fields[key]!r}.")
            fields[key] = {str(name): str(value) for name, value in fields[key].items()}
    if "parameters" in fields:
        fields["parameters"] = values_to_wire(workspace, fields["parameters"])
    if "continue_on_step_failure" in fields:
        fields["continue_on_step_failure"] = bool(fields["continue_on_step_failure"])
    return fields


def _graph_of(origin: Any) -> Json:
    if isinstance(origin, Pipeline):
        return origin._graph_to_keep()
    if isinstance(origin, (PipelineRun, PublishedPipeline, PipelineDraft)):
        return dict(origin.get_graph())
    raise _no_origin(origin)


def _check_names(graph: Mapping[str, Any] | None, values: Mapping[str, Any] | None) -> None:
    """Raises UserErrorException for a value of a parameter that the pipeline does not have."""
    if graph is None:
        return
    names = [str(one["name"]) for one in graph.get("parameters") or []]
    for name in values or {}:
        if name not in names:
            raise UserErrorException(
                f"The pipeline has no parameter {name!r}; it has: {', '.join(names) or 'none'}."
            )


def _no_origin(given: Any) -> UserErrorException:
    return UserErrorException(
        "A draft is made of a Pipeline, a PipelineRun, a PublishedPipeline or another"
        f" PipelineDraft; {given!r} is none."
    )
