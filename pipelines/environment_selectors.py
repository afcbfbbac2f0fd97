"""Reads of the environment pages: what the workspace registered and asked for, and who uses it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count

from compute.domain.definitions import as_asked
from compute.domain.environments import EnvironmentSpec, digest_of_asked
from compute.models import EnvironmentBuild, EnvironmentRequest, EnvironmentVersion
from compute.selectors import latest_environments, request_notices, workspace_builds
from compute.services.environments import plan_environment
from pipelines.models import StepRun
from workspaces.models import Workspace

MOST_ROWS = 200


@dataclass
class EnvironmentRow:
    """One line of the list: a registered environment, or one that steps asked for."""

    name: str
    version: int | None  # None: not registered
    build: EnvironmentBuild | None
    updated: datetime
    runs: int = 0


def listed_environments(workspace: Workspace) -> list[EnvironmentRow]:
    """Registered ones by name, then others that programs asked for, newest first."""
    rows, known = [], set()
    for version in latest_environments(workspace)[:MOST_ROWS]:
        _, build = planned(version)
        rows.append(EnvironmentRow(version.name, version.version, build, version.created_at))
        known.add((version.name, build.pk if build else None))
    requests = (
        EnvironmentRequest.objects.filter(workspace=workspace)
        .select_related("build")
        .defer("build__lock", "build__spec")
        .order_by("-last_asked_at")[:MOST_ROWS]
    )
    for request in requests:
        mark = (request.name, request.build_id)
        if mark not in known:
            known.add(mark)
            name = request.name or "Default"
            rows.append(EnvironmentRow(name, None, request.build, request.last_asked_at))
    counts = run_counts(workspace, [row.build for row in rows if row.build])
    for row in rows:
        row.runs = counts.get(row.build.pk, 0) if row.build else 0
    return rows


def planned(version: EnvironmentVersion) -> tuple[EnvironmentSpec, EnvironmentBuild | None]:
    """What a registered environment becomes with the rules of now, and the workspace's build."""
    spec = plan_environment(as_asked(version.name, version.version, version.definition))
    return spec, workspace_builds(version.workspace).filter(key=spec.key).first()


def run_counts(workspace: Workspace, builds: Iterable[EnvironmentBuild]) -> dict[int, int]:
    """How many runs of the workspace have steps in each build."""
    rows = (
        StepRun.objects.filter(workspace=workspace, environment__in={one.pk for one in builds})
        .values_list("environment")
        .annotate(runs=Count("run", distinct=True))
        .order_by()
    )
    return dict(rows)


def requests_of(workspace: Workspace, build: EnvironmentBuild) -> list[EnvironmentRequest]:
    """What was asked for when it became this build, newest first."""
    rows = EnvironmentRequest.objects.filter(workspace=workspace, build=build)
    return list(rows.order_by("-last_asked_at")[:50])


def newest_steps(workspace: Workspace, build: EnvironmentBuild) -> list[StepRun]:
    """The last steps that used it."""
    rows = StepRun.objects.filter(workspace=workspace, environment=build)
    return list(
        rows.select_related("run__experiment")
        .only("uid", "name", "status", "reused", "run__uid", "run__number", "run__experiment__name")
        .order_by("-id")[:10]
    )


def step_notices(workspace: Workspace, steps: Iterable[StepRun]) -> dict[int, list[str]]:
    """What was said when each step's environment was asked for, by the step's row."""
    listed = list(steps)
    found = request_notices(workspace, [step.environment for step in listed])
    notices: dict[int, list[str]] = {}
    digests: dict[str, str] = {}
    for step in listed:
        asked: Any = step.node.get("environment")
        mark = repr(asked)
        if mark not in digests:
            digests[mark] = digest_of_asked(asked)
        stored = found.get((digests[mark], step.environment_id))
        notices[step.pk] = step.environment.spec.get("notices", []) if stored is None else stored
    return notices
