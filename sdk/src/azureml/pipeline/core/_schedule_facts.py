"""What a schedule says of itself: its constructor and properties, as v1 has them."""

from __future__ import annotations

from typing import Any, Dict, List

from azureml.pipeline.core._recurrence import ScheduleRecurrence, recurrence_from
from azureml.pipeline.core._resources import show_html, show_text

Json = Dict[str, Any]


class ScheduleFacts:
    """The server's JSON of one schedule."""

    def __init__(
        self,
        workspace: Any,
        id: str,
        name: str,
        description: str,
        pipeline_id: str | None,
        status: str,
        recurrence: ScheduleRecurrence | None,
        datastore_name: str | None,
        polling_interval: int | None,
        data_path_parameter_name: str | None,
        continue_on_step_failure: bool | None,
        path_on_datastore: str | None,
        _schedule_provider: Any = None,
        pipeline_endpoint_id: str | None = None,
        **kwargs: Any,
    ) -> None:
        self._workspace = workspace
        self._facts: Json = kwargs.get("_facts") or {
            "id": id,
            "name": name,
            "description": description,
            "published_pipeline": {"id": pipeline_id} if pipeline_id else None,
            "endpoint": {"id": pipeline_endpoint_id} if pipeline_endpoint_id else None,
            "status": status,
            "recurrence": recurrence._to_wire() if recurrence else None,
            "datastore": datastore_name,
            "polling_interval": polling_interval,
            "data_path_parameter_name": data_path_parameter_name,
            "continue_on_step_failure": continue_on_step_failure,
            "path_on_datastore": path_on_datastore,
        }

    # -- what it is ----------------------------------------------------------------------------

    @property
    def id(self) -> str:
        """The id, a guid."""
        return str(self._facts["id"])

    @property
    def name(self) -> str:
        """The name; several may share one."""
        return str(self._facts["name"])

    @property
    def description(self) -> str:
        """What was said of it."""
        return str(self._facts.get("description") or "")

    @property
    def status(self) -> str:
        """`Active` or `Disabled`."""
        return str(self._facts["status"])

    @property
    def pipeline_id(self) -> str | None:
        """The published pipeline it submits; None when it is for an endpoint."""
        return _id_of(self._facts.get("published_pipeline"))

    @property
    def pipeline_endpoint_id(self) -> str | None:
        """The endpoint it submits; None when it is for a published pipeline."""
        return _id_of(self._facts.get("endpoint"))

    @property
    def recurrence(self) -> ScheduleRecurrence | None:
        """How often it submits; None when it waits for data, or has a cron text."""
        wire = self._facts.get("recurrence")
        return recurrence_from(wire) if wire else None

    @property
    def datastore_name(self) -> str | None:
        """The datastore it looks at, if it waits for data."""
        return self._facts.get("datastore") or None

    @property
    def path_on_datastore(self) -> str | None:
        """The folder there."""
        return self._facts.get("path_on_datastore") or None

    @property
    def polling_interval(self) -> int | None:
        """Minutes between two looks at the datastore."""
        return self._facts.get("polling_interval") if self.datastore_name else None

    @property
    def data_path_parameter_name(self) -> str | None:
        """The DataPath parameter that gets the changed path."""
        return self._facts.get("data_path_parameter_name") or None

    @property
    def continue_on_step_failure(self) -> bool | None:
        """Whether steps that do not wait for a failed one go on; None: as it was published."""
        return self._facts.get("continue_on_step_failure")

    def _facts_shown(self) -> List[tuple[str, Any]]:
        facts = [
            ("Name", self.name),
            ("Id", self.id),
            ("Status", self.status),
            ("Pipeline Id", self.pipeline_id),
            ("Pipeline Endpoint Id", self.pipeline_endpoint_id),
            ("Recurrence", self.recurrence or self._facts.get("cron") or None),
            ("Datastore", self.datastore_name),
        ]
        return [fact for fact in facts if fact[1] is not None]

    def __repr__(self) -> str:
        return show_text("Schedule", self._facts_shown())

    def _repr_html_(self) -> str:
        return show_html(self._facts_shown(), str(self._facts.get("url") or ""))


def _id_of(value: Any) -> str | None:
    """The id of what an answer refers to, by id alone or as an object with one."""
    found = value.get("id") if isinstance(value, dict) else value
    return str(found) if found else None
