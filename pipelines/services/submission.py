"""From a request to a run: a checked plan (planning.py), then one transaction.

Everything slow (reading manifests, hashing inputs) happens before the transaction opens.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from compute.models import EnvironmentBuild
from compute.services.environments import ask_for_build, request_environment
from pipelines.domain.graph import Graph, StepOutputSource
from pipelines.domain.reuse import (
    SourceFile,
    canonical,
    counted_files,
    known_parts,
    source_digest,
)
from pipelines.domain.status import Status
from pipelines.models import Experiment, Output, Run, StepRun
from pipelines.services.events import NewEvent, record_events, run_status_event, step_status_event
from pipelines.services.module_graphs import finish_modules, join_problems
from pipelines.services.new_steps import insert_edges, insert_steps
from pipelines.services.planning import Plan, plan_submission
from pipelines.services.progress import end_run
from pipelines.services.reuse import Origins, Ready, decide_steps, source_files
from pipelines.services.wake import wake_runner
from workspaces.domain.errors import InvalidInput
from workspaces.models import Workspace
from workspaces.services.access import Actor
from workspaces.services.audit import record_audit


def submit_run(
    *,
    workspace: Workspace,
    actor: Actor,
    body: Mapping[str, Any],
    note_stored: Callable[[Run], None] = lambda run: None,
    origin: Mapping[str, Any] | None = None,
    environments: Mapping[str, EnvironmentBuild] | None = None,
    again_of: Run | None = None,
) -> Run:
    """Store a run with its steps; reused steps are done and ready ones queued when it returns.

    `note_stored` is called in the run's own transaction: what it writes is there when the run
    is, and what it raises undoes the run. `origin` says of what it is a run; `environments` are
    builds to use whatever the mapping says now, by the canonical text of what a node asks for;
    `again_of` is the run that is submitted once more.
    Raises InvalidInput with every problem of the request.
    """
    body, faults = finish_modules(workspace=workspace, actor=actor, body=body)
    plan, problems = plan_submission(workspace, body, need_experiment=True)
    if faults or problems or plan is None:
        raise InvalidInput.of(join_problems(faults, problems) if faults else problems)
    plan.environments = _builds_for(workspace, plan.graph, environments or {})
    return _store_run(
        workspace=workspace,
        actor=actor,
        body=body,
        plan=plan,
        note_stored=note_stored,
        origin=origin or {},
        again_of=again_of,
    )


def _builds_for(
    workspace: Workspace, graph: Graph, frozen: Mapping[str, EnvironmentBuild]
) -> dict[str, EnvironmentBuild]:
    builds: dict[str, EnvironmentBuild] = {}
    for node in graph.nodes:
        key = canonical(node.environment)
        if key in builds:
            continue
        if key in frozen:
            builds[key] = ask_for_build(build=frozen[key])
        else:
            asked = None if node.environment is None else dict(node.environment)
            builds[key] = request_environment(asked=asked, workspace=workspace)
    return builds


def build_steps(workspace: Workspace, run: Run, plan: Plan) -> dict[str, StepRun]:
    """Unsaved rows by node id, with the fingerprint parts that are known before any step runs."""
    digests: dict[tuple[str, str, Any], str] = {}
    files: dict[str, list[SourceFile]] = {}
    steps: dict[str, StepRun] = {}
    for position, node in enumerate(plan.order):
        snapshot = plan.snapshots[node.snapshot]
        environment = plan.environments[canonical(node.environment)]
        digest_key = (node.snapshot, node.script if node.hash_paths else "", node.hash_paths)
        if digest_key not in digests:
            manifest = files.setdefault(node.snapshot, source_files(snapshot))
            counted = counted_files(manifest, node.script, node.hash_paths)
            digests[digest_key] = source_digest(counted)
        steps[node.id] = StepRun(
            workspace=workspace,
            run=run,
            node_id=node.id,
            name=node.name,
            position=position,
            node=dict(node.raw),
            compute_target=plan.computes[node.compute],
            snapshot=snapshot,
            environment=environment,
            waits_for=len(node.upstream()),
            **plan.control.step_fields(node),
            known_parts=known_parts(
                node,
                source=digests[digest_key],
                parameters=plan.parameters,
                environment_key=environment.key,
                input_contents={
                    port.name: plan.contents[(node.id, port.name)]
                    for port in node.inputs
                    if (node.id, port.name) in plan.contents
                },
            ),
        )
    return steps


def decide_first_waves(
    run: Run, plan: Plan, steps: Mapping[str, StepRun], now: datetime
) -> list[Output]:
    """Decide every step that is ready now or after reuse, in memory, before anything is stored."""
    nodes = {node.id: node for node in plan.order}
    after: dict[str, list[str]] = {}
    for node in plan.order:
        for before in node.upstream():
            after.setdefault(before, []).append(node.id)
    contents: dict[tuple[str, str], str] = {}
    outputs: list[Output] = []
    wave = [node.id for node in plan.order if steps[node.id].waits_for == 0]
    known = Origins(run.workspace_id)
    if not run.regenerate_outputs:
        may_reuse = [steps[node.id] for node in plan.order if node.allow_reuse]
        known.expect(may_reuse, but_run=run.pk)
    while wave:
        ready = [
            Ready(
                steps[node_id],
                nodes[node_id],
                {
                    port.name: contents.get((port.source.node, port.source.output), "")
                    for port in nodes[node_id].inputs
                    if isinstance(port.source, StepOutputSource)
                },
            )
            for node_id in wave
        ]
        made = decide_steps(run, ready, now=now, known=known)
        outputs += made
        contents.update({(o.step_run.node_id, o.name): o.content_id for o in made})
        following: list[str] = []
        for node_id in (node_id for node_id in wave if steps[node_id].reused):
            for later in after.get(node_id, ()):
                steps[later].waits_for -= 1
                if steps[later].waits_for == 0:
                    following.append(later)
        wave = following
    return outputs


@transaction.atomic
def _store_run(
    *,
    workspace: Workspace,
    actor: Actor,
    body: Mapping[str, Any],
    plan: Plan,
    note_stored: Callable[[Run], None],
    origin: Mapping[str, Any],
    again_of: Run | None,
) -> Run:
    now = timezone.now()
    experiment, _ = Experiment.objects.get_or_create(
        workspace=workspace, name=body["experiment"].strip()
    )
    Experiment.objects.filter(pk=experiment.pk).update(last_number=F("last_number") + 1)
    experiment.refresh_from_db(fields=["last_number"])
    run = Run(
        workspace=workspace,
        experiment=experiment,
        number=experiment.last_number,
        source=body.get("source") or "SDK",
        origin=dict(origin),
        description=body.get("description") or "",
        tags=body.get("tags") or {},
        properties={"azureml.runsource": "azureml.PipelineRun", **(body.get("properties") or {})},
        graph=body["graph"],
        parameters=plan.parameters,
        regenerate_outputs=bool(body.get("regenerate_outputs")),
        continue_on_step_failure=bool(body.get("continue_on_step_failure")),
        step_count=len(plan.order),
        **plan.control.run_fields(),
        submitted_by=actor.user,
        submitted_at=now,
    )
    run.save()
    steps = build_steps(workspace, run, plan)
    outputs = decide_first_waves(run, plan, steps, now)
    run.open_count = sum(not step.reused for step in steps.values())
    run.save(update_fields=["open_count"])
    insert_steps(run.pk, list(steps.values()))
    Output.objects.bulk_create(outputs, batch_size=500)
    insert_edges(
        run.pk,
        (
            (steps[before].pk, steps[node.id].pk)
            for node in plan.order
            for before in node.upstream()
        ),
    )
    events: list[NewEvent] = [run_status_event(run)]
    events += [
        step_status_event(step, run_uid=run.uid, workspace_id=workspace.pk)
        for step in steps.values()
        if step.status != Status.NOT_STARTED.value
    ]
    if run.open_count == 0:
        end_run(run, now=now, events=events)
    _note_submit(actor, run, again_of)
    note_stored(run)
    record_events(events, now=now)
    transaction.on_commit(wake_runner)
    return run


def _note_submit(actor: Actor, run: Run, again_of: Run | None) -> None:
    again = "resubmitted" if again_of is not None else "submitted"
    record_audit(
        actor=actor,
        workspace=run.workspace,
        action="run.resumed" if run.resumed_from_id else f"run.{again}",
        kind="run",
        uid=run.uid,
        name=f"{run.experiment.name} Run {run.number}",
        detail={"source": run.source, **run.origin, **({"of": again_of.uid} if again_of else {})},
    )
