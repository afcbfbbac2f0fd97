"""Outputs as datasets: registered in the transaction that completes their step."""

from __future__ import annotations

from typing import Any

from data.models import DatasetVersion
from data.services.datasets import create_dataset, register_dataset
from pipelines.domain.output_datasets import Reading, read_reading, read_registration
from pipelines.models import Output, StepRun
from workspaces.services.access import Actor


def register_outputs(*, step: StepRun, outputs: list[Output]) -> None:
    """Register those outputs whose ports ask for it; called once, with the step's last change.

    An output at the path of an earlier version is that version: nothing new is registered.
    """
    ports = {port["name"]: port for port in step.node.get("outputs") or ()}
    for output in outputs:
        raw = ports[output.name].get("register_on_complete")
        registration = read_registration(raw)[0] if raw else None
        if registration is None:
            continue
        actor = Actor(user=step.run.submitted_by)
        version = register_dataset(
            workspace=step.run.workspace,
            actor=actor,
            version=dataset_of_output(actor, output, step, registration.reading),
            name=registration.name,
            description=registration.description,
            tags=registration.tags,
            create_new_version=True,
        )
        Output.objects.filter(step_run_id=step.pk, name=output.name).update(dataset_version=version)


def read_output(*, step: StepRun, output: Output, raw: Any) -> DatasetVersion:
    """An earlier step's output as the dataset that `step` reads it as."""
    actor = Actor(user=step.run.submitted_by)
    return dataset_of_output(actor, output, step, read_reading(raw)[0])


def dataset_of_output(
    actor: Actor, output: Output, step: StepRun, reading: Reading
) -> DatasetVersion:
    """An unregistered dataset over a published output; the same one when it is asked again."""
    path = {"datastore": output.datastore.name, "path": output.path}
    return create_dataset(
        workspace=step.run.workspace,
        actor=actor,
        kind=reading.kind,
        definition={"paths": [path], **reading.definition},
        validate=False,
    )
