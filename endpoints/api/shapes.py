"""Published pipelines and endpoints as JSON: the one form in which they leave the server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings

from endpoints.domain.addresses import Place, endpoint_address, published_address
from endpoints.models import EndpointVersion, PipelineEndpoint, PublishedPipeline
from endpoints.selectors import Usage, read_at_run_time
from workspaces.domain.times import iso
from workspaces.models import Workspace


def place_of(workspace: Workspace) -> Place:
    """Where callers of v1's addresses find a workspace."""
    return Place(
        server=settings.FOREBAY_URL,
        subscription=workspace.subscription_id,
        resource_group=workspace.resource_group,
        workspace=workspace.name,
    )


def published_url(workspace: Workspace, uid: str) -> str:
    """The page of a published pipeline, absolute."""
    return f"{settings.FOREBAY_URL}/w/{workspace.name}/published/{uid}/"


def endpoint_url(workspace: Workspace, uid: str) -> str:
    """The page of a pipeline endpoint, absolute."""
    return f"{settings.FOREBAY_URL}/w/{workspace.name}/endpoints/{uid}/"


def published_shape(row: PublishedPipeline, usage: Usage) -> dict[str, Any]:
    """A published pipeline as in lists: no graph."""
    source = row.source_run
    return {
        "id": row.uid,
        "name": row.name,
        "description": row.description,
        "version": row.version,
        "status": row.status,
        "endpoint": published_address(place_of(row.workspace), row.uid),
        "url": published_url(row.workspace, row.uid),
        "graph_id": row.graph_id,
        "step_count": row.step_count,
        "step_names": row.step_names,
        "parameters": row.parameters,
        "continue_on_step_failure": row.continue_on_step_failure,
        "source_run": None
        if source is None
        else {"id": source.uid, "number": source.number, "experiment": source.experiment.name},
        "created_by": row.created_by.get_username(),
        "created_at": iso(row.created_at),
        "updated_by": row.updated_by.get_username(),
        "updated_at": iso(row.updated_at),
        **usage_shape(usage),
    }


def published_detail(
    row: PublishedPipeline, usage: Usage, versions: Sequence[EndpointVersion]
) -> dict[str, Any]:
    """One published pipeline: with its graph, what is not frozen, and where it stands behind.

    `versions` are the endpoint versions that hold it.
    """
    return {
        **published_shape(row, usage),
        "graph": row.graph,
        "reads_at_run_time": read_at_run_time(row),
        "environments": [
            {"key": one.build.key, "status": one.build.status, "lock": one.build.lock}
            for one in row.environments.select_related("build")
        ],
        "endpoints": [
            {
                "id": version.endpoint.uid,
                "name": version.endpoint.name,
                "status": version.endpoint.status,
                "version": str(version.number),
                "is_default": version.number == version.endpoint.default_version,
            }
            for version in versions
        ],
    }


def endpoint_shape(
    row: PipelineEndpoint, versions: Sequence[EndpointVersion], usage: Usage
) -> dict[str, Any]:
    """An endpoint with all its versions."""
    return {
        "id": row.uid,
        "name": row.name,
        "description": row.description,
        "status": row.status,
        "default_version": str(row.default_version),
        "endpoint": endpoint_address(place_of(row.workspace), row.uid),
        "url": endpoint_url(row.workspace, row.uid),
        "versions": [version_shape(row, version) for version in versions],
        "created_by": row.created_by.get_username(),
        "created_at": iso(row.created_at),
        "updated_by": row.updated_by.get_username(),
        "updated_at": iso(row.updated_at),
        **usage_shape(usage),
    }


def version_shape(endpoint: PipelineEndpoint, version: EndpointVersion) -> dict[str, Any]:
    """One version of an endpoint, with what a list shows of its published pipeline."""
    published = version.published
    workspace = endpoint.workspace
    return {
        "version": str(version.number),
        "status": version.status,
        "is_default": version.number == endpoint.default_version,
        "endpoint": f"{endpoint_address(place_of(workspace), endpoint.uid)}/{version.number}",
        "added_by": version.added_by.get_username(),
        "added_at": iso(version.added_at),
        "published_pipeline": {
            "id": published.uid,
            "name": published.name,
            "description": published.description,
            "version": published.version,
            "status": published.status,
            "graph_id": published.graph_id,
            "step_count": published.step_count,
            "parameters": published.parameters,
            "endpoint": published_address(place_of(workspace), published.uid),
            "url": published_url(workspace, published.uid),
        },
    }


def usage_shape(usage: Usage) -> dict[str, Any]:
    """How often something was run, and its last run."""
    last = usage.last_run
    return {
        "run_count": usage.run_count,
        "last_run": None
        if last is None
        else {
            "id": last.uid,
            "number": last.number,
            "experiment": last.experiment.name,
            "status": last.status,
            "submitted_at": iso(last.submitted_at),
        },
    }
