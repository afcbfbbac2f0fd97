"""`Experiment`: a name under which runs are collected and numbered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Dict

from azureml._forebay.transport import quote_name
from azureml._forebay.unsupported import without
from azureml.core._run_listing import list_runs
from azureml.exceptions import UserErrorException

_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f/\\?#%]")


@without("start_logging", instead="Submit a pipeline and use Run.get_context() in a step.")
@without("from_directory", instead="Use Experiment(workspace, name).")
@without("archive", "delete", "reactivate", instead="It costs nothing while nothing runs.")
@without("tag", instead="Tag its runs: Experiment.submit(pipeline, tags={…}).")
@without("set_tags", "remove_tags", instead="Tag its runs: run.set_tags({…}).")
@without(properties="identity", instead="Use id.")
class Experiment:
    """Runs are submitted to an experiment. It comes into being with its first run.

    :param workspace: where it lives.
    :param name: 1 to 255 characters, best letters, digits, `_` and `-`.
    """

    def __init__(
        self,
        workspace: Any,
        name: str,
        _skip_name_validation: bool = False,
        _id: str | None = None,
        _archived_time: Any = None,
        _create_in_cloud: bool = True,
        _experiment_dto: Dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        if not _skip_name_validation:
            validate_name(name)
        if isinstance(workspace, str):
            raise UserErrorException(
                f"An experiment needs a Workspace, such as Workspace.from_config(); "
                f"{workspace!r} is a text."
            )
        self._workspace = workspace
        self._name = name
        self._id = _id
        self._open_workspace: Callable[[], Any] | None = kwargs.get("_open_workspace")

    @property
    def workspace(self) -> Any:
        """The workspace of this experiment."""
        if self._workspace is None and self._open_workspace is not None:
            self._workspace = self._open_workspace()
        return self._workspace

    @property
    def workspace_object(self) -> Any:
        """The same as `workspace`."""
        return self.workspace

    @property
    def name(self) -> str:
        """The name of this experiment."""
        return self._name

    @property
    def id(self) -> str:
        """The id; the experiment is made on the server when it is not there yet."""
        if self._id is None:
            workspace = self.workspace
            body = {"name": self._name}
            path = workspace._path("experiments")
            self._id = workspace._transport.post_json(path, body, repeatable=True)["id"]
        return str(self._id)

    @property
    def archived_time(self) -> None:
        """Experiments are not archived in this version."""
        return None

    @property
    def tags(self) -> Dict[str, str]:
        """Experiments have no tags in this version; runs have."""
        return {}

    @property
    def portal_url(self) -> str:
        """The address of the studio."""
        return str(self.workspace._transport.server)

    def get_portal_url(self) -> str:
        """The page of this experiment in the studio."""
        workspace = self.workspace
        tail = f"/w/{quote_name(workspace.name)}/experiments/{quote_name(self._name)}/"
        return f"{workspace._transport.server}{tail}"

    @classmethod
    def get_docs_url(cls) -> str:
        """Where to read about experiments: the studio's own start page is linked from a run."""
        return ""

    def submit(self, config: Any, tags: Dict[str, str] | None = None, **kwargs: Any) -> Any:
        """Submit a Pipeline, PublishedPipeline or PipelineEndpoint; its run, at once.

        `kwargs` may hold `pipeline_parameters`, `continue_on_step_failure`, `regenerate_outputs`
        and, for an endpoint, `pipeline_version`. A Pipeline takes two of Forebay's own, too:
        `retry={"count": 2, "delay_seconds": 30}` tries steps that fail again, `timeout_seconds=`
        ends the run when it takes longer.
        """
        submit = getattr(config, "_submit_to", None)
        if submit is None:
            raise UserErrorException(
                f"A {type(config).__name__} can't be submitted; submit a Pipeline, a"
                " PublishedPipeline or a PipelineEndpoint."
            )
        return submit(self, tags, **kwargs)

    def get_runs(
        self,
        type: str | None = None,
        tags: Any = None,
        properties: Any = None,
        include_children: bool = False,
    ) -> Iterator[Any]:
        """The runs of this experiment, newest first, fetched page by page."""
        return list_runs(self, type, tags, properties, None, include_children)

    @staticmethod
    def list(
        workspace: Any,
        experiment_name: str | None = None,
        view_type: str = "ActiveOnly",
        tags: Any = None,
    ) -> Any:
        """The experiments of a workspace, optionally only the one called `experiment_name`."""
        items = workspace._transport.list_items(workspace._path("experiments"))
        return [
            Experiment(workspace, item["name"], True, item["id"])
            for item in items
            if experiment_name in {None, item["name"]}
        ]

    def refresh(self) -> None:
        """Everything is asked for when it is read; nothing is stale."""

    def __repr__(self) -> str:
        return f"Experiment(Name: {self._name}, Workspace: {getattr(self._workspace, 'name', '')})"


def validate_name(name: Any) -> None:
    """UserErrorException with the rule, unless `name` may name an experiment."""
    if not isinstance(name, str) or not name.strip() or len(name) > 255 or _FORBIDDEN.search(name):
        raise UserErrorException(
            f"{name!r} can't name an experiment: use 1 to 255 characters, best letters, digits, "
            "'_' and '-'; not one of / \\ ? # %."
        )
