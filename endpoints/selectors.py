"""Every read of published pipelines, endpoints and the runs they started."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, QuerySet

from compute.models import EnvironmentBuild
from data.models import DatasetVersion
from endpoints.models import (
    EndpointVersion,
    FrozenEnvironment,
    PipelineEndpoint,
    PublishedPipeline,
    RunLink,
)
from pipelines.models import Run
from pipelines.selectors import runs_by_id
from workspaces.domain.errors import NotFound
from workspaces.domain.relative_paths import shown
from workspaces.models import Workspace


@dataclass(frozen=True)
class Usage:
    """How often something was run, and its last run."""

    run_count: int = 0
    last_run: Run | None = None


def list_published(
    workspace: Workspace, *, active_only: bool = False, text: str = "", name: str = ""
) -> QuerySet[PublishedPipeline]:
    """Published pipelines without their graphs, newest first; `text` narrows by name."""
    rows = (
        PublishedPipeline.objects.filter(workspace=workspace)
        .select_related("workspace", "created_by", "updated_by", "source_run__experiment")
        .defer("graph", "source_run__graph")
        .order_by("-id")
    )
    if active_only:
        rows = rows.filter(status=PublishedPipeline.ACTIVE)
    if name:
        rows = rows.filter(name=name)
    return rows.filter(name__icontains=text) if text else rows


def get_published(workspace: Workspace, uid: str) -> PublishedPipeline:
    """One published pipeline, whole. Raises NotFound, for another workspace's ids too."""
    rows = PublishedPipeline.objects.select_related(
        "workspace", "created_by", "updated_by", "source_run__experiment"
    ).defer("source_run__graph")
    return _one_published(rows, workspace, uid)


def published_to_call(workspace: Workspace, uid: str) -> PublishedPipeline:
    """The same for a call, which many may make at once: without who made it of what."""
    return _one_published(PublishedPipeline.objects.select_related("workspace"), workspace, uid)


def _one_published(
    rows: QuerySet[PublishedPipeline], workspace: Workspace, uid: str
) -> PublishedPipeline:
    row = rows.filter(workspace=workspace, uid=uid).order_by().first()
    if row is None:
        raise NotFound(
            f"There is no published pipeline {shown(uid)} in workspace {workspace.name!r}."
        )
    return row


def list_endpoints(
    workspace: Workspace, *, active_only: bool = False, text: str = "", name: str = ""
) -> QuerySet[PipelineEndpoint]:
    """Pipeline endpoints, newest first, without the archived ones when `active_only`."""
    rows = (
        PipelineEndpoint.objects.filter(workspace=workspace)
        .select_related("workspace", "created_by", "updated_by")
        .order_by("-id")
    )
    if active_only:
        rows = rows.filter(status=PipelineEndpoint.ACTIVE)
    if name:
        rows = rows.filter(name=name)
    return rows.filter(name__icontains=text) if text else rows


def get_endpoint(workspace: Workspace, uid: str) -> PipelineEndpoint:
    """One endpoint by id, archived or not. Raises NotFound."""
    row = list_endpoints(workspace).filter(uid=uid).first()
    if row is None:
        raise NotFound(
            f"There is no pipeline endpoint {shown(uid)} in workspace {workspace.name!r}."
        )
    return row


def get_endpoint_by_name(workspace: Workspace, name: str) -> PipelineEndpoint:
    """The endpoint that has this name now; an archived one gave it up. Raises NotFound."""
    rows = list_endpoints(workspace, name=name).exclude(status=PipelineEndpoint.ARCHIVED)
    row = rows.first()
    if row is None:
        raise NotFound(
            f"There is no pipeline endpoint {shown(name)} in workspace {workspace.name!r}."
        )
    return row


def versions_by_endpoint(
    endpoints: Iterable[PipelineEndpoint],
) -> dict[int, list[EndpointVersion]]:
    """The versions of each endpoint by its primary key, from one query."""
    found: dict[int, list[EndpointVersion]] = {one.pk: [] for one in endpoints}
    rows = (
        EndpointVersion.objects.filter(endpoint__in=list(found))
        .select_related("published", "added_by")
        .defer("published__graph")
        .order_by("endpoint_id", "number")
    )
    for row in rows:
        found[row.endpoint_id].append(row)
    return found


def get_version(endpoint: PipelineEndpoint, version: str | int | None = None) -> EndpointVersion:
    """A version with its published pipeline, whole; the default one for None. Raises NotFound."""
    wanted = str(endpoint.default_version if version is None else version)
    rows = EndpointVersion.objects.filter(endpoint=endpoint).select_related(
        "endpoint", "published__workspace"
    )
    row = None
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 9:
        row = rows.filter(number=int(wanted)).first()
    if row is None:
        numbers = [str(one) for one in rows.order_by("number").values_list("number", flat=True)]
        there = ", ".join(numbers[-20:])
        raise NotFound(
            f"Endpoint {endpoint.name!r} has no version {shown(wanted)}; there are: {there}."
        )
    return row


def runs_of_published(published: PublishedPipeline) -> QuerySet[Run]:
    """Its runs, newest first, whoever started them and through which endpoint."""
    return _runs(RunLink.objects.filter(published=published))


def runs_of_endpoint(endpoint: PipelineEndpoint, *, version: int | None = None) -> QuerySet[Run]:
    """Runs that were started through an endpoint, newest first."""
    links = RunLink.objects.filter(endpoint=endpoint)
    if version is not None:
        links = links.filter(endpoint_version__number=version)
    return _runs(links)


def _runs(links: QuerySet[RunLink]) -> QuerySet[Run]:
    return (
        Run.objects.filter(pk__in=links.values("run"))
        .select_related("workspace", "experiment", "submitted_by")
        .defer("graph")
        .order_by("-id")
    )


def usage_of(field: str, ids: Iterable[int]) -> dict[int, Usage]:
    """How often each was run, for `field` "published" or "endpoint"; two queries in all."""
    wanted = list(ids)
    rows: list[dict[str, Any]] = list(
        RunLink.objects.filter(**{f"{field}__in": wanted})
        .values(field)
        .annotate(count=Count("id"), last=Max("run_id"))
    )
    last = runs_by_id([row["last"] for row in rows])
    found = {row[field]: Usage(row["count"], last.get(row["last"])) for row in rows}
    return {pk: found.get(pk, Usage()) for pk in wanted}


def endpoints_of(published: PublishedPipeline) -> list[EndpointVersion]:
    """The endpoint versions that hold a published pipeline, with their endpoints."""
    rows = EndpointVersion.objects.filter(published=published).select_related("endpoint")
    return list(rows.order_by("endpoint_id", "number"))


def frozen_builds(published: PublishedPipeline) -> dict[str, EnvironmentBuild]:
    """The build of each environment, by the canonical text of what a node asks for."""
    rows = FrozenEnvironment.objects.filter(published=published).select_related("build")
    return {row.asked: row.build for row in rows}


def read_at_run_time(published: PublishedPipeline) -> list[dict[str, str]]:
    """What is not frozen: `{"datastore", "path"}` of all data that steps read from outside.

    A dataset version's definition is frozen; the files that it names are not.
    """
    found: dict[tuple[str, str], None] = {}
    datasets: list[str] = []
    sources = [
        port.get("source") or {}
        for node in published.graph["nodes"]
        for port in node.get("inputs") or []
    ]
    sources += [
        one["default"]
        for one in published.parameters
        if isinstance(one.get("default"), dict)  # of types datapath and dataset
    ]
    for source in sources:
        if "dataset" in source:
            datasets.append(source["dataset"])
        elif "datastore" in source:
            found[(source["datastore"], source.get("path") or "")] = None
    rows = DatasetVersion.objects.filter(workspace=published.workspace_id, uid__in=datasets)
    for definition in rows.values_list("definition", flat=True):
        for place in definition.get("paths") or []:
            if "datastore" in place:
                found[(place["datastore"], place.get("path") or "")] = None
    return [{"datastore": store, "path": path} for store, path in found]
