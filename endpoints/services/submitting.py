"""Calls of published pipelines: by REST, at v1's addresses, from a schedule, from a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from endpoints.domain.texts import experiment_for, unknown_fields
from endpoints.models import (
    EndpointVersion,
    PipelineEndpoint,
    PublishedPipeline,
    RunLink,
    Schedule,
)
from endpoints.selectors import frozen_builds
from pipelines.models import Run
from pipelines.services.submission import submit_run
from workspaces.domain.errors import Conflict, InvalidInput, Problem
from workspaces.domain.times import iso
from workspaces.services.access import Actor

FIELDS = (
    "experiment",
    "parameters",
    "description",
    "tags",
    "regenerate_outputs",
    "force_nodes",
    "continue_on_step_failure",
    "parent_run_id",
)
NOTHING: Callable[[Run], None] = lambda run: None  # noqa: E731 - a default


def submit_published(
    *,
    published: PublishedPipeline,
    actor: Actor,
    body: Mapping[str, Any],
    endpoint_version: EndpointVersion | None = None,
    schedule: Schedule | None = None,
    due_at: datetime | None = None,
    changed: Mapping[str, Any] | None = None,
    source: str = "REST",
    note_stored: Callable[[Run], None] = NOTHING,
) -> Run:
    """A run of what was frozen, with the parameters of `body` (FIELDS; all may be left out).

    Without `experiment` the run goes to one called like the endpoint or the pipeline. A pipeline
    without parameters takes those of callers who send some anyway and says so in
    `origin["warnings"]`. Raises Conflict for what is disabled, InvalidInput for the rest.
    """
    endpoint = None if endpoint_version is None else endpoint_version.endpoint
    _refuse_disabled(published, endpoint, endpoint_version)
    problems = unknown_fields(body, FIELDS)
    if problems:
        raise InvalidInput.of(problems)
    origin = _origin_of(published, endpoint, endpoint_version)
    if schedule is not None:
        origin["schedule"] = {
            "id": schedule.uid,
            "name": schedule.name,
            "due_at": iso(due_at),
            **({"changed": dict(changed)} if changed else {}),
        }
    parameters = body.get("parameters")
    if isinstance(parameters, dict) and parameters and not published.parameters:
        origin["warnings"] = [_ignored(parameters)]
        parameters = {}

    def store_link(run: Run) -> None:
        RunLink.objects.create(
            run=run,
            published=published,
            endpoint=endpoint,
            endpoint_version=endpoint_version,
            schedule=schedule,
            due_at=due_at,
        )
        note_stored(run)

    goes_on = body.get("continue_on_step_failure")
    name = published.name if endpoint is None else endpoint.name
    return submit_run(
        workspace=published.workspace,
        actor=actor,
        body={
            "experiment": experiment_for(name)
            if body.get("experiment") is None
            else body["experiment"],
            "graph": published.graph,
            "parameters": parameters,
            "description": body.get("description"),
            "tags": body.get("tags"),
            "properties": _properties(published, body.get("parent_run_id")),
            "source": source,
            "regenerate_outputs": body.get("regenerate_outputs") or False,
            "force_nodes": body.get("force_nodes"),
            "continue_on_step_failure": published.continue_on_step_failure
            if goes_on is None
            else goes_on,
        },
        origin=origin,
        environments=frozen_builds(published),
        note_stored=store_link,
    )


def link_again(sender: Any, run: Run, of: Run, **_: Any) -> None:
    """A run of a published pipeline that is submitted again or resumed is one of its runs too.

    Raises Conflict, which undoes the run, when what it is a run of is disabled by now.
    """
    links = RunLink.objects.select_related("published", "endpoint", "endpoint_version__endpoint")
    link = links.filter(run=of).first()
    if link is None:
        return
    _refuse_disabled(link.published, link.endpoint, link.endpoint_version)
    RunLink.objects.create(
        run=run,
        published=link.published,
        endpoint=link.endpoint,
        endpoint_version=link.endpoint_version,
    )


def _refuse_disabled(
    published: PublishedPipeline,
    endpoint: PipelineEndpoint | None,
    version: EndpointVersion | None,
) -> None:
    if endpoint is not None and endpoint.status == PipelineEndpoint.ARCHIVED:
        raise Conflict(
            f"Endpoint {endpoint.name!r} is archived and takes no calls.", code="archived"
        )
    if endpoint is not None and endpoint.status == PipelineEndpoint.DISABLED:
        raise Conflict(
            f"Endpoint {endpoint.name!r} is disabled and takes no calls until it is enabled.",
            code="disabled",
        )
    if version is not None and version.status == EndpointVersion.DISABLED:
        raise Conflict(
            f"Version {version.number} of endpoint {version.endpoint.name!r} is disabled.",
            code="disabled",
        )
    if published.status == PublishedPipeline.DISABLED:
        where = "" if version is None else f" (version {version.number})"
        raise Conflict(
            f"The published pipeline {published.name!r}{where} is disabled and takes no calls "
            "until it is enabled.",
            code="disabled",
        )


def _origin_of(
    published: PublishedPipeline,
    endpoint: PipelineEndpoint | None,
    version: EndpointVersion | None,
) -> dict[str, Any]:
    origin: dict[str, Any] = {
        "published": {
            "id": published.uid,
            "name": published.name,
            "version": published.version,
        }
    }
    if endpoint is not None and version is not None:
        origin["endpoint"] = {
            "id": endpoint.uid,
            "name": endpoint.name,
            "version": str(version.number),
        }
    return origin


def _properties(published: PublishedPipeline, parent: Any) -> dict[str, str]:
    marks = {"azureml.pipelineid": published.uid}
    if parent is None:
        return marks
    found = isinstance(parent, str) and Run.objects.filter(
        workspace=published.workspace, uid=parent
    )
    if not found:
        raise InvalidInput.of(
            [Problem(f"There is no run {parent!r} in this workspace.", "parent_run_id")]
        )
    return {**marks, "azureml.parentrunid": str(parent)}


def _ignored(parameters: Mapping[str, Any]) -> str:
    names = ", ".join(repr(str(name)) for name in list(parameters)[:10])
    return f"The pipeline has no parameters: {names} changed nothing."
