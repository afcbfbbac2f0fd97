"""Reads the body of a schedule: every field checked, all problems told at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from data.domain.paths import clean_path
from endpoints.domain.missed import MissedPolicy
from endpoints.domain.recurrence import LONGEST_INTERVAL, Rule
from endpoints.domain.recurrence_form import (
    polling_rule,
    read_cron,
    read_moment,
    read_recurrence,
    read_rule,
)
from endpoints.domain.texts import name_problem, text_problems, unknown_fields
from endpoints.domain.time_zones import read_zone
from pipelines.domain.submission import experiment_problem
from workspaces.domain.errors import InvalidInput, Problem

TRIGGERS = ("recurrence", "cron", "datastore")
STATUSES = ("Active", "Disabled")
SWITCHES = ("include_subfolders", "one_run_per_change")
LONGEST_PATH = 1000
TIME_FIELDS = (*TRIGGERS, "time_zone", "start_at", "end_at")
WATCH_FIELDS = ("path_on_datastore", "polling_interval", *SWITCHES)
FIELDS = (
    "name",
    "description",
    "status",
    "published_pipeline",
    "endpoint",
    "experiment",
    "parameters",
    "continue_on_step_failure",
    *TIME_FIELDS,
    "missed_policy",
    *WATCH_FIELDS,
    "data_path_parameter_name",
)


@dataclass(frozen=True)
class ScheduleFields:
    """A body that can be stored. `datastore` is a name; `recurrence` has v1's keys."""

    name: str
    description: str
    status: str
    experiment: str
    parameters: dict[str, Any]
    continue_on_step_failure: bool | None
    trigger: str
    recurrence: dict[str, Any] | None
    cron: str
    time_zone: str
    start_at: datetime | None
    end_at: datetime | None
    missed_policy: str
    datastore: str
    path_on_datastore: str
    polling_interval: int
    data_path_parameter_name: str
    include_subfolders: bool
    one_run_per_change: bool

    def timing(self) -> tuple[Any, ...]:
        """What decides when it is due: a change of it starts counting anew."""
        return (
            self.trigger,
            self.recurrence,
            self.cron,
            self.time_zone,
            self.start_at,
            self.end_at,
            self.polling_interval if self.trigger == "datastore" else None,
        )

    def watched(self) -> tuple[Any, ...]:
        """What decides which files are looked at: a change of it forgets what was seen."""
        return (self.datastore, self.path_on_datastore, self.include_subfolders)

    def rule(self, anchor_at: datetime) -> Rule:
        """When it is due; a recurrence without a start counts from `anchor_at`."""
        if self.trigger == "datastore":
            anchor = self.start_at or anchor_at
            rule = polling_rule(
                minutes=self.polling_interval, created_at=anchor, ends_at=self.end_at
            )
            return Rule(rule.trigger, self.start_at, self.end_at)
        return read_rule(
            recurrence=self.recurrence,
            cron=self.cron,
            zone_name=self.time_zone,
            created_at=anchor_at,
            starts_at=self.start_at,
            ends_at=self.end_at,
        )


def merge_changes(stored: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A stored body with changes: another trigger replaces the one before, a zone alone moves it.

    A field of another trigger that is given as null (or an empty text) changes nothing.
    """
    merged = {**stored, **changes}
    given = [name for name in TRIGGERS if changes.get(name)]
    if len(given) == 1:
        for name in TRIGGERS:
            if name != given[0]:
                merged[name] = None
        if given[0] != "datastore":
            for name in ("path_on_datastore", "data_path_parameter_name"):
                merged[name] = changes.get(name)
    else:
        for name in TRIGGERS:
            if name in changes and not changes[name]:
                merged[name] = stored.get(name)
    if changes.get("time_zone") and merged.get("recurrence") and not changes.get("recurrence"):
        merged["recurrence"] = {**merged["recurrence"], "timeZone": changes["time_zone"]}
    if changes.get("recurrence") and "start_at" not in changes:
        merged["start_at"] = None  # the recurrence has its own
    return merged


def read_schedule(body: Mapping[str, Any], *, now: datetime) -> ScheduleFields:
    """The fields of a body; what is left out has its default. InvalidInput lists every problem."""
    problems = unknown_fields(body, FIELDS)
    problems += _plain_problems(body)
    trigger, times = _read_times(body, problems, now)
    watch = _read_watch(body, trigger, problems)
    if not problems:
        return ScheduleFields(
            name=body["name"].strip(),
            description=body.get("description") or "",
            status=body.get("status") or "Active",
            experiment=(body.get("experiment") or "").strip(),
            parameters=dict(body.get("parameters") or {}),
            continue_on_step_failure=body.get("continue_on_step_failure"),
            trigger=trigger,
            missed_policy=body.get("missed_policy") or MissedPolicy.RUN_ONCE.value,
            data_path_parameter_name=body.get("data_path_parameter_name") or "",
            **times,
            **watch,
        )
    raise InvalidInput.of(problems)


def _plain_problems(body: Mapping[str, Any]) -> list[Problem]:
    problems = text_problems({"description": body.get("description")})
    if wrong := name_problem(body.get("name"), "schedule"):
        problems.append(Problem(wrong, "name"))
    if body.get("experiment") and (wrong := experiment_problem(body["experiment"])):
        problems.append(Problem(wrong, "experiment"))
    if not isinstance(body.get("parameters") or {}, Mapping):
        problems.append(Problem("parameters must be an object of names and values.", "parameters"))
    goes_on = body.get("continue_on_step_failure")
    if goes_on is not None and not isinstance(goes_on, bool):
        message = "continue_on_step_failure must be true, false or null."
        problems.append(Problem(message, "continue_on_step_failure"))
    for field, words in (("status", STATUSES), ("missed_policy", tuple(MissedPolicy))):
        if body.get(field) and body[field] not in words:
            problems.append(Problem(f"{field} must be one of {', '.join(words)}.", field))
    if not isinstance(body.get("data_path_parameter_name") or "", str):
        message = "data_path_parameter_name must be a text."
        problems.append(Problem(message, "data_path_parameter_name"))
    return problems


def _read_times(
    body: Mapping[str, Any], problems: list[Problem], now: datetime
) -> tuple[str, dict[str, Any]]:
    given = [name for name in TRIGGERS if body.get(name)]
    zone_name, zone = str(body.get("time_zone") or "UTC"), ZoneInfo("UTC")
    recurrence: dict[str, Any] | None = None
    cron, start_at, end_at = "", None, None
    if len(given) != 1:
        message = f"Give exactly one of {', '.join(TRIGGERS)}."
        problems.append(Problem(message, given[-1] if given else "recurrence"))
        return "", {}
    try:
        zone = read_zone(zone_name)
    except ValueError as error:
        problems.append(Problem(str(error), "time_zone"))
    try:
        if given == ["recurrence"]:
            if not isinstance(body["recurrence"], Mapping):
                raise InvalidInput.field("recurrence", "recurrence must be an object.")
            read = read_recurrence(body["recurrence"], created_at=now, default_zone=zone_name)
            recurrence, start_at = read.stored, read.starts_at
            zone_name, zone = read.stored["timeZone"], read.trigger.zone
        elif given == ["cron"]:
            cron = read_cron(body["cron"] if isinstance(body["cron"], str) else "")
    except InvalidInput as error:
        problems.extend(error.problems)
    try:
        if start_at is None:
            start_at = read_moment(body.get("start_at"), zone, "start_at")
        elif body.get("start_at"):
            problems.append(Problem("Give start_at or the recurrence's startTime.", "start_at"))
        end_at = read_moment(body.get("end_at"), zone, "end_at")
    except InvalidInput as error:
        problems.extend(error.problems)
    if start_at and end_at and end_at < start_at:
        problems.append(Problem("end_at lies before the start.", "end_at"))
    return given[0], {
        "recurrence": recurrence,
        "cron": cron,
        "time_zone": zone_name,
        "start_at": start_at,
        "end_at": end_at,
    }


def _read_watch(body: Mapping[str, Any], trigger: str, problems: list[Problem]) -> dict[str, Any]:
    path, minutes = "", body.get("polling_interval")
    minutes = 5 if minutes is None else minutes
    if type(minutes) is not int or not 1 <= minutes <= LONGEST_INTERVAL:
        message = f"polling_interval is a number of minutes, 1 to {LONGEST_INTERVAL}."
        problems.append(Problem(message, "polling_interval"))
    for name in SWITCHES:
        if not isinstance(body.get(name) or False, bool):
            problems.append(Problem(f"{name} must be true or false.", name))
    try:
        path = clean_path(body.get("path_on_datastore") or "")
        if len(path) > LONGEST_PATH:
            raise ValueError(f"The path has {len(path)} characters; {LONGEST_PATH} fit.")
    except ValueError as error:
        problems.append(Problem(str(error), "path_on_datastore"))
    store = body.get("datastore") or ""
    if not isinstance(store, str):
        problems.append(Problem("datastore must be a name.", "datastore"))
    if trigger in ("recurrence", "cron"):
        for name in ("path_on_datastore", "data_path_parameter_name"):
            if body.get(name):
                problems.append(Problem(f"{name} goes with datastore, not {trigger}.", name))
    return {
        "datastore": store,
        "path_on_datastore": path,
        "polling_interval": minutes,
        "include_subfolders": bool(body.get("include_subfolders")),
        "one_run_per_change": bool(body.get("one_run_per_change")),
    }
