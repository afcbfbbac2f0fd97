"""Reads of compute targets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.db.models import Count, QuerySet

from compute.domain.targets import NodeCounts, count_nodes
from compute.models import ComputeTarget
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


def target_status(target: ComputeTarget, running: int, queued: int) -> NodeCounts:
    """The target's nodes while `running` steps hold one each and `queued` ones wait."""
    return count_nodes(
        min_nodes=target.min_nodes, max_nodes=target.max_nodes, running=running, queued=queued
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
