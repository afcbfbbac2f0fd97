"""`PublishedPipeline`: a pipeline that was frozen and can be called by its address."""

from __future__ import annotations

import itertools
import uuid
from typing import Any, Dict, List

from azureml._forebay.unsupported import without
from azureml.core._run_details import PIPELINE_RUN
from azureml.core._run_types import make_run
from azureml.core.experiment import Experiment
from azureml.exceptions import UserErrorException
from azureml.pipeline.core._announce import announce, say_unused
from azureml.pipeline.core._resources import (
    check_workspace,
    fetch,
    show_html,
    show_text,
    unknown,
    values_to_wire,
)

Json = Dict[str, Any]
ROUTE = "published-pipelines"
_WHAT = "published pipeline"


@without("save", instead="PublishedPipeline.get_graph() gives the graph as JSON.")
class PublishedPipeline:
    """A published pipeline. `Pipeline.publish` and `PipelineRun.publish_pipeline` make them.

    What it holds never changes: graph, source files, environments, dataset versions. Its
    parameters are chosen at each submit.
    """

    def __init__(
        self,
        name: str,
        graph_id: str,
        description: str,
        version: str,
        published_pipeline_id: str,
        status: str,
        endpoint: str,
        total_run_steps: int,
        workspace: Any,
        continue_on_step_failure: bool | None = None,
        _pipeline_provider: Any = None,
        **kwargs: Any,
    ) -> None:
        self.workspace = workspace
        self._facts: Json = kwargs.get("_facts") or {
            "name": name,
            "graph_id": graph_id,
            "description": description,
            "version": version,
            "id": published_pipeline_id,
            "status": status,
            "endpoint": endpoint,
            "step_count": total_run_steps,
            "continue_on_step_failure": continue_on_step_failure,
        }

    # -- finding -------------------------------------------------------------------------------

    @staticmethod
    def get(
        workspace: Any,
        id: str | None = None,
        _workflow_provider: Any = None,
        _service_endpoint: Any = None,
        name: str | None = None,
    ) -> PublishedPipeline:
        """The published pipeline of that id.

        `name` is Forebay's own: the newest active one of that name, as names are not unique.
        """
        check_workspace(workspace, "PublishedPipeline.get")
        if id is not None:
            return published_from(workspace, fetch(workspace, ROUTE, id, _WHAT))
        if not name:
            raise UserErrorException("PublishedPipeline.get needs the id, or name=….")
        query = {"name": name, "active_only": True, "limit": 1}
        items = workspace._transport.list_items(workspace._path(ROUTE), query)
        for newest in items:
            return published_from(workspace, newest)
        raise unknown(_WHAT, f"the name {name!r}", workspace)

    @staticmethod
    def get_all(
        workspace: Any, active_only: bool = True, _service_endpoint: Any = None
    ) -> List[PublishedPipeline]:
        """The published pipelines, newest first; with `active_only=False` disabled ones too."""
        return PublishedPipeline.list(workspace, active_only)

    @staticmethod
    def list(
        workspace: Any, active_only: bool = True, _service_endpoint: Any = None
    ) -> List[PublishedPipeline]:
        """The published pipelines, newest first; with `active_only=False` disabled ones too."""
        check_workspace(workspace, "PublishedPipeline.list")
        query = {"active_only": bool(active_only)}
        items = workspace._transport.list_items(workspace._path(ROUTE), query)
        return [published_from(workspace, item) for item in items]

    # -- what it is ----------------------------------------------------------------------------

    @property
    def id(self) -> str:
        """The id, a guid."""
        return str(self._facts["id"])

    @property
    def name(self) -> str:
        """The name; several may share one."""
        return str(self._facts["name"])

    @property
    def description(self) -> str:
        """What was said of it."""
        return str(self._facts.get("description") or "")

    @property
    def version(self) -> str:
        """The version, a text of whoever published it."""
        return str(self._facts.get("version") or "")

    @property
    def status(self) -> str:
        """`Active` or `Disabled`."""
        return str(self._facts["status"])

    @property
    def endpoint(self) -> str:
        """The address that a POST with a bearer token submits a run to."""
        return str(self._facts.get("endpoint") or "")

    @property
    def graph_id(self) -> str:
        """Equal graphs have equal ids."""
        return str(self._facts.get("graph_id") or "")

    @property
    def total_run_steps(self) -> int:
        """How many steps it has."""
        return int(self._facts.get("step_count") or 0)

    @property
    def continue_on_step_failure(self) -> bool:
        """Whether steps that do not wait for a failed one go on."""
        return bool(self._whole("continue_on_step_failure"))

    @property
    def portal_url(self) -> str:
        """The address of the studio."""
        return str(self.workspace._transport.server)

    def get_portal_url(self) -> str:
        """Its page in the studio."""
        return str(self._facts.get("url") or self.portal_url)

    def get_graph(self, _workflow_provider: Any = None) -> Json:
        """The graph as JSON, with the parameters and their defaults."""
        return dict(self._whole("graph"))

    def get_step_names(self, _workflow_provider: Any = None) -> List[str]:
        """The names of its steps, upstream first."""
        return [str(name) for name in self._whole("step_names")]

    # -- what is done with it ------------------------------------------------------------------

    def submit(
        self,
        workspace: Any,
        experiment_name: str,
        pipeline_parameters: Dict[str, Any] | None = None,
        _workflow_provider: Any = None,
        _service_endpoint: Any = None,
        parent_run_id: str | None = None,
        continue_on_step_failure: bool | None = None,
        regenerate_outputs: bool = False,
        tags: Dict[str, Any] | None = None,
    ) -> Any:
        """Submit to the experiment of that name; the `PipelineRun`, at once.

        :param pipeline_parameters: values by name; those left out keep their defaults.
        :param regenerate_outputs: Forebay's own: run every step, even those that could be reused.
        """
        return self._submit_to(
            Experiment(check_workspace(workspace, "PublishedPipeline.submit"), experiment_name),
            tags,
            pipeline_parameters=pipeline_parameters,
            parent_run_id=parent_run_id,
            continue_on_step_failure=continue_on_step_failure,
            regenerate_outputs=regenerate_outputs,
        )

    def enable(self) -> None:
        """Let it be submitted again."""
        self._set_status("Active")

    def disable(self) -> None:
        """Refuse submits, and hide it from lists of active ones. Runs that go on go on."""
        self._set_status("Disabled")

    def _whole(self, key: str) -> Any:
        """A fact that short answers leave out; asked for when it is not there."""
        if key not in self._facts:
            self._facts = fetch(self.workspace, ROUTE, self.id, _WHAT)
        return self._facts[key]

    def _set_status(self, status: str) -> None:
        transport, path = self.workspace._transport, self.workspace._path(ROUTE, self.id)
        self._facts = {**self._facts, **transport.patch_json(path, {"status": status})}

    def _submit_to(
        self, experiment: Experiment, tags: Dict[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        """What `Experiment.submit` calls."""
        return submit_published(experiment, f"{ROUTE}/{self.id}/submit", tags, kwargs, {})

    def _facts_shown(self) -> List[tuple[str, Any]]:
        return [
            ("Name", self.name),
            ("Id", self.id),
            ("Status", self.status),
            ("Endpoint", self.endpoint),
        ]

    def __repr__(self) -> str:
        return show_text("Pipeline", self._facts_shown())

    def _repr_html_(self) -> str:
        return show_html(self._facts_shown(), self.get_portal_url())


def published_from(workspace: Any, facts: Json) -> PublishedPipeline:
    """The published pipeline that an answer describes."""
    return PublishedPipeline(
        facts["name"],
        facts.get("graph_id", ""),
        facts.get("description", ""),
        facts.get("version", ""),
        facts["id"],
        facts.get("status", "Active"),
        facts.get("endpoint", ""),
        facts.get("step_count", 0),
        workspace,
        _facts=facts,
    )


def publish_run(
    workspace: Any, run_id: str, body: Json, continue_on_step_failure: bool | None
) -> PublishedPipeline:
    """Publish what a run ran."""
    if continue_on_step_failure is not None:
        body = {**body, "continue_on_step_failure": bool(continue_on_step_failure)}
    facts = workspace._transport.post_json(
        workspace._path("runs/{}/publish", run_id), body, idempotency_key=str(uuid.uuid4())
    )
    return published_from(workspace, dict(facts))


def submit_published(
    experiment: Experiment,
    route: str,
    tags: Dict[str, Any] | None,
    kwargs: Json,
    extra: Json,
) -> Any:
    """Submit a published pipeline or an endpoint at `route`; the run.

    `kwargs` are those of `Experiment.submit`; `pipeline_params` is v1's other name of the values.
    """
    workspace = experiment.workspace
    given = dict(kwargs)
    older = values_to_wire(workspace, given.pop("pipeline_params", None))
    newer = values_to_wire(workspace, given.pop("pipeline_parameters", None))
    body: Json = {
        "experiment": experiment.name,
        "parameters": {**older, **newer},
        "tags": {str(key): str(value) for key, value in (tags or {}).items()},
        "regenerate_outputs": bool(given.pop("regenerate_outputs", False)),
        **extra,
    }
    for name in ("continue_on_step_failure", "description", "parent_run_id"):
        if (value := given.pop(name, None)) is not None:
            body[name] = value
    say_unused(given, {"skip_validation", "credential_passthrough"})
    document = workspace._transport.post_json(
        workspace._path(route), body, idempotency_key=str(uuid.uuid4())
    )
    announce(document)
    return make_run(PIPELINE_RUN, experiment, document)


def list_runs_of(workspace: Any, route: str, limit: int | None = None) -> List[Any]:
    """The runs at a route, newest first, all or the first `limit`."""
    query = {"limit": limit} if limit else None
    items = workspace._transport.list_items(workspace._path(route), query)
    return [
        make_run(PIPELINE_RUN, Experiment(workspace, item["experiment"], True), item)
        for item in itertools.islice(items, limit)
    ]
