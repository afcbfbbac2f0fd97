"""Publishing: a graph is checked as for a submit, then kept with all that it needs."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from compute.models import EnvironmentBuild
from compute.services.environments import ask_for_build, request_environment
from data.models import DatasetVersion
from endpoints.domain.defaults import asks_by_name, read_defaults, with_defaults
from endpoints.domain.texts import name_problem, text_problems, unknown_fields
from endpoints.models import FrozenEnvironment, PublishedPipeline
from pipelines.domain.graph import Graph
from pipelines.domain.reuse import canonical, digest_of
from pipelines.models import Run, StepRun
from pipelines.services.data_parameters import pin_datasets
from pipelines.services.module_graphs import finish_modules, join_problems
from pipelines.services.planning import check_graph
from workspaces.domain.errors import InvalidInput, Problem
from workspaces.models import Workspace
from workspaces.services.access import Actor
from workspaces.services.audit import record_audit

WHAT = "published pipeline"
FIELDS = ("name", "description", "version", "continue_on_step_failure")
NOTHING: Callable[[PublishedPipeline], None] = lambda row: None  # noqa: E731 - a default


def publish_graph(
    *,
    workspace: Workspace,
    actor: Actor,
    body: Mapping[str, Any],
    note_stored: Callable[[PublishedPipeline], None] = NOTHING,
) -> PublishedPipeline:
    """Freeze a graph. `body`: name, graph, description, version, continue_on_step_failure.

    Its environments are built at once, so that what they resolve to is of this day. Raises
    InvalidInput with every problem, by node and field.
    """
    kept, graph = check_publication(workspace=workspace, actor=actor, body=body)
    return store_publication(
        workspace=workspace, actor=actor, body=kept, graph=graph, note=note_stored
    )


def check_publication(
    *, workspace: Workspace, actor: Actor, body: Mapping[str, Any]
) -> tuple[Mapping[str, Any], Graph]:
    """The body with a whole graph, and that graph. Raises InvalidInput with every problem."""
    problems = body_problems(body, (*FIELDS, "graph"))
    body, faults = finish_modules(workspace=workspace, actor=actor, body=body)
    graph, wrong = check_graph(workspace, body.get("graph"))
    problems += join_problems(faults, wrong) if faults else wrong
    if problems:
        raise InvalidInput.of(problems)
    return body, graph


def publish_run(
    *,
    run: Run,
    actor: Actor,
    body: Mapping[str, Any],
    note_stored: Callable[[PublishedPipeline], None] = NOTHING,
) -> PublishedPipeline:
    """Freeze the graph of a run, in the very environments that its steps had."""
    kept, graph = check_run_publication(run=run, body=body)
    return store_publication(
        workspace=run.workspace, actor=actor, body=kept, graph=graph, run=run, note=note_stored
    )


def check_run_publication(*, run: Run, body: Mapping[str, Any]) -> tuple[dict[str, Any], Graph]:
    """What `store_publication` takes for a run. `body`: FIELDS, and `defaults`, values of
    parameters by name in place of the graph's own. Raises InvalidInput with every problem."""
    problems = body_problems(body, (*FIELDS, "defaults"))
    defaults = {} if body.get("defaults") is None else body["defaults"]
    if not isinstance(defaults, dict):
        problems.append(Problem("defaults must be an object of names and values.", "defaults"))
        defaults = {}
    defaults, wrong = read_defaults(run.graph, defaults)
    problems += wrong
    raw = with_defaults(run.graph, defaults)
    graph, wrong = check_graph(run.workspace, raw)
    if problems or wrong:
        raise InvalidInput.of(problems + wrong)
    given = body.get("continue_on_step_failure")
    kept = {
        **body,
        "graph": raw,
        "continue_on_step_failure": run.continue_on_step_failure if given is None else given,
    }
    return kept, graph


def enable_published(*, published: PublishedPipeline, actor: Actor) -> PublishedPipeline:
    """It may be called again."""
    return change_published(
        published=published, actor=actor, changes={"status": PublishedPipeline.ACTIVE}
    )


def disable_published(*, published: PublishedPipeline, actor: Actor) -> PublishedPipeline:
    """From now on calls are refused, also through endpoints; runs that go on are left alone."""
    return change_published(
        published=published, actor=actor, changes={"status": PublishedPipeline.DISABLED}
    )


@transaction.atomic
def change_published(
    *, published: PublishedPipeline, actor: Actor, changes: Mapping[str, Any]
) -> PublishedPipeline:
    """Set status, name or description; what runs never changes."""
    problems = unknown_fields(changes, ("status", "name", "description"))
    problems += text_problems(changes)
    statuses = (PublishedPipeline.ACTIVE, PublishedPipeline.DISABLED)
    if "status" in changes and changes["status"] not in statuses:
        problems.append(Problem(f"status must be one of {', '.join(statuses)}.", "status"))
    if "name" in changes and (wrong := name_problem(changes["name"], WHAT)):
        problems.append(Problem(wrong, "name"))
    if problems:
        raise InvalidInput.of(problems)
    row = PublishedPipeline.objects.select_for_update().get(pk=published.pk)
    was = row.status
    row.status = changes.get("status", row.status)
    row.name = changes.get("name", row.name).strip()
    row.description = changes.get("description", row.description) or ""
    row.updated_by, row.updated_at = actor.user, timezone.now()
    row.save(update_fields=["status", "name", "description", "updated_by", "updated_at"])
    if row.status != was:
        word = "enabled" if row.status == PublishedPipeline.ACTIVE else "disabled"
        _audit(row, actor, word)
    if "name" in changes or "description" in changes:
        _audit(row, actor, "changed")
    return row


def body_problems(body: Mapping[str, Any], known: tuple[str, ...]) -> list[Problem]:
    """What is wrong with the fields that every way of publishing has."""
    problems = unknown_fields(body, known) + text_problems(body)
    if wrong := name_problem(body.get("name"), WHAT):
        problems.append(Problem(wrong, "name"))
    goes_on = body.get("continue_on_step_failure")
    if goes_on is not None and not isinstance(goes_on, bool):
        message = "continue_on_step_failure must be true, false or null."
        problems.append(Problem(message, "continue_on_step_failure"))
    return problems


@transaction.atomic
def store_publication(
    *,
    workspace: Workspace,
    actor: Actor,
    body: Mapping[str, Any],
    graph: Graph,
    note: Callable[[PublishedPipeline], None] = NOTHING,
    run: Run | None = None,
) -> PublishedPipeline:
    """Keep a checked body, frozen with its environments."""
    now = timezone.now()
    raw = pin_defaults(workspace, body["graph"], {} if run is None else run.parameters)
    row = PublishedPipeline.objects.create(
        workspace=workspace,
        name=body["name"].strip(),
        description=body.get("description") or "",
        version=body.get("version") or "",
        graph=raw,
        graph_id=str(uuid.uuid5(uuid.NAMESPACE_OID, digest_of(raw))),
        parameters=[
            {"name": one["name"], "type": one["type"], "default": one.get("default")}
            for one in raw.get("parameters") or []
        ],
        step_names=[node.name for node in graph.nodes],
        step_count=len(graph.nodes),
        continue_on_step_failure=bool(body.get("continue_on_step_failure")),
        source_run=run,
        created_by=actor.user,
        created_at=now,
        updated_by=actor.user,
        updated_at=now,
    )
    builds = _builds_of(workspace, graph, run)
    FrozenEnvironment.objects.bulk_create(
        [FrozenEnvironment(published=row, asked=asked, build=build) for asked, build in builds]
    )
    _audit(row, actor, "created", run=None if run is None else run.uid, version=row.version)
    note(row)
    return row


def pin_defaults(
    workspace: Workspace, graph: Mapping[str, Any], ran_with: Mapping[str, Any]
) -> dict[str, Any]:
    """The graph with default datasets by id: those of the run that is published, else of now."""
    named = {
        one["name"]: one["default"]
        for one in graph.get("parameters") or []
        if asks_by_name(one.get("default"))
    }
    kept = {
        name: ran_with[name]
        for name, default in named.items()
        if _is_version_of(workspace, ran_with.get(name), default["name"])
    }
    pinned, _ = pin_datasets(workspace, {**named, **kept})
    return with_defaults(graph, pinned)


def _is_version_of(workspace: Workspace, value: Any, name: str) -> bool:
    """Whether a run's value is some version of the dataset that the default names."""
    uid = value.get("dataset") if isinstance(value, Mapping) else None
    rows = DatasetVersion.objects.filter(workspace=workspace, uid=uid, dataset__name=name)
    return uid is not None and rows.exists()


def _audit(row: PublishedPipeline, actor: Actor, done: str, **detail: Any) -> None:
    record_audit(
        actor=actor,
        workspace=row.workspace,
        action=f"published_pipeline.{done}",
        kind="published pipeline",
        uid=row.uid,
        name=row.name,
        detail={key: value for key, value in detail.items() if value not in (None, "")},
    )


def _builds_of(
    workspace: Workspace, graph: Graph, run: Run | None
) -> list[tuple[str, EnvironmentBuild]]:
    """(what is asked, its build) for each environment of the graph, building what is missing."""
    asked = dict.fromkeys(canonical(node.environment) for node in graph.nodes)
    used: dict[str, EnvironmentBuild] = {}
    if run is not None:
        node_ids = {canonical(node.environment): node.id for node in graph.nodes}
        steps = StepRun.objects.filter(run=run, node_id__in=list(node_ids.values()))
        by_node = {step.node_id: step.environment for step in steps.select_related("environment")}
        used = {key: by_node[node_id] for key, node_id in node_ids.items() if node_id in by_node}
    return [
        (
            key,
            ask_for_build(build=used[key], wanted=True)
            if key in used
            else request_environment(asked=json.loads(key), workspace=workspace, wanted=True),
        )
        for key in asked
    ]
