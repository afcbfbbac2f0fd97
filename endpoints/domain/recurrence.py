"""When a schedule is due: rules, and the instants that follow from them.

A rule is a pure function of time: the same rule gives the same due times whoever asks, however
often and in whatever order, so a scheduler may be killed and asked again. Everything that comes
in or goes out as an instant is in UTC; what a wall clock reads has no zone.

Every `Minute` and `Hour` counts real time from the anchor. Every `Day`, `Week` and `Month` follows
the wall clock of the zone: a time that the clock jumps over is due at the jump, a time that it
reads twice is due the first time. A cron line does the same, but with `*` (or every hour) in its
hour field it counts real hours, as cron does.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from endpoints.domain.time_zones import to_local, to_utc

DAY = timedelta(days=1)
LOOKS = [timedelta(hours=1), DAY, 31 * DAY, 366 * DAY, timedelta.max]
LONGEST_INTERVAL = 10_000
LAST_YEAR = 9000  # far from where datetime ends
MACROS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}


class Frequency(StrEnum):
    """The unit of an interval."""

    MINUTE = "Minute"  # real time from the anchor
    HOUR = "Hour"  # real time from the anchor
    DAY = "Day"  # at `times` of the wall clock
    WEEK = "Week"  # on `week_days` at `times`; weeks start on Monday
    MONTH = "Month"  # on the anchor's day, or the last one of a shorter month


@dataclass(frozen=True)
class Recurrence:
    """Every `interval` units. Times, days and the anchor are what the wall clock of `zone` reads.

    The period that holds the anchor counts as the first one. `week_days` are 0 (Monday) to 6.
    """

    frequency: Frequency
    interval: int
    anchor: datetime
    zone: ZoneInfo
    times: tuple[time, ...] = ()  # sorted, one at least for Day, Week and Month
    week_days: tuple[int, ...] = ()  # sorted, one at least for Week


@dataclass(frozen=True)
class Cron:
    """A cron line of five fields, read by the wall clock of `zone`."""

    line: str
    zone: ZoneInfo


@dataclass(frozen=True)
class Rule:
    """A trigger between two instants, both included; None is open."""

    trigger: Recurrence | Cron
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def next_due(rule: Rule, after: datetime) -> datetime | None:
    """The first due time later than `after`; None when there is none any more."""
    return next(_due(rule, after), None)


def upcoming(rule: Rule, after: datetime, count: int = 5) -> list[datetime]:
    """The next due times later than `after`."""
    return list(islice(_due(rule, after), count))


def latest_due(rule: Rule, after: datetime, until: datetime, most: int) -> list[datetime]:
    """Of the due times later than `after` and not later than `until`, the last `most`.

    Looks back in growing windows: a rule of every minute that slept for a year costs little.
    """
    found: list[datetime] = []
    for window in LOOKS:
        low = max(after, until - window) if window < until - after else after
        found = list(takewhile(lambda moment: moment <= until, _due(rule, low)))
        if len(found) >= most or low == after:
            break
    return found[-most:]


def check_cron(line: str) -> str:
    """The line with its fields in capitals and single blanks; ValueError with a sentence."""
    line = MACROS.get(line.strip().lower(), line)
    fields = line.upper().split()
    if len(fields) != 5:
        raise ValueError(
            "A cron line has five fields: minute, hour, day of the month, month, day of the week, "
            "as in 30 6 * * MON-FRI."
        )
    try:
        CronSim(" ".join(fields), datetime(2000, 1, 1))
    except CronSimError as error:
        raise ValueError(f"The cron line {line!r} can't be read: {_reason(error)}.") from None
    return " ".join(fields)


def _reason(error: CronSimError) -> str:
    text = str(error)
    return f"its {text[4:]} field is wrong" if text.startswith("Bad ") else text.lower()


def _due(rule: Rule, after: datetime) -> Iterator[datetime]:
    if rule.starts_at is not None and rule.starts_at > after:
        after = rule.starts_at - timedelta(microseconds=1)
    trigger = rule.trigger
    last = None
    for moment in _cron(trigger, after) if isinstance(trigger, Cron) else _every(trigger, after):
        if rule.ends_at is not None and moment > rule.ends_at:
            return
        if moment > after and moment != last:  # two times in one jump are due once
            last = moment
            yield moment


def _every(trigger: Recurrence, after: datetime) -> Iterator[datetime]:
    if trigger.frequency in (Frequency.MINUTE, Frequency.HOUR):
        return _elapsed(trigger, after)
    return _wall_clock(trigger, after)


def _elapsed(trigger: Recurrence, after: datetime) -> Iterator[datetime]:
    minutes = trigger.interval * (60 if trigger.frequency is Frequency.HOUR else 1)
    step = timedelta(minutes=minutes)
    anchor = to_utc(trigger.anchor, trigger.zone)
    count = max(0, (after - anchor) // step)
    while (moment := anchor + count * step).year < LAST_YEAR:
        yield moment
        count += 1


def _wall_clock(trigger: Recurrence, after: datetime) -> Iterator[datetime]:
    # Two days back: a zone may skip a whole one.
    start = max(to_local(after, trigger.zone).date() - 2 * DAY, trigger.anchor.date())
    for day in _days(trigger, start):
        for at in trigger.times:
            local = datetime.combine(day, at)
            if local >= trigger.anchor:
                yield to_utc(local, trigger.zone)


def _days(trigger: Recurrence, start: date) -> Iterator[date]:
    """Dates on which the trigger is due, from a little before `start`, in order."""
    first, interval = trigger.anchor.date(), trigger.interval
    if trigger.frequency is Frequency.DAY:
        count = max(0, (start - first).days // interval)
        while (day := first + count * interval * DAY).year < LAST_YEAR:
            yield day
            count += 1
    elif trigger.frequency is Frequency.WEEK:
        monday = first - first.weekday() * DAY
        count = max(0, (start - monday).days // (7 * interval))
        while (week := monday + count * interval * 7 * DAY).year < LAST_YEAR:
            yield from (week + number * DAY for number in trigger.week_days)
            count += 1
    else:
        since = (start.year - first.year) * 12 + start.month - first.month
        count = max(0, since // interval)
        while (month := first.year * 12 + first.month - 1 + count * interval) < LAST_YEAR * 12:
            year, number = divmod(month, 12)
            longest = calendar.monthrange(year, number + 1)[1]
            yield date(year, number + 1, min(first.day, longest))
            count += 1


def _cron(trigger: Cron, after: datetime) -> Iterator[datetime]:
    local = to_local(after, trigger.zone)
    by_wall_clock = CronSim(trigger.line, local)
    if len(by_wall_clock.hours) < 24:
        for moment in by_wall_clock:
            yield to_utc(moment, trigger.zone)
    else:
        for moment in CronSim(_real_hours(trigger.line), after.astimezone(trigger.zone)):
            yield moment.astimezone(UTC)


def _real_hours(line: str) -> str:
    """The line with `*` as its hour: cronsim then counts real hours, also written 0-23."""
    minute, _, rest = line.split(" ", 2)
    return f"{minute} * {rest}"
