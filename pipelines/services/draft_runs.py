"""From a draft to a run: compiled with the workspace's modules, checked, foretold, submitted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pipelines.domain.drafts import check_form, up_to, values_for
from pipelines.domain.node_memory import Memory, Recall
from pipelines.models import PipelineDraft, Run
from pipelines.services.drafts import note_use, refuse_stale, unknown_fields
from pipelines.services.forecast import forecast_run
from pipelines.services.module_graphs import compile_with_modules, join_problems
from pipelines.services.planning import check_graph
from pipelines.services.submission import submit_run
from workspaces.domain.errors import InvalidInput, Problem
from workspaces.models import Workspace
from workspaces.services.access import Actor

NOTHING: Callable[[Run], None] = lambda run: None  # noqa: E731 - a default
SUBMITTED = (
    "experiment",
    "description",
    "parameters",
    "tags",
    "properties",
    "force_nodes",
    "regenerate_outputs",
    "continue_on_step_failure",
    "retry",
    "timeout_seconds",
)
REMEMBERED = Memory()  # an editor asks again after every change, and most nodes did not change
UNSAVED = ("graph", "default_compute", "parameters")


def compile_draft(
    *,
    workspace: Workspace,
    actor: Actor,
    graph: Mapping[str, Any],
    compute: str,
    values: Mapping[str, Any],
    recall: Recall | None = None,
) -> tuple[dict[str, Any], list[Problem]]:
    """The graph that would be submitted, and every problem that it would have.

    `values` of parameters tell which datasets are tables. Stores nothing but the built-ins. With
    `recall` the graph is for checking only: see `compile_graph`.
    """
    compiled, problems = compile_with_modules(
        workspace=workspace,
        actor=actor,
        graph=graph,
        compute=compute,
        values=values,
        recall=recall,
    )
    _, wrong = check_graph(workspace, compiled, recall)
    return compiled, join_problems(problems, wrong)


def validate_draft(*, draft: PipelineDraft, actor: Actor, body: Mapping[str, Any]) -> list[Problem]:
    """Problems of the draft, or of what `body` has of it that is not saved yet."""
    problems = unsaved_problems(body, ())
    if problems:
        return problems
    return _compile(draft, actor, body, Recall(REMEMBERED))[1]


def forecast_draft(
    *, draft: PipelineDraft, actor: Actor, body: Mapping[str, Any]
) -> dict[str, Any]:
    """What a submit would run and reuse: `forecast_run`'s answer, and the `problems` that a submit
    would have; with some there are no steps. `body` may have `up_to`, and a graph that is not
    saved yet. Raises InvalidInput where the question itself is wrong."""
    more = ("up_to", "force_nodes", "regenerate_outputs", "experiment")
    problems = unsaved_problems(body, more)
    if problems:
        raise InvalidInput.of(problems)
    graph, problems = _compile(draft, actor, body)
    sent = {field: body[field] for field in more[1:] if field in body}
    values = {**values_for(graph, draft.parameters), **(body.get("parameters") or {})}
    if not problems:
        try:
            asked = {**sent, "graph": graph, "parameters": values}
            return {**forecast_run(workspace=draft.workspace, body=asked), "problems": []}
        except InvalidInput as error:
            problems = list(error.problems) or [Problem(error.detail)]
    return {"steps": [], "counts": {}, "problems": [problem.as_dict() for problem in problems]}


def submit_draft(
    *,
    draft: PipelineDraft,
    actor: Actor,
    body: Mapping[str, Any],
    note_stored: Callable[[Run], None] = NOTHING,
) -> Run:
    """A run of the draft as it is saved. `body`: SUBMITTED, `up_to` (a node, with all above it)
    and `revision`, which must then be the newest.

    Raises InvalidInput with every problem by node and field.
    """
    problems = unknown_fields(body, (*SUBMITTED, "up_to", "revision"))
    if problems:
        raise InvalidInput.of(problems)
    if body.get("revision") is not None:
        refuse_stale(draft, body["revision"])
    graph, problems = _compile(draft, actor, body)
    if problems:
        raise InvalidInput.of(problems)
    given = body.get("parameters") or {}
    sent = {field: body[field] for field in SUBMITTED if field in body}
    kept = values_for(graph, draft.parameters)
    values = {**kept, **given} if isinstance(given, Mapping) else given

    def store(run: Run) -> None:
        PipelineDraft.objects.filter(pk=draft.pk).update(last_run=run, experiment=sent_to(run))
        note_use(draft, f"Submitted as Run {run.number}")
        note_stored(run)

    return submit_run(
        workspace=draft.workspace,
        actor=actor,
        body={
            "experiment": draft.experiment or draft.name,
            "description": draft.description,
            "tags": draft.tags,
            "properties": draft.properties,
            "continue_on_step_failure": draft.continue_on_step_failure,
            **sent,
            "parameters": values,
            "graph": graph,
            "source": "Designer",
        },
        origin={"draft": {"id": draft.uid, "name": draft.name, "revision": draft.revision}},
        note_stored=store,
    )


def sent_to(run: Run) -> str:
    """The experiment that the draft goes to next time."""
    return run.experiment.name


def _compile(
    draft: PipelineDraft, actor: Actor, body: Mapping[str, Any], recall: Recall | None = None
) -> tuple[dict[str, Any], list[Problem]]:
    graph = body["graph"] if "graph" in body else draft.graph  # noqa: SIM401 - it may not be loaded yet
    if body.get("up_to") is not None:
        graph = up_to(graph, str(body["up_to"]))
    given = body.get("parameters")
    compute = body.get("default_compute", draft.default_compute)
    return compile_draft(
        workspace=draft.workspace,
        actor=actor,
        graph=graph,
        compute=compute if isinstance(compute, str) else "",
        values={
            **values_for(graph, draft.parameters),
            **(given if isinstance(given, Mapping) else {}),
        },
        recall=recall,
    )


def unsaved_problems(body: Mapping[str, Any], more: tuple[str, ...]) -> list[Problem]:
    """What is wrong with a body that may have UNSAVED fields and `more`."""
    problems = unknown_fields(body, (*UNSAVED, *more))
    if "graph" in body:
        problems += check_form(body["graph"])
    given = body.get("parameters")
    if given is not None and not isinstance(given, Mapping):
        problems.append(Problem("parameters must be an object of names and values.", "parameters"))
    return problems
