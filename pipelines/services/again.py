"""A new run of a stored run's graph: submitted again, or resumed where it failed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.dispatch import Signal

from compute.models import EnvironmentBuild
from pipelines.domain.reuse import canonical
from pipelines.models import Run, StepRun
from pipelines.services.submission import submit_run
from workspaces.domain.errors import InvalidInput, Problem
from workspaces.services.access import Actor

NOTHING: Callable[[Run], None] = lambda run: None  # noqa: E731 - a default, not a function
# Sent in the transaction of a run that is another once more (`run`, `of`): floors above keep
# there what they know of it. What a receiver raises undoes the new run.
run_again = Signal()


def resubmit_run(
    *,
    run: Run,
    actor: Actor,
    body: Mapping[str, Any],
    source: str = "REST",
    note_stored: Callable[[Run], None] = NOTHING,
) -> Run:
    """The same pipeline once more. `body`: parameters, force_nodes, regenerate_outputs.

    `source` is how the new run came to be, whatever the old one's was.
    """
    _refuse_others(body, "parameters", "force_nodes", "regenerate_outputs")
    return submit_run(
        workspace=run.workspace,
        actor=actor,
        body={**body_of_run(run, body), "source": source},
        note_stored=_told(run, note_stored),
        origin=origin_of_again(run),
        environments=frozen_builds(run),
        again_of=run,
    )


def resume_run(
    *,
    run: Run,
    actor: Actor,
    body: Mapping[str, Any],
    source: str = "REST",
    note_stored: Callable[[Run], None] = NOTHING,
) -> Run:
    """A run that keeps what `run` completed. `body`: parameters, force_nodes, from_node.

    A step is kept while its parts are the same, also when reuse is switched off for it.
    `from_node` and all below it run again.
    """
    _refuse_others(body, "parameters", "force_nodes", "from_node")
    return submit_run(
        workspace=run.workspace,
        actor=actor,
        body={
            **body_of_run(run, body),
            "source": source,
            "regenerate_outputs": run.regenerate_outputs,
            "resume_from": run.uid,
            "rerun_from_node": body.get("from_node"),
        },
        note_stored=_told(run, note_stored),
        origin=origin_of_again(run),
        environments=frozen_builds(run),
        again_of=run,
    )


def _told(of: Run, note_stored: Callable[[Run], None]) -> Callable[[Run], None]:
    def note(run: Run) -> None:
        run_again.send(sender=Run, run=run, of=of)
        note_stored(run)

    return note


def origin_of_again(run: Run) -> dict[str, Any]:
    """Of what a run is a run, for the one that is made of it: not what called it then."""
    return {key: run.origin[key] for key in ("published", "endpoint") if key in run.origin}


def frozen_builds(run: Run) -> dict[str, EnvironmentBuild]:
    """The environments of a published pipeline's run by what its nodes ask for; none of others.

    What was published stays as it was however its runs are started again.
    """
    if not run.origin.get("published"):
        return {}
    steps = StepRun.objects.filter(run=run).select_related("environment")
    return {canonical(step.node.get("environment")): step.environment for step in steps}


def body_of_run(run: Run, changes: Mapping[str, Any]) -> dict[str, Any]:
    """What would be sent to submit a stored run again, with these changes."""
    given = changes.get("parameters")
    if given is not None and not isinstance(given, Mapping):
        raise InvalidInput.field("parameters", "parameters must be an object of names and values.")
    return {
        "experiment": run.experiment.name,
        "graph": run.graph,
        "parameters": {**run.parameters, **(given or {})},
        "tags": run.tags,
        "properties": run.properties,
        "description": run.description,
        "source": run.source,
        "continue_on_step_failure": run.continue_on_step_failure,
        "regenerate_outputs": changes.get("regenerate_outputs", False),
        "force_nodes": changes.get("force_nodes"),
        "retry": run.retry or None,
        "timeout_seconds": run.timeout_seconds,
    }


def _refuse_others(body: Mapping[str, Any], *known: str) -> None:
    problems = [
        Problem(f"There is no field {name!r} here; there are: {', '.join(known)}.", str(name))
        for name in body
        if name not in known
    ]
    if problems:
        raise InvalidInput.of(problems)
