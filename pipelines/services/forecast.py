"""What a submit would do with each step: the same decisions on rows that are never stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from compute.models import EnvironmentBuild
from compute.services.environments import plan_environment
from pipelines.domain.forecast import DEPENDS, foretell
from pipelines.domain.reuse import canonical
from pipelines.domain.status import Status
from pipelines.models import Experiment, Run, StepRun
from pipelines.services.planning import Plan, plan_submission
from pipelines.services.reuse import why_it_must_run
from pipelines.services.submission import build_steps, decide_first_waves
from workspaces.domain.errors import InvalidInput
from workspaces.models import Snapshot, Workspace

NEVER_RAN = {"kind": "first", "sentence": "no earlier result of this step"}


def forecast_run(
    *,
    workspace: Workspace,
    body: Mapping[str, Any],
    environments: Mapping[str, EnvironmentBuild] | None = None,
) -> dict[str, Any]:
    """`{"steps": [...], "counts": {...}}` for a submit's body. Stores nothing.

    `environments` are builds to use whatever the mapping says now, as for the submit itself.
    Raises InvalidInput with every problem the submit would have.
    """
    plan, problems = plan_submission(workspace, body, need_experiment=False)
    if problems or plan is None:
        raise InvalidInput.of(problems)
    plan.environments |= environments or {}
    for node in plan.graph.nodes:
        key = canonical(node.environment)
        if key not in plan.environments:
            spec = plan_environment(node.environment)
            plan.environments[key] = EnvironmentBuild(key=spec.key)
    name = str(body.get("experiment") or "").strip()
    experiment = Experiment.objects.filter(workspace=workspace, name=name).first()
    run = Run(
        workspace=workspace,
        experiment=experiment or Experiment(workspace=workspace, name=name),
        regenerate_outputs=bool(body.get("regenerate_outputs")),
    )
    steps = build_steps(workspace, run, plan)
    decide_first_waves(run, plan, steps, timezone.now())
    must = {
        node.id: why
        for node in plan.order
        if (steps[node.id].forced or node.id not in plan.control.kept)
        and (why := why_it_must_run(run, steps[node.id], node))
    }
    new = _without_earlier_run(workspace, plan, steps)
    must |= {node: NEVER_RAN for node in new if node not in must}
    answers = foretell(
        {node.id: node.upstream() for node in plan.order},
        {
            node: step.reused
            for node, step in steps.items()
            if step.status != Status.NOT_STARTED.value
        },
        must,
    )
    items = []
    for node in plan.order:
        answer, step = answers[node.id], steps[node.id]
        on = [steps[other].name for other in answer.on]
        items.append(
            {
                "node": node.id,
                "name": node.name,
                "answer": answer.answer,
                "sentence": _sentence(answer.answer, step, must.get(node.id), on),
                "run": step.why.get("run"),
                "on": on,
            }
        )
    return {"steps": items, "counts": dict(Counter(item["answer"] for item in items))}


def _without_earlier_run(
    workspace: Workspace, plan: Plan, steps: Mapping[str, StepRun]
) -> list[str]:
    """Nodes that wait, and whose source has no result in the workspace that could be theirs.

    They run whatever the steps above make, as a fingerprint has the source in it. Two nodes of one
    source may share what the first of them makes, so of those nothing is said.
    """
    often = Counter(node.snapshot for node in plan.order)
    alone = {
        node.id: steps[node.id].snapshot_id
        for node in plan.order
        if steps[node.id].status == Status.NOT_STARTED.value
        and often[node.snapshot] == 1
        and node.hash_paths is None
        and node.id not in plan.control.kept
    }
    done = StepRun.objects.filter(
        workspace=workspace, snapshot=OuterRef("pk"), status=Status.COMPLETED.value
    )
    rows = Snapshot.objects.filter(pk__in=set(alone.values())).filter(~Exists(done))
    never = set(rows.values_list("pk", flat=True))
    return [node for node, snapshot in alone.items() if snapshot in never]


def _sentence(answer: str, step: StepRun, must: dict[str, Any] | None, on: list[str]) -> str:
    if answer == DEPENDS:
        return f"Depends on what {', '.join(on)} will make."
    text = str((step.why or must or {})["sentence"])
    return text if step.reused else f"Runs: {text}"
