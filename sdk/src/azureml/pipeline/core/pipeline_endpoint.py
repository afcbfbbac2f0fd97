"""`PipelineEndpoint`: one address for the versions of a pipeline."""

from __future__ import annotations

import itertools
import uuid
from typing import Any, Dict, List

from azureml.core.experiment import Experiment
from azureml.exceptions import UserErrorException
from azureml.pipeline.core._endpoint_facts import (
    EndpointFacts,
    PipelineIdVersion,
    PipelineVersion,
)
from azureml.pipeline.core._published import PublishedPipeline, published_from, submit_published
from azureml.pipeline.core._resources import (
    check_workspace,
    fetch,
    unknown,
)
from azureml.pipeline.core.run import PipelineRun

__all__ = [
    "PipelineEndpoint",
    "PipelineIdVersion",
    "PipelineRun",
    "PipelineVersion",
    "PublishedPipeline",
]

Json = Dict[str, Any]
_ROUTE = "pipeline-endpoints"
_WHAT = "pipeline endpoint"


class PipelineEndpoint(EndpointFacts):
    """Versions "0", "1", … of a pipeline behind one address; one of them is the default.

    Find one with `get`, make one with `publish`.
    """

    # -- finding and making --------------------------------------------------------------------

    @staticmethod
    def get(
        workspace: Any,
        id: str | None = None,
        name: str | None = None,
        _workflow_provider: Any = None,
        _service_endpoint: Any = None,
    ) -> PipelineEndpoint:
        """The endpoint of that id or name; ErrorResponseException when there is none."""
        check_workspace(workspace, "PipelineEndpoint.get")
        if id is not None:
            return _endpoint_from(workspace, fetch(workspace, _ROUTE, id, _WHAT))
        if not name:
            raise UserErrorException("PipelineEndpoint.get needs id=… or name=….")
        query = {"name": name, "active_only": False}
        items = workspace._transport.list_items(workspace._path(_ROUTE), query)
        found = [item for item in items if item["name"] == name and item["status"] != "Archived"]
        if not found:
            raise unknown(_WHAT, f"the name {name!r}", workspace)
        return _endpoint_from(workspace, fetch(workspace, _ROUTE, found[0]["id"], _WHAT))

    @staticmethod
    def get_all(
        workspace: Any,
        active_only: bool = True,
        _workflow_provider: Any = None,
        _service_endpoint: Any = None,
    ) -> List[PipelineEndpoint]:
        """All endpoints; with `active_only=False` disabled and archived ones too."""
        return _list_endpoints(workspace, active_only, None)

    @staticmethod
    def list(
        workspace: Any,
        active_only: bool = True,
        max_results: int = 100,
        _workflow_provider: Any = None,
        _service_endpoint: Any = None,
    ) -> List[PipelineEndpoint]:
        """The endpoints, at most `max_results` of them."""
        return _list_endpoints(workspace, active_only, max_results)

    @staticmethod
    def publish(
        workspace: Any,
        name: str,
        description: str,
        pipeline: Any,
        _workflow_provider: Any = None,
        _service_endpoint: Any = None,
    ) -> PipelineEndpoint:
        """Make an endpoint whose version "0" is `pipeline`, a Pipeline or PublishedPipeline."""
        check_workspace(workspace, "PipelineEndpoint.publish")
        body = {"name": name, "description": description or ""}
        return _endpoint_from(workspace, _put_behind(workspace, _ROUTE, pipeline, body))

    # -- its versions --------------------------------------------------------------------------

    def add(self, pipeline: Any) -> None:
        """Add a Pipeline or PublishedPipeline as the next version; the default stays."""
        self._add(pipeline, make_default=False)

    def add_default(self, pipeline: Any) -> None:
        """Add a Pipeline or PublishedPipeline as the next version and make it the default."""
        self._add(pipeline, make_default=True)

    def set_default(self, pipeline: Any) -> None:
        """Make the version that is this published pipeline the default."""
        found = [one for one in self._refresh() if one["published_pipeline"]["id"] == pipeline.id]
        if not found:
            raise UserErrorException(
                f"Published pipeline {pipeline.id} is no version of endpoint {self.name!r}:"
                " add it with add_default(pipeline)."
            )
        self.set_default_version(str(found[-1]["version"]))

    def set_default_version(self, version: str) -> None:
        """Make a version the default; every caller without a version gets it from now on."""
        self._find_version(version)
        self._change({"default_version": str(version)})

    def get_default_version(self) -> str:
        """The version that runs when none is named, as it is now."""
        self._refresh()
        return self.default_version

    def get_all_versions(
        self, _workflow_provider: Any = None, _service_endpoint: Any = None
    ) -> List[PipelineVersion]:
        """All versions, each with `.version` and `.pipeline`."""
        return self.list_versions()

    def list_versions(
        self, _workflow_provider: Any = None, _service_endpoint: Any = None
    ) -> List[PipelineVersion]:
        """All versions, each with `.version` and `.pipeline`."""
        return [
            PipelineVersion(
                str(one["version"]),
                published_from(self._workspace, one["published_pipeline"]),
                str(one.get("status") or "Active"),
            )
            for one in self._refresh()
        ]

    def get_all_pipelines(
        self,
        active_only: bool = True,
        _workflow_provider: Any = None,
        _service_endpoint: Any = None,
    ) -> List[PublishedPipeline]:
        """The published pipelines behind its versions."""
        return self.list_pipelines(active_only)

    def list_pipelines(
        self,
        active_only: bool = True,
        _workflow_provider: Any = None,
        _service_endpoint: Any = None,
    ) -> List[PublishedPipeline]:
        """The published pipelines behind its versions, without disabled ones."""
        pipelines = [one.pipeline for one in self.list_versions()]
        return [one for one in pipelines if one.status == "Active" or not active_only]

    def get_pipeline(self, version: str | None = None) -> PublishedPipeline:
        """The published pipeline of a version, or of the default one."""
        found = self._find_version(self.get_default_version() if version is None else version)
        return PublishedPipeline.get(self._workspace, found["published_pipeline"]["id"])

    # -- what is done with it ------------------------------------------------------------------

    def enable(self) -> None:
        """Let it be called again."""
        self._change({"status": "Active"})

    def disable(self) -> None:
        """Refuse calls. Runs that go on go on."""
        self._change({"status": "Disabled"})

    def archive(self) -> None:
        """Put it away: it refuses calls and its name becomes free."""
        self._change({"status": "Archived"})

    def reactivate(self, name: str) -> None:
        """Take it out of the archive under a name, the old one or another."""
        self._change({"status": "Active", "name": name})

    def set_name(self, name: str) -> None:
        """Give it another name; its address by id stays."""
        self._change({"name": name})

    def submit(
        self,
        experiment_name: str,
        pipeline_parameters: Dict[str, Any] | None = None,
        parent_run_id: str | None = None,
        pipeline_version: str | None = None,
        continue_on_step_failure: bool | None = None,
        regenerate_outputs: bool = False,
        tags: Dict[str, Any] | None = None,
    ) -> Any:
        """Submit a version (the default one) to the experiment of that name; the PipelineRun."""
        return self._submit_to(
            Experiment(self._workspace, experiment_name),
            tags,
            pipeline_parameters=pipeline_parameters,
            parent_run_id=parent_run_id,
            pipeline_version=pipeline_version,
            continue_on_step_failure=continue_on_step_failure,
            regenerate_outputs=regenerate_outputs,
        )

    def _submit_to(
        self, experiment: Experiment, tags: Dict[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        """What `Experiment.submit` calls."""
        version = kwargs.pop("pipeline_version", None)
        extra = {} if version is None else {"version": str(version)}
        return submit_published(experiment, f"{_ROUTE}/{self.id}/submit", tags, kwargs, extra)

    # -- inside --------------------------------------------------------------------------------

    def _add(self, pipeline: Any, *, make_default: bool) -> None:
        self._facts = _put_behind(
            self._workspace,
            f"{_ROUTE}/{self.id}/versions",
            pipeline,
            {"make_default": make_default},
        )

    def _find_version(self, version: Any) -> Json:
        versions = self._refresh()
        for one in versions:
            if str(one["version"]) == str(version):
                return dict(one)
        known = ", ".join(str(one["version"]) for one in versions)
        raise unknown(
            f"version {version!r} of endpoint {self.name!r}",
            f"this number (its versions: {known})",
            self._workspace,
        )

    def _refresh(self) -> List[Json]:
        """Its versions, and the rest, as they are now."""
        self._facts = fetch(self._workspace, _ROUTE, self.id, _WHAT)
        return [dict(one) for one in self._facts.get("versions", [])]

    def _change(self, changes: Json) -> None:
        path = self._workspace._path(_ROUTE, self.id)
        answer = self._workspace._transport.patch_json(path, changes)
        self._facts = {**self._facts, **answer}


def _put_behind(workspace: Any, route: str, pipeline: Any, body: Json) -> Json:
    """Send a Pipeline or PublishedPipeline to an endpoint's route; the endpoint's JSON.

    A Pipeline is published by the same request, so that a refused one leaves nothing behind.
    """
    if hasattr(pipeline, "_publish_to"):
        return dict(pipeline._publish_to(route, body))
    if not isinstance(pipeline, PublishedPipeline):
        raise UserErrorException(
            f"pipeline must be a Pipeline or a PublishedPipeline, not {pipeline!r}."
        )
    return dict(
        workspace._transport.post_json(
            workspace._path(route),
            {**body, "published_pipeline": pipeline.id},
            idempotency_key=str(uuid.uuid4()),
        )
    )


def _list_endpoints(workspace: Any, active_only: bool, limit: int | None) -> List[PipelineEndpoint]:
    check_workspace(workspace, "PipelineEndpoint.list")
    query = {"active_only": bool(active_only)}
    items = workspace._transport.list_items(workspace._path(_ROUTE), query)
    return [_endpoint_from(workspace, item) for item in itertools.islice(items, limit)]


def _endpoint_from(workspace: Any, facts: Json) -> PipelineEndpoint:
    return PipelineEndpoint(
        workspace,
        facts["id"],
        facts["name"],
        facts.get("description", ""),
        facts.get("status", "Active"),
        str(facts.get("default_version", "0")),
        facts.get("endpoint", ""),
        None,
        _facts=dict(facts),
    )
