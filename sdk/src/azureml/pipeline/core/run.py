"""`PipelineRun`, `StepRun` and what a step run leaves behind."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, Dict, List

from azureml._forebay.unsupported import without
from azureml.core._run_client import FINAL, RUNS, STEPS, RunClient
from azureml.core._run_details import PIPELINE_RUN, STEP_RUN
from azureml.core._run_types import add_type
from azureml.core.experiment import Experiment
from azureml.core.run import Run
from azureml.core.script_run import ScriptRun
from azureml.exceptions import (
    ActivityFailedException,
    AzureMLException,
    ExperimentExecutionException,
    UserErrorException,
)
from azureml.pipeline.core._follow import (
    FOREVER,
    RunFollower,
    failure_text,
    shown_status,
    summarise,
)
from azureml.pipeline.core._port_data import PortDataReference
from azureml.pipeline.core._published import ROUTE, PublishedPipeline, list_runs_of, publish_run
from azureml.pipeline.core._resources import check_workspace
from azureml.pipeline.core._screen import Screen

__all__ = [
    "ActivityFailedException",
    "AzureMLException",
    "Experiment",
    "ExperimentExecutionException",
    "PipelineRun",
    "Run",
    "ScriptRun",
    "StepRun",
    "StepRunOutput",
]

SUBMIT_INSTEAD = "Submit the pipeline with Experiment.submit(pipeline) instead."


@without("save", instead="Use PipelineRun.get_graph() for the graph as JSON.")
class PipelineRun(Run):
    """One submission of a pipeline."""

    _kind = RUNS

    def __init__(
        self, experiment: Experiment, run_id: str, _service_endpoint: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(experiment, run_id, **kwargs)

    @staticmethod
    def get(workspace: Any, run_id: str, _service_endpoint: Any = None) -> PipelineRun:
        """The run of that id."""
        run = Run.get(workspace, run_id)
        if not isinstance(run, PipelineRun):
            raise UserErrorException(f"{run_id} is the id of a step run, not of a pipeline's run.")
        return run

    @staticmethod
    def get_pipeline_runs(
        workspace: Any, pipeline_id: str, _service_endpoint: Any = None
    ) -> List[PipelineRun]:
        """The runs of a published pipeline, newest first, however they were submitted."""
        check_workspace(workspace, "PipelineRun.get_pipeline_runs")
        return list_runs_of(workspace, f"{ROUTE}/{pipeline_id}/runs")

    def publish_pipeline(
        self,
        name: str,
        description: str,
        version: str,
        continue_on_step_failure: bool | None = None,
        **kwargs: Any,
    ) -> PublishedPipeline:
        """Freeze what this run ran, so that other systems can call it by its address."""
        body = {
            "name": name,
            "description": description or "",
            "version": "" if version is None else str(version),
        }
        return publish_run(self._experiment.workspace, self.id, body, continue_on_step_failure)

    def get_steps(self) -> Iterator[StepRun]:
        """All steps of the run, upstream first; there from the moment it was submitted."""
        for document in self._client.fetch_steps():
            yield _step_run(self._experiment, document)

    def find_step_run(self, name: str) -> List[StepRun]:
        """The steps of that name; several steps may share one."""
        return [step for step in self.get_steps() if step.name == name]

    def wait_for_completion(
        self,
        show_output: bool = True,
        timeout_seconds: float = FOREVER,
        raise_on_error: bool = True,
    ) -> str:
        """Follow the run to its end; the final status.

        With `show_output` prints what starts, what is reused and why, and the logs as they are
        written. On a failure raises ActivityFailedException, unless `raise_on_error` is False.
        Ctrl-C ends the following, not the run.
        """
        screen = Screen(silent=not show_output)
        screen.line(f"PipelineRun {self.id}")
        screen.line(f"Link to the studio: {self.get_portal_url()}")
        follower = RunFollower(self._client, screen, timeout_seconds, logs=show_output)
        try:
            document = follower.follow()
        except KeyboardInterrupt:
            screen.line(f"No longer following. The run goes on: {self.get_portal_url()}")
            raise KeyboardInterrupt from None
        self._last = document
        if document["status"] not in FINAL:
            seconds = f"{timeout_seconds:g} seconds"
            print(f"{document['name']} has not ended after {seconds}; it goes on.", file=sys.stderr)
            return shown_status(document["status"])
        for line in summarise(document):
            screen.line(line)
        if document["status"] == "Failed" and raise_on_error:
            raise ActivityFailedException(failure_text(document))
        return shown_status(document["status"])

    def get_graph(self) -> Dict[str, Any]:
        """The submitted graph as JSON."""
        return dict(self._fetch()["graph"])

    def get_pipeline_output(self, pipeline_output_name: str) -> PortDataReference:
        """The output that was given this `pipeline_output_name`."""
        for node in self._fetch()["graph"]["nodes"]:
            for output in node["outputs"]:
                if output.get("pipeline_output_name") == pipeline_output_name:
                    for step in self.get_steps():
                        if step._known()["node_id"] == node["id"]:
                            return step.get_output_data(output["name"])
        raise UserErrorException(
            f"No output of this pipeline has pipeline_output_name='{pipeline_output_name}'."
        )

    def _shown(self, status: str) -> str:
        return shown_status(status)


class StepRun(Run):
    """One step in one run."""

    _kind = STEPS

    def __init__(
        self,
        experiment: Experiment,
        step_run_id: str,
        pipeline_run_id: str,
        node_id: str,
        _service_endpoint: Any = None,
        _is_reused: bool = False,
        _current_node_id: str | None = None,
        _reused_run_id: str | None = None,
        _reused_node_id: str | None = None,
        _reused_pipeline_run_id: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(experiment, step_run_id, **kwargs)
        self._pipeline_run_id = pipeline_run_id
        self._node_id = node_id

    @property
    def pipeline_run_id(self) -> str:
        """Id of the run this step is part of."""
        return self._pipeline_run_id

    @property
    def is_reused(self) -> bool:
        """Whether an earlier run's results stand for this step."""
        return bool(self._fetch().get("reused"))

    def get_outputs(self) -> Dict[str, StepRunOutput]:
        """The outputs by name; their files are there when the step has finished."""
        return {
            output["name"]: StepRunOutput(
                self._client, self.pipeline_run_id, self, output["name"], output
            )
            for output in self._fetch()["outputs"]
        }

    def get_output(self, name: str) -> StepRunOutput:
        """The output of that name."""
        outputs = self.get_outputs()
        if name not in outputs:
            known = ", ".join(sorted(outputs)) or "none"
            raise UserErrorException(
                f"Step '{self.name}' has no output called '{name}'. Its outputs: {known}."
            )
        return outputs[name]

    def get_output_data(self, name: str) -> PortDataReference:
        """The files of the output of that name."""
        return self.get_output(name).get_port_data_reference()

    def get_job_log(self) -> str:
        """All that the step has printed so far."""
        return self._client.read_whole_log()

    def get_stdout_log(self) -> str:
        """The same as `get_job_log`: both streams are kept in one log, in order."""
        return self._client.read_whole_log()

    def get_stderr_log(self) -> str:
        """The same as `get_job_log`: both streams are kept in one log, in order."""
        return self._client.read_whole_log()

    def wait_for_completion(
        self,
        show_output: bool = True,
        timeout_seconds: float = FOREVER,
        raise_on_error: bool = True,
    ) -> str:
        """Wait for this step's end, with `show_output` following its log; the final status."""
        screen = Screen(silent=not show_output)
        screen.line(f"StepRun {self.id} ({self.name})")
        run = self._client.of_run(self.pipeline_run_id)
        follower = RunFollower(run, screen, timeout_seconds, show_output, only_step=self.id)
        try:
            follower.follow()
        except KeyboardInterrupt:
            screen.line("No longer following. The step goes on.")
            raise KeyboardInterrupt from None
        document = self._fetch()
        if document["status"] == "Failed" and raise_on_error:
            raise ActivityFailedException(self.get_details()["error"]["error"]["message"])
        return shown_status(document["status"])

    def _shown(self, status: str) -> str:
        return shown_status(status)


class StepRunOutput:
    """An output of a step run, by name."""

    def __init__(
        self,
        context: RunClient,
        pipeline_run_id: str,
        step_run: StepRun,
        name: str,
        step_output: Dict[str, Any],
    ) -> None:
        self.context = context
        self.pipeline_run_id = pipeline_run_id
        self.step_run = step_run
        self.name = name
        self.step_output = step_output

    def get_port_data_reference(self) -> PortDataReference:
        """Where the output is."""
        return PortDataReference(
            self.context, self.pipeline_run_id, self.step_output, self.step_run
        )

    def __repr__(self) -> str:
        return f"StepRunOutput(name={self.name!r})"


def _pipeline_run(experiment: Experiment, document: Dict[str, Any]) -> PipelineRun:
    return PipelineRun(experiment, document["id"], _document=document)


def _step_run(experiment: Experiment, document: Dict[str, Any]) -> StepRun:
    return StepRun(
        experiment, document["id"], document["run_id"], document["node_id"], _document=document
    )


add_type(PIPELINE_RUN, _pipeline_run)
add_type(STEP_RUN, _step_run)
