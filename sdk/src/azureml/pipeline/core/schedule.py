"""`Schedule`: runs of a published pipeline or an endpoint, by the clock or when data changes."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any, Dict, List

from azureml.core.datastore import Datastore
from azureml.core.experiment import Experiment
from azureml.pipeline.core._published import PublishedPipeline, list_runs_of
from azureml.pipeline.core._recurrence import InvalidSchedule, ScheduleRecurrence
from azureml.pipeline.core._resources import (
    check_workspace,
    fetch,
    values_to_wire,
)
from azureml.pipeline.core._schedule_facts import ScheduleFacts
from azureml.pipeline.core._schedule_wire import Trigger, identity_of, load_schedule_yaml
from azureml.pipeline.core._time_zones import TimeZone
from azureml.pipeline.core.run import PipelineRun

__all__ = [
    "Datastore",
    "Experiment",
    "PipelineRun",
    "PublishedPipeline",
    "Schedule",
    "ScheduleRecurrence",
    "TimeZone",
]

Json = Dict[str, Any]
_ROUTE = "schedules"
_WHAT = "schedule"
_STATUSES = ("Active", "Disabled")


class Schedule(ScheduleFacts):
    """Submits a published pipeline or an endpoint by itself. Make one with `create`.

    It never runs at once when it is made: the first run comes at the first time that is due, or
    with the first change of the data. The server has it when `create` returns, so
    `wait_for_provisioning` has nothing to wait for.
    """

    # -- making and finding --------------------------------------------------------------------

    @staticmethod
    def create(
        workspace: Any,
        name: str,
        pipeline_id: str,
        experiment_name: str,
        recurrence: ScheduleRecurrence | None = None,
        description: str | None = None,
        pipeline_parameters: Dict[str, Any] | None = None,
        wait_for_provisioning: bool = False,
        wait_timeout: int = 3600,
        datastore: Any = None,
        polling_interval: int = 5,
        data_path_parameter_name: str | None = None,
        continue_on_step_failure: bool | None = None,
        path_on_datastore: str | None = None,
        _workflow_provider: Any = None,
        _service_endpoint: Any = None,
        *,
        cron: str | None = None,
        time_zone: Any = None,
    ) -> Schedule:
        """A schedule for a published pipeline, by `recurrence` or for changes on `datastore`.

        :param polling_interval: minutes between two looks at the datastore.
        :param data_path_parameter_name: the DataPath parameter that gets the changed path.
        :param path_on_datastore: the folder to look at; the whole datastore if none is given.
        :param cron: Forebay's own, in place of `recurrence`: "30 22 * * 1-5", in `time_zone`.
        """
        trigger = Trigger(
            recurrence,
            cron,
            time_zone,
            datastore,
            polling_interval,
            path_on_datastore,
            data_path_parameter_name,
        )
        body = {
            "published_pipeline": identity_of(pipeline_id, "pipeline_id"),
            "name": name,
            "experiment": experiment_name,
            "description": description or "",
            "continue_on_step_failure": continue_on_step_failure,
            **trigger.to_wire(),
        }
        return _create(workspace, body, pipeline_parameters)

    @staticmethod
    def create_for_pipeline_endpoint(
        workspace: Any,
        name: str,
        pipeline_endpoint_id: str,
        experiment_name: str,
        recurrence: ScheduleRecurrence | None = None,
        description: str | None = None,
        pipeline_parameters: Dict[str, Any] | None = None,
        wait_for_provisioning: bool = False,
        wait_timeout: int = 3600,
        datastore: Any = None,
        polling_interval: int = 5,
        data_path_parameter_name: str | None = None,
        continue_on_step_failure: bool | None = None,
        path_on_datastore: str | None = None,
        _workflow_provider: Any = None,
        _service_endpoint: Any = None,
        *,
        cron: str | None = None,
        time_zone: Any = None,
    ) -> Schedule:
        """A schedule for the default version of an endpoint; see `create`."""
        trigger = Trigger(
            recurrence,
            cron,
            time_zone,
            datastore,
            polling_interval,
            path_on_datastore,
            data_path_parameter_name,
        )
        body = {
            "endpoint": identity_of(pipeline_endpoint_id, "pipeline_endpoint_id"),
            "name": name,
            "experiment": experiment_name,
            "description": description or "",
            "continue_on_step_failure": continue_on_step_failure,
            **trigger.to_wire(),
        }
        return _create(workspace, body, pipeline_parameters)

    @staticmethod
    def get(
        workspace: Any, id: str, _workflow_provider: Any = None, _service_endpoint: Any = None
    ) -> Schedule:
        """The schedule of that id."""
        check_workspace(workspace, "Schedule.get")
        return _schedule_from(workspace, fetch(workspace, _ROUTE, id, _WHAT))

    @staticmethod
    def get_all(
        workspace: Any,
        active_only: bool = True,
        pipeline_id: str | None = None,
        pipeline_endpoint_id: str | None = None,
        _workflow_provider: Any = None,
        _service_endpoint: Any = None,
    ) -> List[Schedule]:
        """The schedules, of all or of one published pipeline or endpoint."""
        return _list_schedules(workspace, active_only, pipeline_id, pipeline_endpoint_id)

    @staticmethod
    def list(
        workspace: Any,
        active_only: bool = True,
        pipeline_id: str | None = None,
        pipeline_endpoint_id: str | None = None,
        _workflow_provider: Any = None,
        _service_endpoint: Any = None,
    ) -> List[Schedule]:
        """The schedules, of all or of one published pipeline or endpoint."""
        return _list_schedules(workspace, active_only, pipeline_id, pipeline_endpoint_id)

    @staticmethod
    def get_schedules_for_pipeline_id(
        workspace: Any,
        pipeline_id: str,
        _workflow_provider: Any = None,
        _service_endpoint: Any = None,
    ) -> List[Schedule]:
        """All schedules of a published pipeline, disabled ones too."""
        return _list_schedules(workspace, False, identity_of(pipeline_id, "pipeline_id"), None)

    @staticmethod
    def get_schedules_for_pipeline_endpoint_id(
        workspace: Any,
        pipeline_endpoint_id: str,
        _workflow_provider: Any = None,
        _service_endpoint: Any = None,
    ) -> List[Schedule]:
        """All schedules of an endpoint, disabled ones too."""
        identity = identity_of(pipeline_endpoint_id, "pipeline_endpoint_id")
        return _list_schedules(workspace, False, None, identity)

    @staticmethod
    def load_yaml(
        workspace: Any,
        filename: Any,
        _workflow_provider: Any = None,
        _service_endpoint: Any = None,
    ) -> Json:
        """The settings below `Schedule:` in a YAML file, for the arguments of `create`.

        `recurrence` comes as a ScheduleRecurrence, `datastore_name` as a Datastore.
        """
        return load_schedule_yaml(check_workspace(workspace, "Schedule.load_yaml"), Path(filename))

    # -- what is done with it ------------------------------------------------------------------

    def update(
        self,
        name: str | None = None,
        description: str | None = None,
        recurrence: ScheduleRecurrence | None = None,
        pipeline_parameters: Dict[str, Any] | None = None,
        status: str | None = None,
        wait_for_provisioning: bool = False,
        wait_timeout: int = 3600,
        datastore: Any = None,
        polling_interval: int | None = None,
        data_path_parameter_name: str | None = None,
        continue_on_step_failure: bool | None = None,
        path_on_datastore: str | None = None,
    ) -> None:
        """Change what is given; the rest stays."""
        if status is not None and status not in _STATUSES:
            raise InvalidSchedule(f"status must be Active or Disabled, not {status!r}.")
        changes: Json = {
            "name": name,
            "description": description,
            "status": status,
            "polling_interval": polling_interval,
            "data_path_parameter_name": data_path_parameter_name,
            "continue_on_step_failure": continue_on_step_failure,
            "path_on_datastore": path_on_datastore,
        }
        changes = {key: value for key, value in changes.items() if value is not None}
        if recurrence is not None or datastore is not None:
            trigger = Trigger(
                recurrence,
                datastore=datastore,
                polling_interval=polling_interval or 5,
                path_on_datastore=path_on_datastore,
                data_path_parameter_name=data_path_parameter_name,
            )
            changes.update(trigger.to_wire())
        if pipeline_parameters is not None:
            changes["parameters"] = values_to_wire(self._workspace, pipeline_parameters)
        self._change(changes)

    def enable(self, wait_for_provisioning: bool = False, wait_timeout: int = 3600) -> None:
        """Let it submit again, from the next time that is due."""
        self._change({"status": "Active"})

    def disable(self, wait_for_provisioning: bool = False, wait_timeout: int = 3600) -> None:
        """Submit nothing until it is enabled. Runs that go on go on."""
        self._change({"status": "Disabled"})

    def get_last_pipeline_run(self) -> PipelineRun | None:
        """The last run that it submitted; None when there is none yet."""
        runs = list_runs_of(self._workspace, f"{_ROUTE}/{self.id}/runs", 1)
        return runs[0] if runs else None

    def get_pipeline_runs(self) -> List[PipelineRun]:
        """The runs that it submitted, newest first."""
        return list_runs_of(self._workspace, f"{_ROUTE}/{self.id}/runs")

    # -- inside --------------------------------------------------------------------------------

    def _change(self, changes: Json) -> None:
        path = self._workspace._path(_ROUTE, self.id)
        self._facts = dict(self._workspace._transport.patch_json(path, changes))


def _create(workspace: Any, body: Json, parameters: Dict[str, Any] | None) -> Schedule:
    check_workspace(workspace, "Schedule.create")
    body = {**body, "parameters": values_to_wire(workspace, parameters)}
    facts = workspace._transport.post_json(
        workspace._path(_ROUTE), body, idempotency_key=str(uuid.uuid4())
    )
    return _schedule_from(workspace, dict(facts))


def _list_schedules(
    workspace: Any, active_only: bool, pipeline_id: str | None, endpoint_id: str | None
) -> List[Schedule]:
    check_workspace(workspace, "Schedule.list")
    if pipeline_id and endpoint_id:
        raise InvalidSchedule("Give pipeline_id or pipeline_endpoint_id, not both.")
    query = {
        "active_only": bool(active_only),
        "published_pipeline": pipeline_id,
        "endpoint": endpoint_id,
    }
    items = workspace._transport.list_items(workspace._path(_ROUTE), query)
    return [_schedule_from(workspace, item) for item in items]


def _schedule_from(workspace: Any, facts: Json) -> Schedule:
    return Schedule(
        workspace,
        facts["id"],
        facts["name"],
        facts.get("description", ""),
        None,
        facts["status"],
        None,
        None,
        None,
        None,
        None,
        None,
        _facts=facts,
    )
