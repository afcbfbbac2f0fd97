"""`Pipeline`: steps put together, to be validated and submitted."""

from __future__ import annotations

import sys
from typing import Any, Dict, List, Sequence

from azureml._forebay.errors import Problem
from azureml._forebay.unsupported import without
from azureml.core.experiment import Experiment
from azureml.exceptions import UserErrorException
from azureml.pipeline.core._follow import reason_of
from azureml.pipeline.core._step import PipelineStep, flatten, with_upstream
from azureml.pipeline.core._submission import Submission
from azureml.pipeline.core.run import SUBMIT_INSTEAD, PipelineRun

__all__ = ["Pipeline"]


@without("publish", instead=SUBMIT_INSTEAD)
@without("load_yaml", instead="Write the steps in Python.")
@without(properties="graph", instead="Submit it; the run has get_graph().")
class Pipeline:
    """Steps with the data between them.

    :param workspace: where it will run.
    :param steps: steps, nested lists of steps, `StepSequence`.
    :param description: shown with its runs.
    :param default_datastore: for outputs that name none.
    :param default_source_directory: for steps that name none.
    :param resolve_closure: whether steps that the given ones wait for are pulled in.

    Nothing is read or sent before `validate` or `submit`.
    """

    def __init__(
        self,
        workspace: Any,
        steps: Sequence[Any],
        description: str | None = None,
        default_datastore: Any = None,
        default_source_directory: Any = None,
        resolve_closure: bool = True,
        _workflow_provider: Any = None,
        _service_endpoint: Any = None,
        **kwargs: Any,
    ) -> None:
        if not hasattr(workspace, "_transport"):
            raise UserErrorException(
                f"A pipeline needs a Workspace, such as Workspace.from_config(); "
                f"{workspace!r} is none."
            )
        self._workspace = workspace
        self._description = description or ""
        self._default_datastore = default_datastore or kwargs.get("default_datastore_name")
        self._default_source_directory = default_source_directory
        self._experiment_name: str | None = None
        given = [steps] if isinstance(steps, PipelineStep) else steps
        self._steps = _each_once(list(flatten(given)))
        if resolve_closure:
            self._steps = with_upstream(self._steps)

    def validate(self) -> List[Problem]:
        """Check the pipeline without running it; all problems, with step and field.

        The source directories are sent, as the server looks for the scripts in them.
        """
        problems = self._prepare({}).find_problems()
        if problems:
            print(f"The pipeline has {_count(len(problems), 'problem')}:")
            for problem in problems:
                print(f"  - {problem}")
        else:
            print(f"The pipeline is valid: {_count(len(self._steps), 'step')} to be submitted.")
        return problems

    def submit(
        self,
        experiment_name: str,
        pipeline_parameters: Dict[str, Any] | None = None,
        continue_on_step_failure: bool = False,
        regenerate_outputs: bool = False,
        parent_run_id: str | None = None,
        credential_passthrough: bool | None = None,
        **kwargs: Any,
    ) -> PipelineRun:
        """Submit to the experiment of that name; the run, at once.

        :param pipeline_parameters: values for pipeline parameters by name.
        :param continue_on_step_failure: whether steps that do not wait for a failed one go on.
        :param regenerate_outputs: run every step, even those that could be reused.
        """
        return self._submit_to(
            Experiment(self._workspace, experiment_name),
            kwargs.pop("tags", None),
            pipeline_parameters=pipeline_parameters,
            continue_on_step_failure=continue_on_step_failure,
            regenerate_outputs=regenerate_outputs,
            **kwargs,
        )

    def service_endpoint(self) -> str:
        """The address of the workspace's REST API."""
        return str(self._workspace._transport.server) + str(self._workspace._path(""))

    def _set_experiment_name(self, name: str) -> None:
        """Name the experiment for programs that publish later; kept for them."""
        self._experiment_name = name

    def _prepare(self, values: Dict[str, Any]) -> Submission:
        return Submission(
            self._workspace,
            self._steps,
            default_datastore=self._default_datastore,
            default_directory=self._default_source_directory,
            values=values,
        )

    def _submit_to(
        self,
        experiment: Experiment,
        tags: Dict[str, Any] | None = None,
        pipeline_parameters: Dict[str, Any] | None = None,
        continue_on_step_failure: bool | None = False,
        regenerate_outputs: bool | None = False,
        **kwargs: Any,
    ) -> PipelineRun:
        """What `Experiment.submit` calls. `pipeline_params` is v1's other name of the values.

        `retry` and `timeout_seconds` are Forebay's own: see `Experiment.submit`.
        """
        extras = {
            name: value
            for name in ("retry", "timeout_seconds")
            if (value := kwargs.pop(name, None)) is not None
        }
        values = {**(kwargs.pop("pipeline_params", None) or {}), **(pipeline_parameters or {})}
        for name in sorted(set(kwargs) - {"skip_validation", "credential_passthrough"}):
            if kwargs[name] is not None:
                print(f"azureml: submit({name}=…) has no effect here.", file=sys.stderr)
        document = self._prepare(values).send(
            {
                "experiment": experiment.name,
                "tags": {str(key): str(value) for key, value in (tags or {}).items()},
                "description": self._description,
                "regenerate_outputs": bool(regenerate_outputs),
                "continue_on_step_failure": bool(continue_on_step_failure),
                **extras,
            }
        )
        _announce(document)
        return PipelineRun(experiment, document["id"], _document=document)

    def __repr__(self) -> str:
        return f"<Pipeline of {_count(len(self._steps), 'step')}>"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _each_once(steps: List[PipelineStep]) -> List[PipelineStep]:
    return list({id(step): step for step in steps}.values())


def _announce(document: Dict[str, Any]) -> None:
    """Say what became of each step, and where to look."""
    for step in document.get("steps", []):
        print(f"Step {step['name']} [{step['id']}]: {_fate(step)}")
    print(
        f"Submitted PipelineRun {document['id']} ({document['name']} of {document['experiment']})"
    )
    print(f"Link to the studio: {document.get('url') or ''}")


def _fate(step: Dict[str, Any]) -> str:
    why = reason_of(step)
    if step.get("reused"):
        return why or "Reused"
    if step["status"] == "NotStarted":
        return "waits for the steps before it"
    return f"will run ({why})" if why else "will run"
