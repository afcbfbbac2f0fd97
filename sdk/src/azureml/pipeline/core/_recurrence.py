"""`ScheduleRecurrence`: how often a schedule submits a run."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Any, Dict, List, Sequence

from azureml.exceptions import UserErrorException
from azureml.pipeline.core._resources import show_text
from azureml.pipeline.core._time_zones import TimeZone

Json = Dict[str, Any]
FREQUENCIES = ("Minute", "Hour", "Day", "Week", "Month")
WEEK_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_BY_DAY = ("Day", "Week", "Month")
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])\Z")
_START = "%Y-%m-%dT%H:%M:%S"


class InvalidSchedule(UserErrorException, ValueError):
    """A recurrence or schedule that can't be; the message names the field."""


class ScheduleRecurrence:
    """Every `interval` minutes, hours, days, weeks or months.

    :param frequency: "Minute", "Hour", "Day", "Week" or "Month".
    :param start_time: a datetime or "2030-01-31T22:30:00" in `time_zone`; not before it.
    :param time_zone: a `TimeZone`, or a name such as "Europe/Berlin"; UTC if none is given.
    :param hours: of the day, 0 to 23, for Day and Week (and Month, which v1 had not).
    :param minutes: of those hours, 0 to 59.
    :param week_days: "Monday" to "Sunday", for Week.
    :param time_of_day: "22:30", in place of `hours` and `minutes`.
    """

    def __init__(
        self,
        frequency: str,
        interval: int,
        start_time: datetime | str | None = None,
        time_zone: TimeZone | str | None = None,
        hours: Sequence[int] | None = None,
        minutes: Sequence[int] | None = None,
        week_days: Sequence[str] | None = None,
        time_of_day: str | None = None,
    ) -> None:
        self.frequency = frequency
        self.interval = interval
        self.start_time = start_time
        self.time_zone = time_zone
        self.hours = _as_list(hours)
        self.minutes = _as_list(minutes)
        self.week_days = _as_list(week_days)
        self.time_of_day = time_of_day

    def validate(self) -> None:
        """Nothing if it can be; else an error (UserErrorException, ValueError) with the field."""
        if self.frequency not in FREQUENCIES:
            raise InvalidSchedule(
                f"frequency must be one of {', '.join(FREQUENCIES)}, not {self.frequency!r}."
            )
        if not _is_whole(self.interval, 1):
            raise InvalidSchedule(f"interval must be 1 or more, not {self.interval!r}.")
        self._check_times()
        _check_each("hours", self.hours, 23)
        _check_each("minutes", self.minutes, 59)
        if self.week_days and self.frequency != "Week":
            raise InvalidSchedule("week_days need frequency 'Week'.")
        for day in self.week_days or []:
            if day not in WEEK_DAYS:
                raise InvalidSchedule(f"week_days are {', '.join(WEEK_DAYS)}; {day!r} is none.")
        if isinstance(self.start_time, str):
            _parse_start(self.start_time)
        elif self.start_time is not None and not isinstance(self.start_time, datetime):
            raise InvalidSchedule(
                f"start_time must be a datetime or a text such as '2030-01-31T22:30:00',"
                f" not {self.start_time!r}."
            )

    def _check_times(self) -> None:
        given = [name for name in ("hours", "minutes", "time_of_day") if getattr(self, name)]
        if given and self.frequency not in _BY_DAY:
            raise InvalidSchedule(
                f"{given[0]} needs frequency Day, Week or Month, not {self.frequency!r}."
            )
        if self.time_of_day is None or self.time_of_day == "":
            return
        if len(given) > 1:
            raise InvalidSchedule(f"Give time_of_day or {given[0]}, not both.")
        if not isinstance(self.time_of_day, str) or not _TIME.match(self.time_of_day):
            raise InvalidSchedule(f"time_of_day is like '22:30', not {self.time_of_day!r}.")

    def _to_wire(self) -> Json:
        """As the server takes it, in v1's names."""
        self.validate()
        start = self.start_time
        if isinstance(start, datetime):
            if start.tzinfo is not None and self.time_zone is None:
                start = start.astimezone(timezone.utc).replace(tzinfo=None)
            start = start.isoformat(timespec="seconds")
        zone = self.time_zone.value if isinstance(self.time_zone, TimeZone) else self.time_zone
        return {
            "frequency": self.frequency,
            "interval": self.interval,
            "startTime": start or None,
            "timeZone": zone or "UTC",
            "hours": self.hours,
            "minutes": self.minutes,
            "weekDays": self.week_days,
            "timeOfDay": self.time_of_day or None,
        }

    def __repr__(self) -> str:
        names = ("frequency", "interval", "start_time", "time_zone", "hours", "minutes")
        given = [(name, getattr(self, name)) for name in (*names, "week_days", "time_of_day")]
        return show_text("ScheduleRecurrence", [one for one in given if one[1] is not None])


def recurrence_from(wire: Json) -> ScheduleRecurrence:
    """The recurrence that an answer of the server describes."""
    return ScheduleRecurrence(
        wire["frequency"],
        wire["interval"],
        wire.get("startTime"),
        wire.get("timeZone"),
        wire.get("hours"),
        wire.get("minutes"),
        wire.get("weekDays"),
        wire.get("timeOfDay"),
    )


def _parse_start(text: str) -> None:
    try:
        datetime.strptime(text, _START)
    except ValueError:
        raise InvalidSchedule(
            f"start_time must be like '2030-01-31T22:30:00', not {text!r}."
        ) from None


def _check_each(name: str, values: List[Any] | None, most: int) -> None:
    for value in values or []:
        if not _is_whole(value, 0) or value > most:
            raise InvalidSchedule(f"{name} are whole numbers from 0 to {most}; {value!r} is none.")


def _is_whole(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _as_list(values: Any) -> List[Any] | None:
    """A list of what was given; one value counts as a list of one."""
    if values is None:
        return None
    return list(values) if isinstance(values, (list, tuple, set)) else [values]
