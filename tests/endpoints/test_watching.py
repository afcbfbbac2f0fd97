"""A watched path: what is new or changed there becomes one run, or one each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from endpoints.models import Schedule, ScheduleTick, WatchState
from endpoints.services import watching
from endpoints.services.publishing import disable_published, enable_published
from endpoints.services.schedule_ticks import RELATED, fire_due, repair_due_times
from endpoints.services.schedules import change_schedule, create_schedule
from endpoints.services.watching import look_at, look_at_due, next_look
from pipelines.models import Run
from tests.support.stores import put, store_folder

NOON = datetime(2031, 3, 3, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def published(publish: Any, graph: Any) -> Any:
    store = {"datastore": "workspaceblobstore", "path": "in"}
    graph["parameters"] += [
        {"name": "data", "type": "datapath", "default": store},
        {"name": "path", "type": "string", "default": ""},
    ]
    return publish(graph=graph)


@pytest.fixture
def make(workspace: Any, actor: Any, published: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A schedule made at noon that looks at `in` every five minutes."""
    monkeypatch.setattr(timezone, "now", lambda: NOON)

    def create(**body: Any) -> Schedule:
        whole = {
            "name": "watch", "published_pipeline": published.uid,
            "datastore": "workspaceblobstore", "path_on_datastore": "in",
            "data_path_parameter_name": "data", **body,
        }  # fmt: skip
        return read(create_schedule(workspace=workspace, actor=actor, body=whole))

    return create


def read(schedule: Schedule) -> Schedule:
    return Schedule.objects.select_related(*RELATED).get(pk=schedule.pk)


def look(minutes: float) -> None:
    look_at_due(now=NOON + minutes * MINUTE)


def poll(minutes: float) -> None:
    """A poll and the second look that settles what it found."""
    look(minutes)
    look(minutes + 0.25)


def runs() -> list[Any]:
    return [run.parameters["data"] for run in Run.objects.order_by("id")]


def test_a_new_file_is_a_run_with_its_path(make: Any, workspace: Any) -> None:
    put(workspace, "in/old.csv", "1")
    schedule = make()
    assert next_look() == NOON + 5 * MINUTE
    poll(5)
    assert runs() == []
    put(workspace, "in/new.csv", "2")
    look(8)
    assert runs() == []  # not before the next poll
    poll(10)
    assert runs() == [{"datastore": "workspaceblobstore", "path": "in/new.csv"}]
    run = Run.objects.get()
    assert run.origin["schedule"]["changed"] == {"count": 1, "paths": ["in/new.csv"]}
    assert run.source == "Schedule" and run.link.schedule == schedule
    poll(15)
    poll(20)
    assert Run.objects.count() == 1
    assert ScheduleTick.objects.get().outcome == "submitted"


def test_a_changed_file_counts_and_a_deleted_one_does_not(make: Any, workspace: Any) -> None:
    file = put(workspace, "in/a.csv", "1")
    make()
    put(workspace, "in/a.csv", "2")
    poll(5)
    assert [one["path"] for one in runs()] == ["in/a.csv"]
    file.unlink()
    poll(10)
    assert Run.objects.count() == 1
    put(workspace, "in/a.csv", "2")  # there again, it is new
    poll(15)
    assert Run.objects.count() == 2


def test_many_changes_of_one_poll_are_one_run_of_the_folder(make: Any, workspace: Any) -> None:
    make()
    for number in range(3):
        put(workspace, f"in/{number}.csv", "x")
    poll(5)
    assert runs() == [{"datastore": "workspaceblobstore", "path": "in"}]
    assert Run.objects.get().origin["schedule"]["changed"] == {
        "count": 3, "paths": ["in/0.csv", "in/1.csv", "in/2.csv"],
    }  # fmt: skip


def test_one_run_for_each_change_where_that_is_wanted(make: Any, workspace: Any) -> None:
    make(one_run_per_change=True)
    for number in range(3):
        put(workspace, f"in/{number}.csv", "x")
    poll(5)
    assert [one["path"] for one in runs()] == ["in/0.csv", "in/1.csv", "in/2.csv"]
    assert ScheduleTick.objects.count() == 3
    poll(10)
    assert Run.objects.count() == 3


def test_killed_between_the_runs_of_one_poll_the_rest_comes_once(
    make: Any, workspace: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(one_run_per_change=True)
    for number in range(4):
        put(workspace, f"in/{number}.csv", "x")
    look(5)
    real, calls = watching.submit_scheduled, []

    def submit(**kwargs: Any) -> Any:
        calls.append(kwargs)
        if len(calls) == 3:
            raise SystemExit  # as good as a kill: nothing of ours catches it
        return real(**kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(watching, "submit_scheduled", submit)
        with pytest.raises(SystemExit):
            look(5.25)
    assert Run.objects.count() == 2
    look(5.3)
    assert [one["path"] for one in runs()] == [f"in/{number}.csv" for number in range(4)]


def test_more_changes_than_one_poll_submits_wait_for_the_next(
    make: Any, workspace: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "MOST_RUNS", 2)
    make(one_run_per_change=True)
    for number in range(5):
        put(workspace, f"in/{number}.csv", "x")
    poll(5)
    assert Run.objects.count() == 2
    poll(10)
    poll(15)
    assert [one["path"] for one in runs()] == [f"in/{number}.csv" for number in range(5)]


def test_a_file_that_is_still_being_written_waits(make: Any, workspace: Any) -> None:
    make()
    put(workspace, "in/done.csv", "x")
    put(workspace, "in/big.csv", "half")
    look(5)
    put(workspace, "in/big.csv", "half and more")
    look(5.25)
    assert [one["path"] for one in runs()] == ["in/done.csv"]
    look(10)
    put(workspace, "in/big.csv", "half and more and more")
    look(10.25)
    assert Run.objects.count() == 1
    poll(15)
    assert [one["path"] for one in runs()] == ["in/done.csv", "in/big.csv"]


def test_subfolders_only_where_that_is_wanted(make: Any, workspace: Any, actor: Any) -> None:
    schedule = make()
    put(workspace, "in/deep/a.csv", "x")
    put(workspace, "other/a.csv", "x")
    poll(5)
    assert runs() == []
    change_schedule(schedule=read(schedule), actor=actor, changes={"include_subfolders": True})
    poll(10)
    assert runs() == []  # what lay there as it was changed is known
    put(workspace, "in/deep/b.csv", "x")
    poll(15)
    assert [one["path"] for one in runs()] == ["in/deep/b.csv"]


def test_one_file_or_a_whole_store_can_be_watched(make: Any, workspace: Any) -> None:
    make(path_on_datastore="in/only.csv", name="file")
    make(path_on_datastore="", data_path_parameter_name="path", name="root")
    put(workspace, "in/only.csv", "x")
    put(workspace, "in/other.csv", "x")
    put(workspace, "root.csv", "x")
    poll(5)
    found = {run.link.schedule.name: run.parameters for run in Run.objects.all()}
    assert found["file"]["data"]["path"] == "in/only.csv"
    assert found["root"]["path"] == "root.csv"
    assert len(found) == 2


def test_unfinished_uploads_of_the_studio_are_not_seen(make: Any, workspace: Any) -> None:
    make(path_on_datastore="", include_subfolders=True)
    put(workspace, ".forebay/incoming/half", "x")
    poll(5)
    assert runs() == []


def test_a_folder_that_is_not_there_yet_is_empty(make: Any, workspace: Any) -> None:
    make(path_on_datastore="later")
    poll(5)
    put(workspace, "later/a.csv", "x")
    poll(10)
    assert [one["path"] for one in runs()] == ["later/a.csv"]


def test_a_refused_submit_keeps_its_changes_and_is_told_once(
    make: Any, workspace: Any, actor: Any, published: Any
) -> None:
    make()
    put(workspace, "in/a.csv", "x")
    disable_published(published=published, actor=actor)
    for minutes in (5, 10, 15):
        poll(minutes)
    tick = ScheduleTick.objects.get()
    assert (tick.outcome, tick.repeats) == ("failed", 2)
    assert "disabled" in tick.sentence
    enable_published(published=published, actor=actor)
    put(workspace, "in/b.csv", "x")
    poll(20)
    assert Run.objects.get().origin["schedule"]["changed"]["paths"] == ["in/a.csv", "in/b.csv"]


def test_a_folder_that_can_not_be_read_is_told_and_tried_again(
    make: Any, workspace: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make()

    def refuse(schedule: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(watching, "list_watched", refuse)
        poll(5)
    assert ScheduleTick.objects.get().sentence == "Permission denied."
    put(workspace, "in/a.csv", "x")
    poll(10)
    assert Run.objects.count() == 1


def test_disabled_it_looks_no_more_and_enabled_it_starts_from_what_lies_there(
    make: Any, workspace: Any, actor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule = make()
    change_schedule(schedule=schedule, actor=actor, changes={"status": "Disabled"})
    put(workspace, "in/a.csv", "x")
    poll(5)
    monkeypatch.setattr(timezone, "now", lambda: NOON + 7 * MINUTE)
    change_schedule(schedule=read(schedule), actor=actor, changes={"status": "Active"})
    poll(10)
    assert runs() == []
    put(workspace, "in/b.csv", "x")
    poll(15)
    assert [one["path"] for one in runs()] == ["in/b.csv"]


def test_two_that_look_at_once_make_one_run(make: Any, workspace: Any) -> None:
    schedule = make()
    put(workspace, "in/a.csv", "x")
    look(5)
    rows = [read(schedule), read(schedule)]
    look_at(rows[0], now=NOON + 5.25 * MINUTE)
    with pytest.raises(watching.AlreadyDone):
        look_at(rows[1], now=NOON + 5.25 * MINUTE)
    assert Run.objects.count() == 1


def test_after_downtime_there_is_one_look(make: Any, workspace: Any) -> None:
    make()
    put(workspace, "in/a.csv", "x")
    poll(600)
    assert Run.objects.count() == 1
    assert next_look() == NOON + 605 * MINUTE


def test_a_clock_that_is_put_back_does_not_stop_the_looks(make: Any, workspace: Any) -> None:
    schedule = make()
    look(600)
    assert repair_due_times(now=NOON + 3 * MINUTE) == 1
    assert read(schedule).next_due_at == NOON + 5 * MINUTE
    put(workspace, "in/a.csv", "x")
    poll(5)
    assert Run.objects.count() == 1


def test_the_clock_of_timed_schedules_leaves_watches_alone(make: Any, workspace: Any) -> None:
    make()
    put(workspace, "in/a.csv", "x")
    assert fire_due(now=NOON + 60 * MINUTE) == 0
    assert Run.objects.count() == 0


def test_one_new_file_among_ten_thousand(make: Any, workspace: Any) -> None:
    folder = store_folder(workspace) / "in"
    folder.mkdir()
    for number in range(10_000):
        (folder / f"{number:05}.csv").touch()
    make()
    (folder / "new.csv").write_text("x")
    poll(5)
    assert [one["path"] for one in runs()] == ["in/new.csv"]
    assert len(WatchState.objects.get().files) == 10_001
