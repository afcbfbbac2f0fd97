"""Reads a schedule's times as callers write them: v1's recurrence, cron lines, start and end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from endpoints.domain.recurrence import (
    LONGEST_INTERVAL,
    Cron,
    Frequency,
    Recurrence,
    Rule,
    check_cron,
)
from endpoints.domain.time_zones import read_zone, to_utc
from workspaces.domain.errors import InvalidInput, Problem

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
KEYS = {
    "frequency", "interval", "startTime", "timeZone", "hours", "minutes", "weekDays", "timeOfDay",
}  # fmt: skip


@dataclass(frozen=True)
class ReadRecurrence:
    """A recurrence in both forms: to reckon with, and to store and show (v1's keys)."""

    trigger: Recurrence
    starts_at: datetime | None
    stored: dict[str, Any]


def read_moment(value: Any, zone: ZoneInfo, field: str) -> datetime | None:
    """An instant in UTC from ISO 8601; without an offset it is what the wall clock of `zone` reads.

    Nothing given is None. Raises InvalidInput that names `field`.
    """
    if value in (None, ""):
        return None
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or not 1970 <= moment.year < 9000:
        raise InvalidInput.field(field, f"{field} looks like 2026-07-01T06:30:00.")
    return to_utc(moment, zone) if moment.tzinfo is None else moment.astimezone(UTC)


def read_recurrence(
    body: Mapping[str, Any], *, created_at: datetime, default_zone: str = ""
) -> ReadRecurrence:
    """A recurrence in v1's shape. Without `startTime` it counts from `created_at`.

    Raises InvalidInput that lists every problem, each field as `recurrence.<key>`.
    """
    problems: list[Problem] = []

    def wrong(key: str, message: str) -> None:
        problems.append(Problem(message, field=f"recurrence.{key}"))

    for key in sorted(set(body) - KEYS):
        wrong(key, f"A recurrence has no {key!r}. It has {', '.join(sorted(KEYS))}.")
    zone, zone_name = ZoneInfo("UTC"), str(body.get("timeZone") or default_zone or "UTC")
    try:
        zone = read_zone(zone_name)
    except ValueError as error:
        wrong("timeZone", str(error))
    frequency = _frequency(body.get("frequency"), wrong)
    interval = body.get("interval", 1)
    if type(interval) is not int or not 1 <= interval <= LONGEST_INTERVAL:
        wrong("interval", f"interval is a whole number from 1 to {LONGEST_INTERVAL}.")
    starts_at = None
    try:
        starts_at = read_moment(body.get("startTime"), zone, "recurrence.startTime")
    except InvalidInput as error:
        problems.extend(error.problems)
    hours = _numbers(body.get("hours"), 23, "hours", wrong)
    minutes = _numbers(body.get("minutes"), 59, "minutes", wrong)
    at = _time_of_day(body.get("timeOfDay"), wrong)
    days = _week_days(body.get("weekDays"), wrong)
    _check_together(frequency, hours, minutes, at, days, wrong)
    if problems or frequency is None:
        raise InvalidInput.of(problems)
    anchor = (starts_at or created_at.replace(second=0, microsecond=0)).astimezone(zone)
    anchor = anchor.replace(tzinfo=None, fold=0, microsecond=0)
    trigger = Recurrence(
        frequency,
        interval,
        anchor,
        zone,
        times=_times(hours, minutes, at, anchor, starts_at is not None),
        week_days=days or (anchor.weekday(),),
    )
    stored: dict[str, Any] = {"frequency": frequency.value, "interval": interval}
    if starts_at is not None:
        stored["startTime"] = anchor.isoformat(timespec="seconds")
    stored["timeZone"] = zone_name
    stored |= {
        key: value
        for key, value in (
            ("hours", list(hours)),
            ("minutes", list(minutes)),
            ("weekDays", [DAYS[number] for number in days]),
            ("timeOfDay", f"{at:%H:%M}" if at else None),
        )
        if value
    }
    return ReadRecurrence(trigger, starts_at, stored)


def read_rule(
    *,
    recurrence: Mapping[str, Any] | None,
    cron: str,
    zone_name: str,
    created_at: datetime,
    starts_at: datetime | None,
    ends_at: datetime | None,
) -> Rule:
    """The rule of a stored schedule; raises InvalidInput for what can't be stored."""
    if recurrence:
        read = read_recurrence(recurrence, created_at=created_at, default_zone=zone_name)
        return Rule(read.trigger, read.starts_at or starts_at, ends_at)
    return Rule(Cron(read_cron(cron), read_zone(zone_name)), starts_at, ends_at)


def read_cron(line: str) -> str:
    """A cron line as it is stored; InvalidInput that names the field."""
    try:
        return check_cron(line)
    except ValueError as error:
        raise InvalidInput.field("cron", str(error)) from None


def polling_rule(*, minutes: int, created_at: datetime, ends_at: datetime | None) -> Rule:
    """When a watched path is looked at: every so many minutes from the start on."""
    anchor = created_at.astimezone(UTC).replace(second=0, microsecond=0, tzinfo=None)
    zone = ZoneInfo("UTC")
    return Rule(Recurrence(Frequency.MINUTE, minutes, anchor, zone), None, ends_at)


def _frequency(value: Any, wrong: Any) -> Frequency | None:
    for frequency in Frequency:
        if isinstance(value, str) and value.lower() == frequency.value.lower():
            return frequency
    wrong("frequency", "frequency is Minute, Hour, Day, Week or Month.")
    return None


def _numbers(value: Any, largest: int, key: str, wrong: Any) -> tuple[int, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or any(
        type(one) is not int or not 0 <= one <= largest for one in value
    ):
        wrong(key, f"{key} is a list of whole numbers from 0 to {largest}, as [0, {largest}].")
        return ()
    return tuple(sorted(set(value)))


def _time_of_day(value: Any, wrong: Any) -> time | None:
    if value in (None, ""):
        return None
    match = CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        wrong("timeOfDay", "timeOfDay looks like 15:30.")
        return None
    return time(int(match[1]), int(match[2]))


def _week_days(value: Any, wrong: Any) -> tuple[int, ...]:
    if value is None:
        return ()
    known = {day.lower(): number for number, day in enumerate(DAYS)}
    days = [known.get(str(one).lower()) for one in value] if isinstance(value, list) else [None]
    if any(day is None for day in days):
        wrong("weekDays", 'weekDays is a list of English names, as ["Monday", "Friday"].')
        return ()
    return tuple(sorted({day for day in days if day is not None}))


def _check_together(
    frequency: Frequency | None,
    hours: tuple[int, ...],
    minutes: tuple[int, ...],
    at: time | None,
    days: tuple[int, ...],
    wrong: Any,
) -> None:
    if at and (hours or minutes):
        wrong("timeOfDay", "Give either timeOfDay, or hours and minutes.")
    if frequency in (Frequency.MINUTE, Frequency.HOUR) and (at or hours or minutes):
        key = "timeOfDay" if at else "hours" if hours else "minutes"
        wrong(key, f"{key} goes with frequency Day, Week or Month, not {frequency}.")
    if days and frequency not in (Frequency.WEEK, None):
        wrong("weekDays", f"weekDays goes with frequency Week, not {frequency}.")


def _times(
    hours: tuple[int, ...],
    minutes: tuple[int, ...],
    at: time | None,
    anchor: datetime,
    started: bool,
) -> tuple[time, ...]:
    """Times of the day; what is not said comes from the anchor, minutes only from a given one."""
    if at:
        return (at,)
    if not hours and not minutes:
        return (anchor.time(),)
    hours = hours or (anchor.hour,)
    minutes = minutes or (anchor.minute if started else 0,)
    return tuple(time(hour, minute) for hour in hours for minute in minutes)
