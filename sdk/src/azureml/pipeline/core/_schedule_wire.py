"""Schedules as JSON and YAML: what triggers them, and what `Schedule.load_yaml` reads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict

from azureml._forebay.yaml_subset import read_yaml
from azureml.core.datastore import Datastore
from azureml.exceptions import UserErrorException
from azureml.pipeline.core._recurrence import InvalidSchedule, ScheduleRecurrence
from azureml.pipeline.core._time_zones import TimeZone

Json = Dict[str, Any]
_YAML = frozenset(
    {
        "continue_on_step_failure",
        "data_path_parameter_name",
        "datastore_name",
        "description",
        "path_on_datastore",
        "pipeline_parameters",
        "polling_interval",
        "recurrence",
        "wait_for_provisioning",
        "wait_timeout",
    }
)


@dataclass(frozen=True)
class Trigger:
    """When a schedule submits: exactly one of recurrence, cron and datastore."""

    recurrence: Any = None
    cron: str | None = None
    time_zone: Any = None
    datastore: Any = None
    polling_interval: int = 5  # minutes
    path_on_datastore: str | None = None
    data_path_parameter_name: str | None = None

    def to_wire(self) -> Json:
        """As the server takes it. InvalidSchedule names what is missing or too much."""
        named = ("recurrence", "cron", "datastore")
        given = [name for name in named if getattr(self, name) is not None]
        if not given:
            raise InvalidSchedule(
                "A schedule needs recurrence=ScheduleRecurrence(…), or datastore=… to run when"
                " data changes."
            )
        if len(given) > 1:
            raise InvalidSchedule(f"Give {given[0]} or {given[1]}, not both.")
        if self.datastore is not None:
            return self._watch_to_wire()
        for name in ("path_on_datastore", "data_path_parameter_name"):
            if getattr(self, name) is not None:
                raise InvalidSchedule(f"{name} needs datastore=…, not {given[0]}.")
        if self.cron is not None:
            zone = self.time_zone
            zone = zone.value if isinstance(zone, TimeZone) else zone
            return {"cron": self.cron, "time_zone": zone or "UTC"}
        if not isinstance(self.recurrence, ScheduleRecurrence):
            raise InvalidSchedule(
                f"recurrence must be a ScheduleRecurrence, not {self.recurrence!r}."
            )
        return {"recurrence": self.recurrence._to_wire()}

    def _watch_to_wire(self) -> Json:
        minutes = self.polling_interval
        if isinstance(minutes, bool) or not isinstance(minutes, int) or minutes < 1:
            raise InvalidSchedule(
                f"polling_interval is a number of minutes, 1 or more, not {minutes!r}."
            )
        store = self.datastore
        return {
            "datastore": store if isinstance(store, str) else str(store.name),
            "path_on_datastore": self.path_on_datastore or "",
            "polling_interval": minutes,
            "data_path_parameter_name": self.data_path_parameter_name or "",
        }


def identity_of(given: Any, name: str) -> str:
    """An id, or that of the object that was given in its place."""
    found = given if isinstance(given, str) else getattr(given, "id", None)
    if not found:
        raise UserErrorException(f"{name} must be an id, such as published_pipeline.id.")
    return str(found)


def load_schedule_yaml(workspace: Any, file: Path) -> Json:
    """The settings below `Schedule:`, with recurrence and datastore as objects."""
    try:
        text = file.read_text("utf-8")
    except OSError as error:
        raise UserErrorException(f"{file} can't be read: {error.strerror}.") from None
    read = read_yaml(text, file.name)
    settings = read.get("Schedule", read) if isinstance(read, dict) else None
    if not isinstance(settings, dict):
        raise UserErrorException(f"{file} holds no mapping 'Schedule' with the settings of one.")
    strange = sorted(str(name) for name in set(settings) - _YAML)
    if strange:
        raise UserErrorException(
            f"{file} sets {strange[0]!r}; a schedule has {', '.join(sorted(_YAML))}."
        )
    given = {**dict.fromkeys(_YAML), **{k: None if v == "None" else v for k, v in settings.items()}}
    if given["recurrence"]:
        given["recurrence"] = _read_recurrence(file, given["recurrence"])
    if given["datastore_name"]:
        given["datastore_name"] = Datastore(workspace, given["datastore_name"])
    return given


def _read_recurrence(file: Path, settings: Any) -> ScheduleRecurrence:
    if not isinstance(settings, dict):
        raise UserErrorException(f"{file}: recurrence must be a mapping with frequency, interval.")
    try:
        recurrence = ScheduleRecurrence(**settings)
    except TypeError:
        raise UserErrorException(
            f"{file}: recurrence has frequency, interval, start_time, time_zone, hours, minutes,"
            f" week_days and time_of_day, not {', '.join(map(str, settings))}."
        ) from None
    recurrence.validate()
    return recurrence
