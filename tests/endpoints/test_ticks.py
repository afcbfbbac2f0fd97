"""Each due time becomes one run, and what was missed becomes what the schedule says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from endpoints.models import Schedule, ScheduleTick
from endpoints.services import schedule_ticks
from endpoints.services.publishing import disable_published, enable_published
from endpoints.services.schedule_ticks import (
    fire_due,
    fire_schedule,
    next_wake,
    repair_due_times,
)
from endpoints.services.schedules import change_schedule, create_schedule
from pipelines.models import Run
from studio.clock import LOOK_EVERY, Clock
from workspaces.domain.roles import Role
from workspaces.models import Member
from workspaces.services.workspaces import set_member

NOON = datetime(2031, 3, 3, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def make(workspace: Any, actor: Any, publish: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A schedule made at 11:30: hourly at the full hour unless said otherwise."""
    monkeypatch.setattr(timezone, "now", lambda: NOON - HOUR / 2)
    published = publish()

    def create(**body: Any) -> Schedule:
        trigger = {} if {"recurrence", "datastore"} & set(body) else {"cron": "0 * * * *"}
        whole = {"name": "s", "published_pipeline": published.uid, **trigger, **body}
        made = create_schedule(workspace=workspace, actor=actor, body=whole)
        return read(made)

    return create


def read(schedule: Schedule) -> Schedule:
    return Schedule.objects.select_related(*schedule_ticks.RELATED).get(pk=schedule.pk)


def outcomes(schedule: Schedule) -> list[tuple[str, str]]:
    rows = ScheduleTick.objects.filter(schedule=schedule).order_by("due_at")
    return [(f"{row.due_at:%d %H:%M}", row.outcome) for row in rows]


def test_nothing_before_it_is_due_and_one_run_then(make: Any) -> None:
    schedule = make(parameters={"rows": 3}, experiment="nights")
    assert next_wake() == NOON
    fire_due(now=NOON - timedelta(seconds=1))
    assert Run.objects.count() == 0
    for _ in range(3):
        fire_due(now=NOON)
    run = Run.objects.get()
    assert (run.experiment.name, run.source, run.parameters["rows"]) == ("nights", "Schedule", 3)
    assert run.submitted_by.username == "ada"
    assert run.origin["schedule"]["due_at"] == "2031-03-03T12:00:00Z"
    assert run.link.schedule == schedule and run.link.due_at == NOON
    assert outcomes(schedule) == [("03 12:00", "submitted")]
    assert ScheduleTick.objects.get().run == run
    assert next_wake() == NOON + HOUR


def test_two_schedulers_with_the_same_row_make_one_run(make: Any) -> None:
    """Both have read the schedule before either submits; the later one's run is taken back."""
    first, second = make(), None
    second = read(first)
    fire_schedule(first, now=NOON)
    fire_schedule(second, now=NOON)
    assert Run.objects.count() == 1 and ScheduleTick.objects.count() == 1
    assert read(first).next_due_at == NOON + HOUR


def test_a_disabled_schedule_does_not_fire_even_if_it_was_read_before(
    make: Any, actor: Any
) -> None:
    stale = make()
    change_schedule(schedule=read(stale), actor=actor, changes={"status": "Disabled"})
    fire_schedule(stale, now=NOON)
    fire_due(now=NOON + HOUR)
    assert Run.objects.count() == 0 and ScheduleTick.objects.count() == 0


@pytest.mark.parametrize(
    ("policy", "late", "expected", "runs"),
    [
        # five hours away, and back twenty minutes past the last of them
        ("skip", "20:20", [("03 20:00", "skipped")], 0),
        ("run_once", "20:20", [("03 20:00", "submitted")], 1),
        ("catch_up", "14:20",
         [("03 12:00", "submitted"), ("03 13:00", "submitted"), ("03 14:00", "submitted")], 3),
        # back within the grace: the last one is not late
        ("skip", "14:03", [("03 13:00", "skipped"), ("03 14:00", "submitted")], 1),
        ("run_once", "14:03", [("03 14:00", "submitted")], 1),
    ],
)  # fmt: skip
def test_missed_times(
    make: Any, policy: str, late: str, expected: list[tuple[str, str]], runs: int
) -> None:
    schedule = make(missed_policy=policy)
    now = datetime.fromisoformat(f"2031-03-03T{late}:00+00:00")
    fire_due(now=now)
    fire_due(now=now)
    assert outcomes(schedule) == expected
    assert Run.objects.count() == runs
    after = read(schedule).next_due_at
    assert after is not None and now < after <= now + HOUR


def test_a_merged_run_says_for_how_many_it_stands(make: Any) -> None:
    make()
    fire_due(now=NOON + 8 * HOUR)
    tick = ScheduleTick.objects.get()
    assert (tick.missed, tick.sentence) == (
        8, "Stands for 8 earlier times too, missed while the studio did not run.",
    )  # fmt: skip


def test_skipped_times_are_counted(make: Any) -> None:
    make(missed_policy="skip")
    fire_due(now=NOON + 8 * HOUR + HOUR / 2)
    tick = ScheduleTick.objects.get()
    assert tick.missed == 8
    assert tick.sentence.startswith("9 due times were missed while the studio did not run")


def test_catching_up_has_a_limit_and_says_so(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("endpoints.domain.missed.CATCH_UP_LIMIT", 4)
    schedule = make(missed_policy="catch_up")
    fire_due(now=NOON + 9 * HOUR)
    assert outcomes(schedule) == [
        ("03 17:00", "skipped"),
        *[(f"03 {hour}:00", "submitted") for hour in range(18, 22)],
    ]
    skipped = ScheduleTick.objects.get(outcome="skipped")
    assert skipped.sentence.startswith("6 due times were left out: at most")


def test_a_year_of_minutes_away_is_a_moment(make: Any) -> None:
    make(cron="* * * * *")
    fire_due(now=NOON + timedelta(days=400))
    tick = ScheduleTick.objects.get()
    assert "more than 1000 earlier times" in tick.sentence


def test_a_refused_submit_is_a_failed_tick_and_the_next_time_is_tried(
    make: Any, actor: Any
) -> None:
    schedule = make()
    disable_published(published=schedule.published, actor=actor)
    fire_due(now=NOON)
    tick = ScheduleTick.objects.get()
    assert (tick.outcome, tick.run) == ("failed", None)
    assert "is disabled" in tick.sentence
    enable_published(published=schedule.published, actor=actor)
    fire_due(now=NOON + HOUR)
    assert outcomes(schedule) == [("03 12:00", "failed"), ("03 13:00", "submitted")]


@pytest.mark.parametrize("how", ["left", "reader", "inactive"])
def test_it_stops_submitting_for_somebody_who_may_not_any_more(
    make: Any, workspace: Any, owner: Any, django_user_model: Any, how: str
) -> None:
    schedule = make()
    other = django_user_model.objects.create_user("eve")
    set_member(workspace=workspace, user=other, role=Role.OWNER)
    if how == "left":
        Member.objects.filter(user=owner).delete()
    elif how == "reader":
        set_member(workspace=workspace, user=owner, role=Role.READER)
    else:
        owner.is_active = False
        owner.save()
    fire_due(now=NOON)
    tick = ScheduleTick.objects.get()
    assert tick.outcome == "failed" and Run.objects.count() == 0
    assert "runs as ada" in tick.sentence and "somebody who may submit" in tick.sentence
    assert read(schedule).next_due_at == NOON + HOUR


def test_an_error_of_ours_is_told_and_holds_up_no_other(
    make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, fine = make(name="broken"), make(name="fine")
    real = schedule_ticks.submit_scheduled

    def submit(**kwargs: Any) -> Any:
        if kwargs["schedule"].name == "broken":
            raise TypeError("a bug")
        return real(**kwargs)

    monkeypatch.setattr(schedule_ticks, "submit_scheduled", submit)
    fire_due(now=NOON)
    assert outcomes(broken) == [("03 12:00", "failed")]
    assert "a bug" not in ScheduleTick.objects.get(schedule=broken).sentence
    assert outcomes(fine) == [("03 12:00", "submitted")]


def test_one_whose_rule_can_not_be_read_any_more_is_told_once_and_holds_up_nothing(
    make: Any,
) -> None:
    broken, fine = make(name="broken"), make(name="fine")
    Schedule.objects.filter(pk=broken.pk).update(time_zone="Gone/Away")
    for minutes in range(3):
        now = NOON + timedelta(minutes=minutes)
        fire_due(now=now)
        repair_due_times(now=now)
    assert outcomes(broken) == [("03 12:00", "failed")]
    assert "'Gone/Away' is not known" in ScheduleTick.objects.get(schedule=broken).sentence
    assert outcomes(fine) == [("03 12:00", "submitted")]
    assert read(broken).next_due_at is None
    Schedule.objects.filter(pk=broken.pk).update(time_zone="UTC")
    repair_due_times(now=NOON + timedelta(minutes=5))
    assert read(broken).next_due_at == NOON + HOUR


def test_the_clock_waits_before_it_tries_again_what_could_not_be_done(
    make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make()
    now = NOON + timedelta(seconds=3)

    def busy(**kwargs: Any) -> Any:
        raise OperationalError("database is locked")

    monkeypatch.setattr(schedule_ticks, "submit_scheduled", busy)
    assert Clock(now=lambda: now)._look() == LOOK_EVERY
    monkeypatch.undo()
    Clock(now=lambda: now)._look()
    assert ScheduleTick.objects.get().outcome == "submitted"


def test_a_busy_database_leaves_it_due(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    schedule = make()

    def busy(**kwargs: Any) -> Any:
        raise OperationalError("database is locked")

    with monkeypatch.context() as patched:
        patched.setattr(schedule_ticks, "submit_scheduled", busy)
        fire_due(now=NOON)
    assert outcomes(schedule) == [] and read(schedule).next_due_at == NOON
    fire_due(now=NOON + timedelta(seconds=2))
    assert outcomes(schedule) == [("03 12:00", "submitted")]


def test_a_clock_that_ran_ahead_and_came_back_neither_doubles_nor_loses(make: Any) -> None:
    schedule = make()
    fire_due(now=NOON + 3 * HOUR)  # the clock is three hours ahead
    assert outcomes(schedule) == [("03 15:00", "submitted")]
    now = NOON + timedelta(minutes=1)  # and put right
    assert repair_due_times(now=now) == 1
    for hour in range(1, 6):
        fire_due(now=NOON + hour * HOUR)
    assert outcomes(schedule) == [(f"03 {hour}:00", "submitted") for hour in (13, 14, 15, 16, 17)]
    assert Run.objects.count() == 5


def test_a_clock_put_back_a_little_does_not_fire_again(make: Any) -> None:
    schedule = make()
    fire_due(now=NOON)
    early = NOON - timedelta(seconds=30)
    assert repair_due_times(now=early) == 0
    fire_due(now=early)
    fire_due(now=NOON)
    assert outcomes(schedule) == [("03 12:00", "submitted")]


def test_a_due_time_that_has_its_tick_is_passed_by(make: Any) -> None:
    schedule = make()
    fire_due(now=NOON)
    Schedule.objects.update(next_due_at=NOON)  # as a restored copy of the row would say
    fire_due(now=NOON)
    assert Run.objects.count() == 1 and read(schedule).next_due_at == NOON + HOUR


def test_it_ends_when_its_end_has_passed(make: Any) -> None:
    schedule = make(end_at="2031-03-03T13:00:00Z")
    fire_due(now=NOON + 30 * HOUR)
    assert outcomes(schedule) == [("03 13:00", "submitted")]
    assert read(schedule).next_due_at is None and next_wake() is None


def test_a_long_list_of_schedules_costs_a_constant_look_when_none_is_due(
    make: Any, django_assert_num_queries: Any
) -> None:
    for number in range(30):
        make(name=f"s{number}")
    with django_assert_num_queries(1):
        assert next_wake() == NOON
    with django_assert_num_queries(1):
        fire_due(now=NOON - HOUR)
