"""Reads of compute targets, and of the mapping of environments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.utils import timezone

from compute.domain.mapping import Rule
from compute.domain.targets import NodeCounts, count_nodes, warm_now
from compute.models import (
    ComputeTarget,
    EnvironmentBuild,
    EnvironmentRequest,
    EnvironmentRule,
    EnvironmentVersion,
)
from workspaces.domain.errors import NotFound
from workspaces.domain.relative_paths import shown
from workspaces.models import Workspace

# Words of step runs, which live a floor above: reached through the reverse relation only.
QUEUED = "Queued"
ON_A_NODE = ("Preparing", "Running", "Finalizing", "CancelRequested")


def compute_targets(workspace: Workspace) -> QuerySet[ComputeTarget]:
    """The workspace's compute targets that are not deleted, by name."""
    return ComputeTarget.objects.filter(workspace=workspace, deleted_at=None).order_by("name")


def find_target(workspace: Workspace, name: str) -> ComputeTarget | None:
    """The compute target of this name; None when there is none (or it was deleted)."""
    return compute_targets(workspace).filter(name=name).first()


def get_target(workspace: Workspace, name: str) -> ComputeTarget:
    """The compute target of this name; NotFound lists those there are."""
    found = find_target(workspace, name)
    if found is None:
        names = ", ".join(compute_targets(workspace).values_list("name", flat=True)) or "none"
        raise NotFound(f"There is no compute target {shown(name)}; there are: {names}.")
    return found


def usual_target(workspace: Workspace) -> str:
    """The name of the target that a new draft begins with: the oldest that is not paused."""
    rows = compute_targets(workspace).filter(paused_at=None).order_by("id")
    return rows.values_list("name", flat=True).first() or ""


def target_status(target: ComputeTarget, running: int, queued: int) -> NodeCounts:
    """The target's nodes while `running` steps hold one each and `queued` ones wait."""
    return count_nodes(
        min_nodes=target.min_nodes,
        max_nodes=target.max_nodes,
        running=running,
        queued=queued,
        warm=warm_now(target.warm_nodes, target.last_busy_at, target.idle_seconds, timezone.now()),
    )


def target_statuses(targets: Iterable[ComputeTarget]) -> dict[int, NodeCounts]:
    """The nodes of each target by its primary key, from one query over their step runs."""
    listed = list(targets)
    running: Counter[int] = Counter()
    queued: Counter[int] = Counter()
    rows = (
        ComputeTarget.objects.filter(
            pk__in=[target.pk for target in listed],
            steprun__status__in=(QUEUED, *ON_A_NODE),
        )
        .values_list("pk", "steprun__status")
        .annotate(steps=Count("steprun"))
    )
    for pk, status, steps in rows:
        (queued if status == QUEUED else running)[pk] += steps
    return {t.pk: target_status(t, running[t.pk], queued[t.pk]) for t in listed}


def environment_rules() -> list[Rule]:
    """The administrator's mapping, in its order."""
    return [
        Rule(row.pk, row.kind, row.asked, row.used, row.reason)
        for row in EnvironmentRule.objects.filter(enabled=True)
    ]


def latest_environments(workspace: Workspace) -> list[EnvironmentVersion]:
    """The newest version of each registered environment, by name."""
    newest = (
        EnvironmentVersion.objects.filter(workspace=workspace, name=OuterRef("name"))
        .order_by("-version")
        .values("pk")[:1]
    )
    rows = EnvironmentVersion.objects.filter(workspace=workspace, pk=Subquery(newest))
    return list(rows.select_related("created_by").order_by("name"))


def environment_versions(workspace: Workspace, name: str) -> list[EnvironmentVersion]:
    """All versions of a name, newest first."""
    rows = EnvironmentVersion.objects.filter(workspace=workspace, name=name)
    return list(rows.select_related("created_by").order_by("-version"))


def get_environment(workspace: Workspace, name: str, version: str = "") -> EnvironmentVersion:
    """A version of a registered environment, the newest by default. NotFound lists what is."""
    rows = environment_versions(workspace, name)
    if not rows:
        names = [row.name for row in latest_environments(workspace)]
        there = ", ".join(names[:20]) or "none"
        raise NotFound(f"There is no environment {shown(name)}; there are: {there}.")
    if version in ("", "latest"):
        return rows[0]
    for row in rows:
        if str(row.version) == version:
            return row
    numbers = ", ".join(str(row.version) for row in rows[:20])
    raise NotFound(f"Environment {name} has no version {shown(version)}; there are: {numbers}.")


def workspace_builds(workspace: Workspace) -> QuerySet[EnvironmentBuild]:
    """Builds that somebody in the workspace asked for."""
    return EnvironmentBuild.objects.filter(
        pk__in=EnvironmentRequest.objects.filter(workspace=workspace).values("build")
    )


def get_build(workspace: Workspace, key: str) -> EnvironmentBuild:
    """A build by its key, if the workspace asked for it. Raises NotFound."""
    found = workspace_builds(workspace).filter(key=key).first()
    if found is None:
        raise NotFound("This workspace has asked for no environment of this key.")
    return found


def build_log(build: EnvironmentBuild) -> Path:
    """Where a build's log is, if it has begun."""
    return Path(settings.FOREBAY_DATA) / "environments" / f"{build.key}.log"


def request_notices(
    workspace: Workspace, builds: Iterable[EnvironmentBuild]
) -> dict[tuple[str, int], list[str]]:
    """(digest of what was asked, build) -> what was said about it, from one query."""
    rows = EnvironmentRequest.objects.filter(
        workspace=workspace, build__in={build.pk for build in builds}
    )
    return {
        (digest, build): notices
        for digest, build, notices in rows.values_list("digest", "build_id", "notices")
    }
