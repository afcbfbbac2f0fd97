"""Reads that only the pages need: lists by page number, with what each row shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from compute.models import EnvironmentBuild
from data.selectors import dataset_names
from endpoints.domain.version_diff import Side
from endpoints.models import EndpointVersion, PipelineEndpoint, PublishedPipeline, RunLink
from endpoints.selectors import Usage, list_endpoints, list_published, usage_of
from pipelines.domain.reuse import canonical
from pipelines.models import Run
from pipelines.page_selectors import listed_runs
from workspaces.domain.errors import NotFound
from workspaces.models import Snapshot, Workspace

PAGE_SIZE = 50
# What the reader sorts by -> column; `-` in the URL turns it round.
ORDERS = {"name": "name", "updated": "updated_at", "by": "updated_by__username", "status": "status"}
LAST_RUN = "last"


@dataclass(frozen=True)
class Asked:
    """What a list's URL asks for; anything unknown counts as not given."""

    text: str = ""
    disabled: bool = False  # also those that refuse calls
    sort: str = ""
    page: str = "1"


@dataclass(frozen=True)
class Listed:
    """A published pipeline or an endpoint, and how it was used."""

    row: Any
    usage: Usage


def endpoints_page(workspace: Workspace, asked: Asked) -> Page[Listed]:
    """One page of the workspace's endpoints, newest first unless asked otherwise."""
    rows = _narrowed(list_endpoints(workspace), asked, PipelineEndpoint.ACTIVE)
    return _page(rows, asked, "endpoint")


def published_page(workspace: Workspace, asked: Asked) -> Page[Listed]:
    """One page of the workspace's published pipelines."""
    rows = _narrowed(list_published(workspace), asked, PublishedPipeline.ACTIVE)
    return _page(rows, asked, "published")


def _narrowed(rows: QuerySet[Any], asked: Asked, active: str) -> QuerySet[Any]:
    if not asked.disabled:
        rows = rows.filter(status=active)
    for word in asked.text.split()[:8]:
        rows = rows.filter(
            Q(name__icontains=word)
            | Q(description__icontains=word)
            | Q(updated_by__username__icontains=word)
            | Q(uid__startswith=word.lower())
        )
    return rows


def _page(rows: QuerySet[Any], asked: Asked, field: str) -> Page[Listed]:
    key, turned = asked.sort.removeprefix("-"), asked.sort.startswith("-")
    if key == LAST_RUN:
        newest = RunLink.objects.filter(**{field: OuterRef("pk")}).order_by("-run").values("run")
        rows, column = rows.annotate(newest=Subquery(newest[:1])), "newest"
    else:
        column = ORDERS.get(key, "")
    if column:
        by = F(column)
        order = by.desc(nulls_last=True) if turned else by.asc(nulls_last=True)
        rows = rows.order_by(order, "-id")
    page: Page[Any] = Paginator(rows, PAGE_SIZE).get_page(asked.page)
    found = list(page.object_list)
    used = usage_of(field, [row.pk for row in found])
    page.object_list = [Listed(row, used[row.pk]) for row in found]
    return page


def published_runs_page(published: PublishedPipeline, page: str) -> Page[Run]:
    """Runs of a published pipeline, newest first."""
    return _runs_page(published.workspace, RunLink.objects.filter(published=published), page)


def endpoint_runs_page(
    endpoint: PipelineEndpoint, page: str, *, version: int | None = None
) -> Page[Run]:
    """Runs that an endpoint started, newest first, or those of one of its versions."""
    links = RunLink.objects.filter(endpoint=endpoint)
    if version is not None:
        links = links.filter(endpoint_version__number=version)
    return _runs_page(endpoint.workspace, links, page)


def _runs_page(workspace: Workspace, links: QuerySet[RunLink], number: str) -> Page[Run]:
    ids = links.order_by("-run").values_list("run", flat=True)
    page: Page[Any] = Paginator(ids, PAGE_SIZE).get_page(number)
    wanted = list(page.object_list)
    rows = listed_runs(workspace).in_bulk(wanted)
    page.object_list = [rows[pk] for pk in wanted if pk in rows]
    return page


@dataclass(frozen=True)
class ListedVersion:
    """A version of an endpoint, and how many runs it started."""

    row: EndpointVersion
    run_count: int
    is_default: bool


def versions_page(endpoint: PipelineEndpoint, number: str) -> Page[ListedVersion]:
    """One page of an endpoint's versions, the newest first."""
    rows = (
        EndpointVersion.objects.filter(endpoint=endpoint)
        .select_related("published", "added_by")
        .defer("published__graph")
        .order_by("-number")
    )
    page: Page[Any] = Paginator(rows, PAGE_SIZE).get_page(number)
    found = list(page.object_list)
    counted = RunLink.objects.filter(endpoint_version__in=[row.pk for row in found])
    counts = dict(
        counted.values("endpoint_version")
        .annotate(n=Count("id"))
        .values_list("endpoint_version", "n")
    )
    page.object_list = [
        ListedVersion(row, counts.get(row.pk, 0), row.number == endpoint.default_version)
        for row in found
    ]
    return page


def frozen_datasets(published: PublishedPipeline) -> list[dict[str, Any]]:
    """`{"name", "version", "uid"}` of the dataset versions that are part of the pipeline."""
    sources = [
        port.get("source") or {}
        for node in published.graph["nodes"]
        for port in node.get("inputs") or []
    ]
    sources += [one["default"] for one in published.parameters if isinstance(one["default"], dict)]
    uids = list(dict.fromkeys(str(one["dataset"]) for one in sources if "dataset" in one))
    names = dataset_names(published.workspace_id, uids)
    return [
        {"uid": uid, "name": names.get(uid, ("", 0))[0], "version": names.get(uid, ("", 0))[1]}
        for uid in uids
    ]


def node_of(
    published: PublishedPipeline, node_id: str
) -> tuple[dict[str, Any], EnvironmentBuild | None]:
    """A step as it was published, and the frozen build that it runs in. Raises NotFound."""
    for node in published.graph["nodes"]:
        if node["id"] == node_id:
            asked = canonical(node.get("environment"))
            frozen = published.environments.filter(asked=asked).select_related("build").first()
            return node, None if frozen is None else frozen.build
    raise NotFound("There is no such step in this pipeline.")


def endpoint_choices(workspace: Workspace) -> list[tuple[str, str, int]]:
    """(id, name, last version) of the endpoints that can take another version, by name."""
    rows = PipelineEndpoint.objects.filter(workspace=workspace).exclude(
        status=PipelineEndpoint.ARCHIVED
    )
    return list(rows.order_by("name").values_list("uid", "name", "last_version")[:1000])


def version_side(version: EndpointVersion) -> Side:
    """What a comparison of versions looks at: the graph, and what it only names."""
    published = version.published
    nodes = published.graph.get("nodes") or []
    snapshots = Snapshot.objects.filter(
        workspace=published.workspace_id, uid__in={node["snapshot"] for node in nodes}
    )
    uids = [one["uid"] for one in frozen_datasets(published)]
    return Side(
        graph=published.graph,
        packages={
            row.asked: row.build.lock for row in published.environments.select_related("build")
        },
        files={row.uid: {file["path"]: file["sha256"] for file in row.files} for row in snapshots},
        datasets=dataset_names(published.workspace_id, uids),
    )


def version_numbers(endpoint: PipelineEndpoint) -> list[int]:
    """All numbers of an endpoint's versions, the newest first; at most 1,000."""
    rows = EndpointVersion.objects.filter(endpoint=endpoint).order_by("-number")
    return list(rows.values_list("number", flat=True)[:1000])
