"""When schedules are due: tables for the days on which clocks change, and properties."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from endpoints.domain.recurrence import Cron, Rule, latest_due, next_due, upcoming
from endpoints.domain.recurrence_form import polling_rule, read_cron, read_recurrence, read_rule
from endpoints.domain.time_zones import read_zone, to_utc, zone_names
from workspaces.domain.errors import InvalidInput

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
KOLKATA, LORD_HOWE = "Asia/Kolkata", "Australia/Lord_Howe"
CREATED = datetime(2026, 1, 5, 10, 37, 12, tzinfo=UTC)  # a Monday


def rule(created: datetime = CREATED, cron: str = "", zone: str = "UTC", **recurrence: Any) -> Rule:
    return read_rule(
        recurrence=recurrence or None,
        cron=cron,
        zone_name=zone,
        created_at=created,
        starts_at=None,
        ends_at=None,
    )


def every(**recurrence: Any) -> dict[str, Any]:
    return recurrence


def shown(moments: list[datetime], zone: str) -> list[str]:
    """As the wall clock reads them, with the offset where that tells two equal times apart."""
    return [f"{moment.astimezone(ZoneInfo(zone)):%m-%d %H:%M%z}" for moment in moments]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# Berlin: 29 March 2026 02:00 -> 03:00, 25 October 2026 03:00 -> 02:00.
# New York: 8 March 02:00 -> 03:00, 1 November 02:00 -> 01:00.
# Lord Howe: 5 April 02:00 -> 01:30, 4 October 02:00 -> 02:30. Kolkata never.
@pytest.mark.parametrize(
    ("zone", "time_of_day", "after", "expected"),
    [
        (BERLIN, "02:30", "2026-03-27T12:00",
         ["03-28 02:30+0100", "03-29 03:00+0200", "03-30 02:30+0200"]),
        (BERLIN, "03:00", "2026-03-28T12:00", ["03-29 03:00+0200", "03-30 03:00+0200"]),
        (BERLIN, "02:00", "2026-03-28T12:00", ["03-29 03:00+0200", "03-30 02:00+0200"]),
        (BERLIN, "02:30", "2026-10-24T12:00", ["10-25 02:30+0200", "10-26 02:30+0100"]),
        (BERLIN, "03:00", "2026-10-24T12:00", ["10-25 03:00+0100", "10-26 03:00+0100"]),
        (NEW_YORK, "02:15", "2026-03-07T12:00", ["03-08 03:00-0400", "03-09 02:15-0400"]),
        (NEW_YORK, "01:30", "2026-10-31T12:00", ["11-01 01:30-0400", "11-02 01:30-0500"]),
        (KOLKATA, "02:30", "2026-03-28T12:00", ["03-29 02:30+0530", "03-30 02:30+0530"]),
        (LORD_HOWE, "02:10", "2026-10-03T00:00", ["10-04 02:30+1100", "10-05 02:10+1100"]),
        (LORD_HOWE, "01:45", "2026-04-04T00:00", ["04-05 01:45+1100", "04-06 01:45+1030"]),
    ],
)  # fmt: skip
def test_daily_over_a_change_of_clocks(
    zone: str, time_of_day: str, after: str, expected: list[str]
):
    daily = rule(frequency="Day", interval=1, timeOfDay=time_of_day, timeZone=zone)
    assert shown(upcoming(daily, at(after), len(expected)), zone) == expected
    minute, hour = time_of_day.split(":")[::-1]
    cron = rule(cron=f"{int(minute)} {int(hour)} * * *", zone=zone)
    assert shown(upcoming(cron, at(after), len(expected)), zone) == expected


def test_a_time_that_is_read_twice_is_not_due_again_when_asked_between_the_two():
    daily = rule(frequency="Day", interval=1, timeOfDay="02:30", timeZone=BERLIN)
    cron = rule(cron="30 2 * * *", zone=BERLIN)
    between = at("2026-10-25T01:10")  # 02:10 for the second time
    for one in (daily, cron):
        assert shown(upcoming(one, between, 1), BERLIN) == ["10-26 02:30+0100"]


def test_times_inside_one_jump_are_due_once_together():
    daily = rule(frequency="Day", interval=1, hours=[2, 3], minutes=[0, 20, 40], timeZone=BERLIN)
    expected = ["03-29 03:00+0200", "03-29 03:20+0200", "03-29 03:40+0200", "03-30 02:00+0200"]
    assert shown(upcoming(daily, at("2026-03-28T12:00"), 4), BERLIN) == expected
    cron = rule(cron="*/20 2,3 * * *", zone=BERLIN)
    assert shown(upcoming(cron, at("2026-03-28T12:00"), 4), BERLIN) == expected


@pytest.mark.parametrize(
    ("line", "zone", "after", "expected"),
    [
        # every hour is every real hour, also when the clock reads one twice
        ("0 * * * *", BERLIN, "2026-10-24T23:30",
         ["10-25 02:00+0200", "10-25 02:00+0100", "10-25 03:00+0100"]),
        ("0 0-23 * * *", BERLIN, "2026-10-24T23:30",
         ["10-25 02:00+0200", "10-25 02:00+0100", "10-25 03:00+0100"]),
        ("*/30 * * * *", BERLIN, "2026-03-29T00:20",
         ["03-29 01:30+0100", "03-29 03:00+0200", "03-29 03:30+0200"]),
        ("15 * * * *", LORD_HOWE, "2026-04-04T13:00",
         ["04-05 00:15+1100", "04-05 01:15+1100", "04-05 02:15+1030"]),
        # named hours are those of the wall clock
        ("0 */2 * * *", BERLIN, "2026-03-28T22:30",
         ["03-29 00:00+0100", "03-29 03:00+0200", "03-29 04:00+0200"]),
        ("*/30 2 * * *", BERLIN, "2026-10-24T12:00",
         ["10-25 02:00+0200", "10-25 02:30+0200", "10-26 02:00+0100"]),
        ("30 6 * * mon-fri", NEW_YORK, "2026-03-06T12:00",
         ["03-09 06:30-0400", "03-10 06:30-0400"]),
        ("0 9 L * *", KOLKATA, "2026-02-01T00:00", ["02-28 09:00+0530", "03-31 09:00+0530"]),
        ("@daily", NEW_YORK, "2026-11-01T00:00", ["11-01 00:00-0400", "11-02 00:00-0500"]),
    ],
)  # fmt: skip
def test_cron(line: str, zone: str, after: str, expected: list[str]):
    cron = rule(cron=line, zone=zone)
    assert shown(upcoming(cron, at(after), len(expected)), zone) == expected


@pytest.mark.parametrize(
    ("recurrence", "after", "expected"),
    [
        # real time from the anchor: 15 minutes, 6 hours
        (every(frequency="Minute", interval=15), "2026-01-05T10:37",
         ["01-05 10:52+0000", "01-05 11:07+0000"]),
        (every(frequency="Minute", interval=15, startTime="2026-01-05T12:00:00"),
         "2026-01-05T10:37", ["01-05 12:00+0000", "01-05 12:15+0000"]),
        (every(frequency="Hour", interval=6, startTime="2020-01-01T03:00:00"), "2026-01-05T10:37",
         ["01-05 15:00+0000", "01-05 21:00+0000"]),
        # days: nothing said is the time of creation; start in the past is the next one
        (every(frequency="Day", interval=1), "2026-01-05T10:38",
         ["01-06 10:37+0000", "01-07 10:37+0000"]),
        (every(frequency="Day", interval=3, startTime="2026-01-01T08:00:00"), "2026-01-05T10:37",
         ["01-07 08:00+0000", "01-10 08:00+0000"]),
        (every(frequency="Day", interval=2, hours=[6, 18], minutes=[30]), "2026-01-05T10:38",
         ["01-05 18:30+0000", "01-07 06:30+0000", "01-07 18:30+0000"]),
        (every(frequency="Day", interval=1, hours=[12], startTime="2026-01-06T09:20:00"),
         "2026-01-05T10:37", ["01-06 12:20+0000", "01-07 12:20+0000"]),
        (every(frequency="Day", interval=1, hours=[12]), "2026-01-05T10:37",
         ["01-05 12:00+0000", "01-06 12:00+0000"]),
        # a start that is itself due counts, as it is what was asked for
        (every(frequency="Day", interval=1, timeOfDay="08:00", startTime="2026-02-01T08:00:00"),
         "2026-01-05T10:37", ["02-01 08:00+0000", "02-02 08:00+0000"]),
        # weeks: Monday the 5th holds the anchor and counts as the first
        (every(frequency="Week", interval=1, weekDays=["Friday", "Monday"], timeOfDay="09:00"),
         "2026-01-05T10:37", ["01-09 09:00+0000", "01-12 09:00+0000"]),
        (every(frequency="Week", interval=2, weekDays=["Monday"], timeOfDay="12:00"),
         "2026-01-05T10:37", ["01-05 12:00+0000", "01-19 12:00+0000"]),
        (every(frequency="Week", interval=2, startTime="2026-01-07T06:00:00"), "2026-01-05T10:37",
         ["01-07 06:00+0000", "01-21 06:00+0000"]),
        # months: the day of the anchor, or the last one of a shorter month, never drifting
        (every(frequency="Month", interval=1, startTime="2026-01-31T07:00:00"), "2026-01-31T07:00",
         ["02-28 07:00+0000", "03-31 07:00+0000", "04-30 07:00+0000"]),
        (every(frequency="Month", interval=3, startTime="2025-11-15T07:00:00", timeOfDay="23:00"),
         "2026-01-05T10:37", ["02-15 23:00+0000", "05-15 23:00+0000"]),
    ],
)  # fmt: skip
def test_recurrences(recurrence: dict[str, Any], after: str, expected: list[str]):
    made = rule(**recurrence)
    assert shown(upcoming(made, at(after), len(expected)), "UTC") == expected


def test_every_six_hours_is_six_real_hours_over_a_change_of_clocks():
    hours = rule(frequency="Hour", interval=6, startTime="2026-03-28T18:00:00", timeZone=BERLIN)
    expected = ["03-28 18:00+0100", "03-29 00:00+0100", "03-29 07:00+0200"]
    assert shown(upcoming(hours, at("2026-03-28T12:00"), 3), BERLIN) == expected


def test_a_day_that_a_zone_skips_is_due_at_the_jump():
    """Samoa had no 30 December 2011."""
    daily = rule(frequency="Day", interval=1, timeOfDay="12:00", timeZone="Pacific/Apia",
                 startTime="2011-12-01T00:00:00")  # fmt: skip
    assert shown(upcoming(daily, at("2011-12-29T00:00"), 3), "Pacific/Apia") == [
        "12-29 12:00-1000",
        "12-31 00:00+1400",
        "12-31 12:00+1400",
    ]


def test_start_and_end_are_included():
    made = Rule(Cron("0 * * * *", read_zone("UTC")), at("2026-01-01T05:00"), at("2026-01-01T07:00"))
    assert shown(upcoming(made, at("2025-06-01T00:00"), 9), "UTC") == [
        "01-01 05:00+0000",
        "01-01 06:00+0000",
        "01-01 07:00+0000",
    ]
    assert next_due(made, at("2026-01-01T07:00")) is None


def test_a_line_that_is_never_due_ends():
    with pytest.raises(InvalidInput):
        read_cron("0 0 31 2 *")
    assert next_due(rule(cron="0 0 29 2 MON#4"), CREATED) is not None


@pytest.mark.parametrize(
    "line",
    [
        "",
        "* * * *",
        "* * * * * *",
        "61 * * * *",
        "* 24 * * *",
        "a b c d e",
        "*/0 * * * *",
        "@reboot",
    ],
)
def test_cron_lines_that_are_none(line: str):
    with pytest.raises(InvalidInput) as refused:
        read_cron(line)
    assert refused.value.problems[0].field == "cron"


@pytest.mark.parametrize(
    ("recurrence", "field", "words"),
    [
        (every(frequency="Second", interval=1), "frequency", "Minute, Hour"),
        (every(interval=1), "frequency", "Minute, Hour"),
        (every(frequency="Day", interval=0), "interval", "from 1"),
        (every(frequency="Day", interval=True), "interval", "from 1"),
        (every(frequency="Day", interval="2"), "interval", "from 1"),
        (every(frequency="Day", interval=1, timeZone="Mars/Base"), "timeZone", "Mars/Base"),
        (every(frequency="Day", interval=1, timeZone="../../etc/passwd"), "timeZone", "not known"),
        (every(frequency="Day", interval=1, startTime="tomorrow"), "startTime", "looks like"),
        (every(frequency="Day", interval=1, hours=[24]), "hours", "0 to 23"),
        (every(frequency="Day", interval=1, hours="10"), "hours", "list"),
        (every(frequency="Day", interval=1, minutes=[60]), "minutes", "0 to 59"),
        (every(frequency="Day", interval=1, timeOfDay="25:00"), "timeOfDay", "15:30"),
        (every(frequency="Day", interval=1, timeOfDay="10:00", hours=[3]), "timeOfDay", "either"),
        (every(frequency="Hour", interval=1, timeOfDay="10:00"), "timeOfDay", "Day, Week or Month"),
        (every(frequency="Day", interval=1, weekDays=["Monday"]), "weekDays", "frequency Week"),
        (every(frequency="Week", interval=1, weekDays=["Caturday"]), "weekDays", "Monday"),
        (every(frequency="Week", interval=1, weekdays=["Monday"]), "weekdays", "weekDays"),
    ],
)
def test_recurrences_that_are_none(recurrence: dict[str, Any], field: str, words: str):
    with pytest.raises(InvalidInput) as refused:
        read_recurrence(recurrence, created_at=CREATED)
    (problem,) = refused.value.problems
    assert problem.field == f"recurrence.{field}"
    assert words in problem.message


def test_all_problems_are_told_at_once():
    with pytest.raises(InvalidInput) as refused:
        read_recurrence({"frequency": "x", "interval": -1, "hours": [99]}, created_at=CREATED)
    assert len(refused.value.problems) == 3


def test_what_is_stored_reads_the_same_again():
    body = {
        "frequency": "week", "interval": 2, "startTime": "2026-03-01T08:00:00",
        "timeZone": "W. Europe Standard Time", "weekDays": ["friday", "Monday"],
        "hours": [18, 6], "minutes": [30],
    }  # fmt: skip
    read = read_recurrence(body, created_at=CREATED)
    assert read.stored["timeZone"] == "W. Europe Standard Time"
    assert read.stored["weekDays"] == ["Monday", "Friday"] and read.stored["hours"] == [6, 18]
    assert read_recurrence(read.stored, created_at=CREATED) == read


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("eastern standard time", "America/New_York"),
        ("India Standard Time", "Asia/Calcutta"),
        ("Lord Howe Standard Time", "Australia/Lord_Howe"),
        ("Kamchatka Standard Time", "Asia/Kamchatka"),
        ("Mid-Atlantic Standard Time", "Etc/GMT+2"),
        ("UTC-11", "Etc/GMT+11"),
        ("UTC", "UTC"),
        ("", "UTC"),
        ("Europe/Berlin", "Europe/Berlin"),
    ],
)
def test_zone_names(name: str, zone: str):
    assert read_zone(name).key in (zone, "Etc/UTC")
    assert BERLIN in zone_names()


def test_the_last_of_many_missed_times_is_found_without_walking_through_them():
    minutely = rule(cron="* * * * *")
    late = CREATED + timedelta(days=400)
    assert latest_due(minutely, CREATED, late, 1) == [late.replace(second=0)]
    assert len(latest_due(minutely, CREATED, late, 100)) == 100
    yearly = rule(cron="0 0 1 1 *")
    assert shown(latest_due(yearly, CREATED, late, 5), "UTC") == ["01-01 00:00+0000"]
    assert latest_due(minutely, CREATED, CREATED + timedelta(seconds=5), 9) == []


def test_polling_goes_on_from_the_creation():
    polls = polling_rule(minutes=5, created_at=CREATED, ends_at=None)
    assert shown(upcoming(polls, CREATED, 2), "UTC") == ["01-05 10:42+0000", "01-05 10:47+0000"]


ZONES = st.sampled_from([BERLIN, NEW_YORK, KOLKATA, LORD_HOWE, "America/St_Johns", "Africa/Cairo",
                         "Pacific/Apia", "America/Sao_Paulo", "Asia/Tehran", "UTC"])  # fmt: skip
MOMENTS = st.datetimes(datetime(2009, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
RECURRENCES = st.one_of(
    st.fixed_dictionaries(
        {"frequency": st.sampled_from(["Minute", "Hour"]), "interval": st.integers(1, 300)}
    ),
    st.fixed_dictionaries(
        {"frequency": st.sampled_from(["Day", "Month"]), "interval": st.integers(1, 40)},
        optional={
            "hours": st.lists(st.integers(0, 23), max_size=4),
            "minutes": st.lists(st.integers(0, 59), max_size=4),
        },
    ),
    st.fixed_dictionaries(
        {"frequency": st.just("Week"), "interval": st.integers(1, 9)},
        optional={
            "weekDays": st.lists(st.sampled_from(["Monday", "Sunday", "Wednesday"]), max_size=3),
            "timeOfDay": st.sampled_from(["00:00", "02:30", "01:45", "23:59"]),
        },
    ),
)
CRONS = st.sampled_from(
    ["* * * * *", "*/7 * * * *", "30 2 * * *", "*/10 1-3 * * *", "0 */5 * * *", "0 0 * * SUN",
     "59 23 L * *", "15 1 1,15 * *", "0 0,1,2,3 * * 1-5"]
)  # fmt: skip
RULES = st.one_of(
    st.builds(lambda r, z, c: rule(created=c, timeZone=z, **r), RECURRENCES, ZONES, MOMENTS),
    st.builds(lambda line, z: rule(cron=line, zone=z), CRONS, ZONES),
)


@settings(max_examples=300, deadline=None)
@given(made=RULES, after=MOMENTS)
def test_one_after_the_other_gives_what_one_look_gives(made: Rule, after: datetime):
    """Monotone, none twice, none lost: asking for the next of each walks the same list."""
    listed = upcoming(made, after, 12)
    assert listed == sorted(set(listed))
    assert all(moment > after for moment in listed)
    walked, moment = [], after
    while len(walked) < len(listed) and (moment := next_due(made, moment)):  # type: ignore[assignment]
        walked.append(moment)
    assert walked == listed
    if listed:
        assert latest_due(made, after, listed[-1], 100) == listed


@settings(max_examples=200, deadline=None)
@given(made=RULES, after=MOMENTS, data=st.data())
def test_a_window_cut_in_two_holds_the_same_times(made: Rule, after: datetime, data: Any):
    """A scheduler that stops anywhere between and goes on later neither doubles nor loses one."""
    listed = upcoming(made, after, 8)
    if not listed:
        return
    end = listed[-1]
    cut = after + timedelta(seconds=data.draw(st.integers(0, int((end - after).total_seconds()))))
    assert latest_due(made, after, cut, 99) + latest_due(made, cut, end, 99) == listed
    assert latest_due(made, after, end, 3) == listed[-3:]


@settings(max_examples=300, deadline=None)
@given(
    zone=ZONES,
    local=st.datetimes(datetime(2009, 1, 1), datetime(2030, 1, 1)),
    ahead=st.integers(0, 90_000),
)
def test_wall_clock_times_keep_their_order(zone: str, local: datetime, ahead: int):
    info = ZoneInfo(zone)
    first, second = to_utc(local, info), to_utc(local + timedelta(seconds=ahead), info)
    assert first <= second
    read = first.astimezone(info).replace(tzinfo=None)
    assert read == local or read > local  # later only where the clock jumped over it


# From 2012: Apia has no 30 December 2011 at all, whose times fall on the day after.
@settings(max_examples=200, deadline=None)
@given(zone=ZONES, day=st.dates(datetime(2012, 1, 2).date(), datetime(2029, 12, 30).date()),
       hour=st.integers(0, 23), minute=st.integers(0, 59))  # fmt: skip
def test_every_day_has_its_time_once(zone: str, day: Any, hour: int, minute: int):
    """Over three days around any date, a daily time is due three times: no more and no fewer."""
    daily = rule(created=at("2008-01-01T00:00"), frequency="Day", interval=1, timeZone=zone,
                 timeOfDay=f"{hour:02}:{minute:02}")  # fmt: skip
    info = ZoneInfo(zone)
    midnight = datetime.combine(day, datetime.min.time())
    start = to_utc(midnight, info) - timedelta(microseconds=1)
    end = to_utc(midnight + timedelta(days=3), info) - timedelta(microseconds=1)
    due = latest_due(daily, start, end, 99)
    wanted = {
        to_utc(midnight + timedelta(days=n, hours=hour, minutes=minute), info) for n in range(3)
    }
    assert set(due) == {moment for moment in wanted if start < moment <= end}
    assert len(due) >= 2
