"""`Pipeline`: steps put together, to be validated and submitted."""

from __future__ import annotations

from typing import Any, Dict, List, Sequence

from azureml._forebay.errors import Problem
from azureml._forebay.unsupported import without
from azureml.core.experiment import Experiment
from azureml.exceptions import UserErrorException
from azureml.pipeline.core._announce import announce, count, say_unused
from azureml.pipeline.core._layout import read_layout
from azureml.pipeline.core._parameters import PipelineParameter
from azureml.pipeline.core._published import ROUTE, PublishedPipeline, published_from
from azureml.pipeline.core._step import PipelineStep, flatten, with_upstream
from azureml.pipeline.core._submission import Submission
from azureml.pipeline.core.run import PipelineRun

__all__ = ["Pipeline"]


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
    :param parameters: Forebay's own: pipeline parameters in the order in which they are shown,
        those that no step uses among them. Others follow as steps use them.
    :param layout: Forebay's own: how the designer draws it,
        `{"nodes": {step: {"id": "n1", "ui": {"x": 0, "y": 0}}}, "ui": {…}}`.

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
        parameters: Sequence[PipelineParameter] | None = None,
        layout: Dict[str, Any] | None = None,
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
        self._parameters = list(parameters or [])
        self._layout = read_layout(layout, self._steps)

    def validate(self) -> List[Problem]:
        """Check the pipeline without running it; all problems, with step and field.

        The source directories are sent, as the server looks for the scripts in them.
        """
        problems = self._prepare({}).find_problems()
        if problems:
            print(f"The pipeline has {count(len(problems), 'problem')}:")
            for problem in problems:
                print(f"  - {problem}")
        else:
            print(f"The pipeline is valid: {count(len(self._steps), 'step')} to be submitted.")
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

    def publish(
        self,
        name: str | None = None,
        description: str | None = None,
        version: str | None = None,
        continue_on_step_failure: bool | None = None,
    ) -> PublishedPipeline:
        """Freeze the pipeline, so that other systems can call it by its address.

        Later changes of source, environment or a dataset's latest version do not alter it; its
        pipeline parameters are chosen at each call.

        :param name: several may share one; the experiment's name or `Pipeline` if none is given.
        """
        facts = self._publish_to(
            ROUTE,
            {
                "name": name or self._experiment_name or "Pipeline",
                "description": self._description if description is None else description,
                "version": "" if version is None else str(version),
                "continue_on_step_failure": bool(continue_on_step_failure),
            },
        )
        return published_from(self._workspace, facts)

    def service_endpoint(self) -> str:
        """The address of the workspace's REST API."""
        return str(self._workspace._transport.server) + str(self._workspace._path(""))

    def _set_experiment_name(self, name: str) -> None:
        """Name the experiment for programs that publish later; kept for them."""
        self._experiment_name = name

    def _publish_to(self, route: str, body: Dict[str, Any]) -> Dict[str, Any]:
        """Send the pipeline with its files to a route that freezes it."""
        return self._prepare({}).publish(route, body)

    def _graph_to_keep(self) -> Dict[str, Any]:
        """The graph for a draft; its files are sent."""
        return self._prepare({}).whole_graph()

    def _prepare(self, values: Dict[str, Any]) -> Submission:
        return Submission(
            self._workspace,
            self._steps,
            default_datastore=self._default_datastore,
            default_directory=self._default_source_directory,
            values=values,
            parameters=self._parameters,
            layout=self._layout,
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
        say_unused(kwargs, {"skip_validation", "credential_passthrough"})
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
        announce(document)
        return PipelineRun(experiment, document["id"], _document=document)

    def __repr__(self) -> str:
        return f"<Pipeline of {count(len(self._steps), 'step')}>"


def _each_once(steps: List[PipelineStep]) -> List[PipelineStep]:
    return list({id(step): step for step in steps}.values())
