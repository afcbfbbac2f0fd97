"""`Run`: what was submitted, or what a script is part of."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any, Dict

from azureml._forebay.unsupported import without
from azureml.core._run_changes import RunChanges
from azureml.core._run_children import RunChildren
from azureml.core._run_client import CHILDREN, FINAL, RUNS, STEPS, RunClient
from azureml.core._run_context import InputDatasets, OutputDatasets, StepContext, current_step
from azureml.core._run_details import (
    CHILD_RUN,
    LOG_NAME,
    PIPELINE_RUN,
    STEP_RUN,
    describe_child,
    describe_run,
    describe_step,
    properties_of_run,
    properties_of_step,
    tags_of_step,
)
from azureml.core._run_files import RunFiles
from azureml.core._run_listing import list_runs
from azureml.core._run_offline import _OfflineRun
from azureml.core._run_types import add_type, make_run
from azureml.core.dataset import Dataset
from azureml.core.experiment import Experiment
from azureml.core.workspace import Workspace
from azureml.exceptions import ActivityFailedException, RunEnvironmentException, UserErrorException

OUTPUTS_DIR = "outputs"

__all__ = ["ActivityFailedException", "InputDatasets", "OutputDatasets", "Run", "get_run"]


_SEVERAL_STEPS = "Make a pipeline of several steps instead."


@without("submit_child", instead=_SEVERAL_STEPS)
@without("register_model", instead="Keep the model among the outputs of a step.")
@without("get_secret", "get_secrets", instead="Give the value as an environment variable.")
@without("get_environment", instead="run.get_details() has what was asked for.")
@without("restore_snapshot", instead="The run's page shows the files of its snapshot.")
@without("take_snapshot", instead="Submitting takes the snapshot.")
@without("list_by_compute", instead="Use Experiment.get_runs().")
@without(properties="identity", instead="Use id.")
class Run(RunFiles, RunChanges, RunChildren):
    """A run or step run, known by its id. In a step, `Run.get_context()` gives the step's own.

    Nothing is asked of the server before a method needs it.
    """

    _kind: str | None = None

    def __init__(
        self, experiment: Experiment, run_id: str, outputs: Any = None, **kwargs: Any
    ) -> None:
        if not isinstance(run_id, str) or not run_id:
            raise UserErrorException("A run is known by its id, a non-empty string.")
        self._experiment = experiment
        self._run_id = run_id
        self._client = RunClient(
            lambda: self._experiment.workspace, run_id, kwargs.get("_kind") or self._kind
        )
        self._step: StepContext | None = kwargs.get("_step")
        self._target: str = kwargs.get("_target", "self")
        self._last: Dict[str, Any] | None = kwargs.get("_document")
        self._inputs: InputDatasets | None = None

    # -- finding runs --------------------------------------------------------------------------

    @classmethod
    def get_context(
        cls, allow_offline: bool = True, used_for_context_manager: bool = False, **kwargs: Any
    ) -> Any:
        """The run this script is part of; one that prints when it was started by hand.

        Costs no request. With `allow_offline=False` a script outside of a step gets an error.
        """
        step = current_step()
        if step is not None:
            return _run_of_step(step)
        if not allow_offline:
            raise RunEnvironmentException(
                "This script runs outside of a Forebay step, and allow_offline is False."
            )
        return _OfflineRun()

    @classmethod
    def get_submitted_run(cls, **kwargs: Any) -> Any:
        """The same as `get_context(allow_offline=False)`, its older name."""
        return cls.get_context(allow_offline=False)

    @staticmethod
    def get(workspace: Any, run_id: str) -> Any:
        """The run or step run of that id, in the class of its kind."""
        client = RunClient(lambda: workspace, run_id)
        document = client.fetch()
        if client.kind == RUNS:
            experiment = Experiment(workspace, document["experiment"], True)
            return make_run(PIPELINE_RUN, experiment, document)
        if client.kind == CHILDREN:
            experiment = Experiment(workspace, document["experiment"], True)
            return Run(experiment, run_id, _kind=CHILDREN, _document=document)
        run = RunClient(lambda: workspace, document["run_id"], RUNS).fetch()
        return make_run(STEP_RUN, Experiment(workspace, run["experiment"], True), document)

    @staticmethod
    def list(
        experiment: Experiment,
        type: str | None = None,
        tags: Any = None,
        properties: Any = None,
        status: str | None = None,
        include_children: bool = False,
        _rehydrate_runs: bool = True,
    ) -> Iterator[Any]:
        """The runs of an experiment, newest first, fetched page by page.

        `tags` and `properties` select by key (a string) or by keys and values (a dictionary).
        """
        return list_runs(experiment, type, tags, properties, status, include_children)

    @staticmethod
    def add_type_provider(runtype: str, run_factory: Any) -> None:
        """Let `run_factory(experiment, document)` make the runs of a type."""
        add_type(runtype, run_factory)

    # -- what it is ----------------------------------------------------------------------------

    @property
    def id(self) -> str:
        """The id, a guid."""
        return self._run_id

    @property
    def experiment(self) -> Experiment:
        """The experiment of the run; its `workspace` is opened when it is used."""
        return self._experiment

    @property
    def number(self) -> int:
        """The number of the run in its experiment; a step's is its place in the pipeline."""
        document = self._known()
        return int(document["number"] if "number" in document else document["position"])

    @property
    def name(self) -> str:
        """`Run 3`, or the name of the step."""
        return str(self._known()["name"])

    @property
    def display_name(self) -> str:
        """The same as `name`."""
        return self.name

    @property
    def type(self) -> str:
        """`azureml.PipelineRun` or `azureml.StepRun`."""
        return {RUNS: PIPELINE_RUN, STEPS: STEP_RUN}.get(self._client.kind, CHILD_RUN)

    @property
    def status(self) -> str:
        """The status now."""
        return self.get_status()

    @property
    def description(self) -> str:
        """The description of the run."""
        return str(self._fetch().get("description") or "")

    @description.setter
    def description(self, text: str) -> None:
        self._client.patch({"description": text})

    @property
    def tags(self) -> Dict[str, str]:
        """The tags now."""
        return self.get_tags()

    @property
    def properties(self) -> Dict[str, str]:
        """The properties now."""
        return self.get_properties()

    @property
    def parent(self) -> Any:
        """The run of a step; None for a run that has none."""
        if self._client._kind == CHILDREN:
            return self._parent_of_child(self._known())
        if self._step is not None and self._target == "self":
            if not self._step.root_run_id:
                return None
            return Run(
                self._experiment,
                self._step.root_run_id,
                _kind=RUNS,
                _step=self._step,
                _target="parent",
            )
        document = self._known()
        if "run_id" not in document:
            return None
        run = self._client.of_run(document["run_id"]).fetch()
        return make_run(PIPELINE_RUN, self._experiment, run)

    @property
    def portal_url(self) -> str:
        """The address of the studio."""
        return str(self._experiment.workspace._transport.server)

    def get_portal_url(self) -> str:
        """The page of this run in the studio."""
        document = self._known()
        if document.get("url"):
            return str(document["url"])
        workspace = self._experiment.workspace
        step = document.get("step_id") or self.id
        page = f"/w/{workspace.name}/runs/{document['run_id']}/?step={step}"
        return str(workspace._transport.server) + page

    # -- how it is -----------------------------------------------------------------------------

    def get_status(self) -> str:
        """The status now: NotStarted, Queued, Preparing, Running, Finalizing, Completed, …"""
        return self._shown(self._fetch()["status"])

    def get_details(self) -> Dict[str, Any]:
        """Id, status, times, properties, inputs, log files and the error, as v1 gave them."""
        document = self._fetch()
        if self._client.kind == RUNS:
            return describe_run(document)
        if self._client.kind == CHILDREN:
            return describe_child(document)
        return describe_step(document, self._client.url_of(STEPS, "/log"))

    def get_details_with_logs(self) -> Dict[str, Any]:
        """`get_details()` with the text of the logs in place of their addresses."""
        details = self.get_details()
        if details["logFiles"]:
            details["logFiles"] = {LOG_NAME: self._client.read_whole_log()}
        return details

    def get_detailed_status(self) -> Dict[str, Any]:
        """The status with the sentence that explains it."""
        document = self._fetch()
        return {
            "status": self._shown(document["status"]),
            "details": document.get("sentence") or (document.get("why") or {}).get("sentence", ""),
        }

    def get_snapshot_id(self) -> str:
        """Id of the snapshot a step ran from."""
        return str(self._known().get("snapshot_id") or "")

    def get_tags(self) -> Dict[str, str]:
        """The tags now."""
        document = self._fetch()
        if self._client.kind != STEPS:
            return dict(document.get("tags") or {})
        return tags_of_step(document)

    def get_properties(self) -> Dict[str, str]:
        """The properties now, with the marks v1 sets."""
        document = self._fetch()
        if self._client.kind == RUNS:
            return properties_of_run(document)
        if self._client.kind == CHILDREN:
            return dict(document.get("properties") or {})
        return properties_of_step(document)

    def wait_for_completion(
        self,
        show_output: bool = False,
        wait_post_processing: bool = False,
        raise_on_error: bool = True,
    ) -> Any:
        """Wait for the end; the details then. Raises ActivityFailedException on failure."""
        pause = 0.1
        while (document := self._fetch())["status"] not in FINAL:
            time.sleep(pause)
            pause = min(pause * 1.5, 2.0)
        details = self.get_details()
        if show_output and self._client.kind == STEPS:
            print(self._client.read_whole_log())
        if document["status"] == "Failed" and raise_on_error:
            raise ActivityFailedException(details.get("error", {}).get("error", {}).get("message"))
        return details

    # -- data of a step ------------------------------------------------------------------------

    @property
    def input_datasets(self) -> InputDatasets:
        """A path for each mounted or downloaded input, a dataset for each direct one."""
        if self._inputs is None:
            self._inputs = InputDatasets(self._step, self._open_dataset)
        return self._inputs

    @property
    def output_datasets(self) -> OutputDatasets:
        """Where the script writes each output."""
        return OutputDatasets(os.environ, self._step.inputs if self._step else {})

    def _open_dataset(self, identity: str) -> Any:
        return Dataset.get_by_id(self._experiment.workspace, identity)

    @classmethod
    def get_docs_url(cls) -> str:
        """There is no page of its own for this class."""
        return ""

    def __enter__(self) -> Run:
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        """A child run completes, or fails with the exception; others end by themselves."""
        if self._client._kind == CHILDREN:
            if kind is None:
                self.complete()
            else:
                self.fail(f"{kind.__name__}: {error}")

    # -- inside --------------------------------------------------------------------------------

    def _fetch(self) -> Dict[str, Any]:
        self._last = self._client.fetch()
        return self._last

    def _known(self) -> Dict[str, Any]:
        """The last answer, for what does not change; asked for when there is none."""
        return self._last if self._last is not None else self._fetch()

    def _shown(self, status: str) -> str:
        return status

    def __str__(self) -> str:
        return repr(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(Experiment: {self._experiment.name}, Id: {self.id})"


def get_run(experiment: Any, run_id: str, rehydrate: bool = True, clean_up: bool = True) -> Any:
    """The run of that id; `experiment` may be an experiment or a workspace."""
    workspace = experiment.workspace if isinstance(experiment, Experiment) else experiment
    return Run.get(workspace, run_id)


def _run_of_step(step: StepContext) -> Run:
    experiment = Experiment(
        None,
        step.experiment_name,
        True,
        step.experiment_id or None,
        _open_workspace=lambda: _open_workspace(step),
    )
    return Run(experiment, step.run_id, _kind=STEPS, _step=step)


def _open_workspace(step: StepContext) -> Any:
    return Workspace(
        step.subscription_id,
        step.resource_group,
        step.workspace_name,
        _disable_service_check=True,
        _server=step.server,
    )
