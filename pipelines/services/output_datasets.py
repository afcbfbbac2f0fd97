"""Outputs as datasets: registered in the transaction that completes their step."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.db import transaction

from data.models import DatasetVersion
from data.services.datasets import create_dataset, register_dataset
from pipelines.domain.output_datasets import Reading, read_reading, read_registration
from pipelines.models import Attempt, Output, StepRun
from pipelines.selectors import log_path
from workspaces.domain.errors import Conflict
from workspaces.services.access import Actor


def register_outputs(*, attempt: Attempt, outputs: list[Output]) -> None:
    """Register those outputs whose ports ask for it; called once, with the step's last change.

    An output at the path of an earlier version is that version: nothing new is registered. A name
    that is taken, and may get no new version, is a line in the log: the step has done its work.
    """
    step = attempt.step_run
    ports = {port["name"]: port for port in step.node.get("outputs") or ()}
    for output in outputs:
        raw = ports[output.name].get("register_on_complete")
        registration = read_registration(raw)[0] if raw else None
        if registration is None:
            continue
        actor = Actor(user=step.run.submitted_by)
        try:
            version = register_dataset(
                workspace=step.run.workspace,
                actor=actor,
                version=dataset_of_output(actor, output, step, registration.reading),
                name=registration.name,
                description=registration.description,
                tags=registration.tags,
                create_new_version=registration.create_new_version,
            )
        except Conflict as error:
            if error.code != "exists":
                raise
            _note(attempt, f"Output {output.name} was not registered. {error.detail}\n")
            continue
        Output.objects.filter(step_run_id=step.pk, name=output.name).update(dataset_version=version)


def _note(attempt: Attempt, line: str) -> None:
    """A line for the attempt's log, once what it tells of is stored."""

    def append() -> None:
        with suppress(OSError), log_path(attempt).open("ab") as log:
            log.write(line.encode("utf-8", "replace"))

    transaction.on_commit(append)


def read_output(*, step: StepRun, output: Output, raw: Any) -> DatasetVersion:
    """An earlier step's output as the dataset that `step` reads it as."""
    actor = Actor(user=step.run.submitted_by)
    return dataset_of_output(actor, output, step, read_reading(raw)[0])


def dataset_of_output(
    actor: Actor, output: Output, step: StepRun, reading: Reading
) -> DatasetVersion:
    """An unregistered dataset over a published output; the same one when it is asked again."""
    where = reading.path(output.path, is_directory=output.is_directory)
    path = {"datastore": output.datastore.name, "path": where}
    return create_dataset(
        workspace=step.run.workspace,
        actor=actor,
        kind=reading.kind,
        definition={"paths": [path], **reading.definition},
        validate=False,
    )
