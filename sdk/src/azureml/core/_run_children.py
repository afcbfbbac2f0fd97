"""What is below a run: its steps, and the child runs that a script opens."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Sequence

from azureml._forebay.unsupported import not_supported
from azureml.core._run_client import CHILDREN, RUNS, STEPS, RunClient
from azureml.core._run_context import StepContext
from azureml.core._run_details import (
    CHILD_RUN,
    PIPELINE_RUN,
    STEP_RUN,
    properties_of_step,
    tags_of_child,
    tags_of_step,
)
from azureml.core._run_listing import matches, stored_status
from azureml.core._run_types import make_run
from azureml.core._run_values import collect_metrics

if TYPE_CHECKING:
    from azureml.core.experiment import Experiment


class RunChildren:
    """The part of `Run` about children and about metrics, which may be asked for with theirs."""

    _client: RunClient
    _experiment: Experiment
    _step: StepContext | None
    _target: str

    def child_run(
        self, name: str | None = None, run_id: str | None = None, outputs: Any = None
    ) -> Any:
        """Open a child run, which logs for itself. `with run.child_run("a") as child:` ends it.

        One that nobody ends takes the status of its step when that ends.
        """
        if outputs is not None:
            not_supported("Run.child_run(outputs=…)", "Upload what is wanted with upload_file.")
        document = self._client.open_child(name, run_id or str(uuid.uuid4()))
        return self._make_child(document)

    def create_children(
        self, count: int | None = None, tag_key: str | None = None, tag_values: Any = None
    ) -> List[Any]:
        """Open several child runs: so many, or one for each value of a tag."""
        if (count is None) == (tag_values is None) or (tag_values is not None and not tag_key):
            raise ValueError("create_children needs count, or tag_key with tag_values.")
        if tag_values is None:
            return [self.child_run() for _ in range(count or 0)]
        made = []
        for value in tag_values:
            tags = {str(tag_key): str(value)}
            document = self._client.open_child(None, str(uuid.uuid4()), tags)
            made.append(self._make_child(document))
        return made

    def get_metrics(
        self,
        name: str | None = None,
        recursive: bool = False,
        run_type: str | None = None,
        populate: bool = False,
    ) -> Dict[str, Any]:
        """Logged values by name; with `recursive`, a dictionary of them for each run id."""
        metrics = collect_metrics(self._client.fetch_metrics(name or ""))
        if not recursive:
            return metrics
        found = {self._client.run_id: metrics}
        for child in self.get_children():
            found.update(child.get_metrics(name, recursive=True))
        return found

    def get_children(
        self,
        recursive: bool = False,
        tags: Any = None,
        properties: Any = None,
        type: str | None = None,
        status: str | None = None,
        _rehydrate_runs: bool = True,
    ) -> Iterator[Any]:
        """The steps of a run, then the child runs that were opened on it; a step's child runs."""
        wanted = stored_status(status)
        for run, document, kind, its_tags, its_properties in self._below():
            if (
                type in {None, kind}
                and wanted in {None, document["status"]}
                and matches(its_tags, tags)
                and matches(its_properties, properties)
            ):
                yield run
            if recursive:
                yield from run.get_children(True, tags, properties, type, status)

    def _below(self) -> Iterator[Sequence[Any]]:
        if self._client.kind == RUNS:
            for document in self._client.fetch_steps():
                run = make_run(STEP_RUN, self._experiment, document)
                its_tags, properties = tags_of_step(document), properties_of_step(document)
                yield run, document, STEP_RUN, its_tags, properties
        for document in self._client.fetch_children():
            properties = document.get("properties") or {}
            its_tags = tags_of_child(document)
            yield self._make_child(document), document, CHILD_RUN, its_tags, properties

    def _make_child(self, document: Dict[str, Any]) -> Any:
        from azureml.core.run import Run

        step = self._step if self._target == "self" and self._client.kind != RUNS else None
        return Run(self._experiment, document["id"], _kind=CHILDREN, _document=document, _step=step)

    def _parent_of_child(self, document: Dict[str, Any]) -> Any:
        """The child, step or run that a child run is part of."""
        parent = document["parent_id"]
        kind = CHILDREN
        if parent == document["step_id"]:
            kind = STEPS
        elif parent == document["run_id"]:
            kind = RUNS
        client = RunClient(lambda: self._experiment.workspace, parent, kind)
        found = client.fetch()
        if kind == CHILDREN:
            return self._make_child(found)
        return make_run(STEP_RUN if kind == STEPS else PIPELINE_RUN, self._experiment, found)
