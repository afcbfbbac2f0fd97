"""A schedule as the texts of its form, and back: what is typed is a body that the service checks.

`Texts` has one text for every control, `week_days` those that are ticked separated by blanks.
Controls of another trigger keep what was typed and are left out of the body.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from endpoints.domain.recurrence_form import read_moment
from endpoints.domain.time_zones import read_zone, to_local
from workspaces.domain.errors import InvalidInput, Problem

Texts = dict[str, str]
NEW: Texts = {
    "name": "",
    "description": "",
    "target": "",
    "experiment": "",
    "continue_on_step_failure": "",
    "trigger": "recurrence",
    "frequency": "Day",
    "interval": "1",
    "hours": "6",
    "minutes": "0",
    "week_days": "Monday",
    "cron": "",
    "time_zone": "UTC",
    "start": "",
    "end": "",
    "missed_policy": "run_once",
    "datastore": "",
    "path": "",
    "polling_interval": "5",
    "include_subfolders": "",
    "one_run_per_change": "",
    "data_path_parameter_name": "",
}
CLOCK_TIMES = ("Day", "Week", "Month")
GOES_ON = {"true": True, "false": False}
# A problem's field -> the control it belongs to.
CONTROLS = {
    "recurrence": "frequency",
    "recurrence.frequency": "frequency",
    "recurrence.interval": "interval",
    "recurrence.startTime": "start",
    "recurrence.hours": "hours",
    "recurrence.minutes": "minutes",
    "recurrence.weekDays": "week_days",
    "recurrence.timeZone": "time_zone",
    "start_at": "start",
    "end_at": "end",
    "path_on_datastore": "path",
    "published_pipeline": "target",
    "endpoint": "target",
}
# What the person who fills in the form reads where the service speaks of a program's field.
SENTENCES = {
    "recurrence.interval": "The interval is a whole number from 1 to 10000.",
    "recurrence.hours": "Hours are whole numbers from 0 to 23, as 6, 18.",
    "recurrence.minutes": "Minutes are whole numbers from 0 to 59, as 0, 30.",
    "polling_interval": "A number of minutes from 1 to 10000.",
}
WORDS = {
    "recurrence.startTime looks": "The start looks",
    "start_at looks": "The start looks",
    "end_at looks": "The end looks",
    "end_at lies": "The end lies",
    "datastore must be": "The datastore must be",
}


def body_of_texts(texts: Mapping[str, str]) -> dict[str, Any]:
    """What the form asks for, without the target and the parameters."""
    body: dict[str, Any] = {
        "name": texts["name"],
        "description": texts["description"],
        "experiment": texts["experiment"].strip() or None,
        "continue_on_step_failure": GOES_ON.get(texts["continue_on_step_failure"]),
        "missed_policy": texts["missed_policy"],
    }
    return body | times_of_texts(texts)


def times_of_texts(texts: Mapping[str, str]) -> dict[str, Any]:
    """The part that says when it is due."""
    body: dict[str, Any] = {"time_zone": texts["time_zone"].strip() or "UTC"}
    body["end_at"] = texts["end"].strip() or None
    if texts["trigger"] == "recurrence":
        return body | {"recurrence": _recurrence(texts)}
    body["start_at"] = texts["start"].strip() or None
    if texts["trigger"] == "cron":
        return body | {"cron": texts["cron"].strip() or "-"}  # an empty line is a wrong one
    return body | {
        "datastore": texts["datastore"] or "-",
        "path_on_datastore": texts["path"].strip(),
        "polling_interval": _whole(texts["polling_interval"]),
        "include_subfolders": texts["include_subfolders"] == "1",
        "one_run_per_change": texts["one_run_per_change"] == "1",
        "data_path_parameter_name": texts["data_path_parameter_name"],
    }


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What is to be sent of `after`; in another zone the same start and end are other instants."""
    missing = object()
    changed = {key: value for key, value in after.items() if before.get(key, missing) != value}
    if "time_zone" in changed:
        changed |= {key: after[key] for key in ("start_at", "end_at") if key in after}
    return changed


def texts_of_body(body: Mapping[str, Any]) -> Texts:
    """A stored schedule (`stored_body`) as the form shows it."""
    recurrence = body.get("recurrence") or {}
    triggers = [name for name in ("cron", "datastore", "recurrence") if body.get(name)]
    zone_name = str(body.get("time_zone") or "UTC")
    goes_on = body.get("continue_on_step_failure")
    texts = NEW | {
        "name": body["name"],
        "description": body.get("description") or "",
        "experiment": body.get("experiment") or "",
        "continue_on_step_failure": "" if goes_on is None else str(goes_on).lower(),
        "trigger": triggers[0] if triggers else "recurrence",
        "cron": body.get("cron") or "",
        "time_zone": zone_name,
        "start": recurrence.get("startTime") or _local(body.get("start_at"), zone_name),
        "end": _local(body.get("end_at"), zone_name),
        "missed_policy": body["missed_policy"],
        "datastore": body.get("datastore") or "",
        "path": body.get("path_on_datastore") or "",
        "polling_interval": str(body.get("polling_interval") or 5),
        "include_subfolders": "1" if body.get("include_subfolders") else "",
        "one_run_per_change": "1" if body.get("one_run_per_change") else "",
        "data_path_parameter_name": body.get("data_path_parameter_name") or "",
    }
    for key in ("start", "end"):  # to the minute, where nobody asked for seconds
        texts[key] = texts[key].removesuffix(":00") if len(texts[key]) > 16 else texts[key]
    return texts | (_recurrence_texts(recurrence) if recurrence else {})


def placed(problems: list[Problem]) -> dict[str, str]:
    """Messages for people by their control; `form` holds those of none."""
    found: dict[str, str] = {}
    for problem in problems:
        message = SENTENCES.get(problem.field or "", problem.message)
        for program, person in WORDS.items():
            message = message.replace(program, person)
        if problem.field == "datastore" and "'-'" in message:
            message = "Choose a datastore."
        control = CONTROLS.get(problem.field or "", problem.field or "form")
        control = control if control in NEW else "form"
        found[control] = f"{found[control]} {message}" if control in found else message
    return found


def problems_of(error: InvalidInput) -> list[Problem]:
    """The problems of a refusal, its own sentence when it lists none."""
    return list(error.problems) or [Problem(error.detail, "form")]


def _recurrence(texts: Mapping[str, str]) -> dict[str, Any]:
    recurrence: dict[str, Any] = {
        "frequency": texts["frequency"],
        "interval": _whole(texts["interval"]),
        "timeZone": texts["time_zone"].strip() or "UTC",
    }
    if texts["start"].strip():
        recurrence["startTime"] = texts["start"].strip()
    if texts["frequency"] in CLOCK_TIMES:
        for key in ("hours", "minutes"):
            if texts[key].strip():
                recurrence[key] = _numbers(texts[key])
    if texts["frequency"] == "Week" and texts["week_days"]:
        recurrence["weekDays"] = texts["week_days"].split()
    return recurrence


def _recurrence_texts(recurrence: Mapping[str, Any]) -> Texts:
    hours, minutes = recurrence.get("hours") or [], recurrence.get("minutes") or []
    if at := recurrence.get("timeOfDay"):
        hours, minutes = ([int(part)] for part in at.split(":"))
    return {
        "frequency": recurrence["frequency"],
        "interval": str(recurrence["interval"]),
        "hours": ", ".join(map(str, hours)),
        "minutes": ", ".join(map(str, minutes)),
        "week_days": " ".join(recurrence.get("weekDays") or []),
    }


def _whole(text: str) -> Any:
    """A whole number; what is none stays a text, for the check to name."""
    clean = text.strip()
    return int(clean) if clean.isascii() and clean.isdigit() and len(clean) < 10 else clean


def _numbers(text: str) -> list[Any]:
    return [_whole(part) for part in text.replace(",", " ").split()]


def _local(stored: Any, zone_name: str) -> str:
    """An instant as a `datetime-local` control holds it: what the zone's wall clock reads."""
    try:
        zone = read_zone(zone_name)
    except ValueError:
        zone = read_zone("UTC")  # it lost its name, which the check says beside its own field
    instant = read_moment(stored, zone, "time")
    return "" if instant is None else to_local(instant, zone).isoformat(timespec="seconds")
