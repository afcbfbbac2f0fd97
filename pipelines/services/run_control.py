"""The part of a submit that says how the run goes: retries, limits, what is forced or kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.domain.control import Retry, read_retry, with_all_below
from pipelines.domain.graph import Graph, Node
from pipelines.domain.status import FINAL, Status
from pipelines.models import Run, StepRun
from workspaces.domain.errors import Problem
from workspaces.models import Workspace


@dataclass
class Control:
    """As read from a request's body."""

    retry: Retry | None = None  # of steps that name none
    timeout_seconds: int | None = None  # of the run
    forced: frozenset[str] = frozenset()
    resumed_from: Run | None = None
    kept: dict[str, int] = field(default_factory=dict)  # node id -> step of the resumed run

    def step_fields(self, node: Node) -> dict[str, Any]:
        """What a step's row keeps of it."""
        retry = node.retry or self.retry
        return {
            "retry": retry.as_dict() if retry is not None and retry.count else {},
            "timeout_seconds": node.timeout_seconds,
            "forced": node.id in self.forced,
            "kept_from_id": self.kept.get(node.id),
        }

    def run_fields(self) -> dict[str, Any]:
        """What the run's row keeps of it."""
        return {
            "retry": self.retry.as_dict() if self.retry is not None else {},
            "timeout_seconds": self.timeout_seconds,
            "resumed_from": self.resumed_from,
        }


def read_control(
    workspace: Workspace, body: Mapping[str, Any], graph: Graph
) -> tuple[Control, list[Problem]]:
    """The control of a body whose form was checked (domain/submission.check_body)."""
    problems: list[Problem] = []
    nodes = {node.id: node.upstream() for node in graph.nodes}
    forced = set(body.get("force_nodes") or ())
    for name in sorted(forced - nodes.keys()):
        problems.append(Problem(f"The pipeline has no step {name!r}.", "force_nodes"))
    control = Control(read_retry(body.get("retry"))[0], body.get("timeout_seconds"))
    if body.get("resume_from") is not None:
        problems += _resume(workspace, body["resume_from"], control)
    start = body.get("rerun_from_node")
    if start is not None and start not in nodes:
        problems.append(Problem(f"The pipeline has no step {start!r}.", "rerun_from_node"))
    elif start is not None:
        forced |= with_all_below(nodes, start)
    control.forced = frozenset(forced)
    return control, problems


def _resume(workspace: Workspace, uid: str, control: Control) -> list[Problem]:
    run = Run.objects.filter(workspace=workspace, uid=uid).defer("graph").first()
    if run is None:
        return [Problem(f"There is no run {uid!r} to resume.", "resume_from", code="unknown_run")]
    if Status(run.status) not in FINAL:
        message = f"Run {run.number} has not ended: wait for it, or cancel it first."
        return [Problem(message, "resume_from", code="not_ended")]
    control.resumed_from = run
    rows = StepRun.objects.filter(run=run, status=Status.COMPLETED.value)
    control.kept = dict(rows.values_list("node_id", "pk"))
    return []
