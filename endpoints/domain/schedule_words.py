"""A schedule's trigger and due times in words, as its pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim

from endpoints.domain.recurrence import Cron, Frequency, Recurrence, Rule, upcoming
from endpoints.domain.recurrence_form import DAYS

LISTED_TIMES = 4
WORKDAYS = (0, 1, 2, 3, 4)
SHORT_MONTH = 28


@dataclass(frozen=True)
class DueTime:
    """One due time: the instant, what the zone's wall clock reads then, and its offset.

    `shift` is a sentence where the clocks change between the time before and this one.
    """

    at: datetime
    local: str
    offset: str
    shift: str = ""


def rule_words(rule: Rule, zone_name: str) -> str:
    """`Every day at 07:30 (Europe/Berlin)`, `cron 0 6 * * 1-5 (UTC)`."""
    trigger = rule.trigger
    if isinstance(trigger, Cron):
        return f"cron {trigger.line} ({zone_name})"
    words = _every(trigger)
    if trigger.frequency in (Frequency.MINUTE, Frequency.HOUR):
        return words
    if trigger.frequency is Frequency.WEEK:
        words += f" on {_days(trigger.week_days)}"
    if trigger.frequency is Frequency.MONTH:
        words += f" on day {trigger.anchor.day}"
        words += " or the last one" if trigger.anchor.day > SHORT_MONTH else ""
    return f"{words} at {_times(trigger.times)} ({zone_name})"


def watch_words(place: str, minutes: int) -> str:
    """`New files in workspaceblobstore/incoming, looked at every 5 minutes`."""
    often = "every minute" if minutes == 1 else f"every {minutes} minutes"
    return f"New files in {place}, looked at {often}"


def cron_meaning(line: str) -> str:
    """What a checked cron line means, as a sentence."""
    return f"{CronSim(line, datetime(2000, 1, 1)).explain()}."


def due_times(rule: Rule, zone: ZoneInfo, after: datetime, count: int = 5) -> list[DueTime]:
    """The next due times with what the wall clock of `zone` reads."""
    found = []
    before = after.astimezone(zone).utcoffset()
    for moment in upcoming(rule, after, count):
        local = moment.astimezone(zone)
        offset = local.utcoffset()
        found.append(
            DueTime(
                at=moment,
                local=f"{local:%a, %b} {local.day}, {local:%Y, %H:%M}",
                offset=_offset(local),
                shift=_shift(before, offset),
            )
        )
        before = offset
    return found


def _every(trigger: Recurrence) -> str:
    unit = trigger.frequency.value.lower()
    return f"Every {unit}" if trigger.interval == 1 else f"Every {trigger.interval} {unit}s"


def _days(days: Sequence[int]) -> str:
    if tuple(days) == WORKDAYS:
        return "Monday to Friday"
    return _listed([DAYS[number] for number in days])


def _times(times: Sequence[time]) -> str:
    words = [f"{at:%H:%M}" for at in times]
    if len(words) > LISTED_TIMES:
        return f"{', '.join(words[: LISTED_TIMES - 1])} … {words[-1]}, {len(words)} times a day"
    return _listed(words)


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _offset(local: datetime) -> str:
    offset = local.utcoffset() or timedelta()
    sign, minutes = ("-", -offset) if offset < timedelta() else ("+", offset)
    hours, rest = divmod(int(minutes.total_seconds()) // 60, 60)
    return f"UTC{sign}{hours:02}:{rest:02}"


def _shift(before: timedelta | None, offset: timedelta | None) -> str:
    if before is None or offset is None or before == offset:
        return ""
    return f"Clocks go {'forward' if offset > before else 'back'} before this time."
