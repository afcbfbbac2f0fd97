"""Attempts that are tried again, and time limits, over real processes."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from pipelines.models import Event, StepRun
from pipelines.services.cancel import cancel_run, cancel_step

BARE = {"outputs": [], "arguments": []}
# Fails until it was started as often as its first argument says; the tally is beside the spool.
UNTIL = """
import os, pathlib, sys
tally = pathlib.Path(os.environ["FOREBAY_SPOOL"]).parents[1] / "tally"
tries = len(tally.read_text()) + 1 if tally.exists() else 1
tally.write_text("x" * tries)
print("try", tries, flush=True)
with open(os.environ["FOREBAY_SPOOL"], "a") as spool:
    spool.write('{"kind": "metric", "target": "self", "name": "loss", "value": %d}\\n' % tries)
sys.exit(3 if tries < int(sys.argv[1]) else 0)
"""
SLEEP = "import time\nprint('begun', flush=True)\ntime.sleep(60)\n"
DEAF = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SLEEP


def node(**fields: Any) -> dict[str, Any]:
    return {**BARE, **fields}


def test_a_step_that_fails_twice_succeeds_at_its_third_attempt(bench: Any) -> None:
    run = bench.submit(UNTIL, node=node(arguments=["3"], retry={"count": 2}))
    step = bench.finish(run)
    assert (run.status, step.status, step.attempt, step.reason) == ("Completed", "Completed", 3, "")
    first, second, third = step.attempts.order_by("number")
    assert [a.outcome for a in (first, second, third)] == ["Failed", "Failed", "Completed"]
    assert (first.reason, first.reason_data, first.exit_code) == ("exit_code", {"exit_code": 3}, 3)
    assert len({a.folder for a in (first, second, third)}) == 3
    assert [(bench.data / a.folder / "log").read_text() for a in (first, second, third)] == [
        "try 1\n",
        "try 2\n",
        "try 3\n",
    ]
    assert [metric.value for metric in step.metrics.all()] == [3]  # those of its last attempt
    told = [
        (e.data["status"], e.data["sentence"])
        for e in Event.objects.filter(run=run, kind="step.status").order_by("id")
        if e.data["status"] == "Queued"
    ]
    again = "Attempt {} failed (The script ended with exit code 3); tried again at once."
    assert told == [("Queued", ""), ("Queued", again.format(1)), ("Queued", again.format(2))]


def test_retries_end_and_only_their_reasons_count(bench: Any) -> None:
    run = bench.submit(UNTIL, node=node(arguments=["9"], retry={"count": 1}))
    step = bench.finish(run)
    assert (step.status, step.reason, step.attempt) == ("Failed", "exit_code", 2)
    other = {"count": 5, "on": ["signal", "timed_out"]}
    step = bench.finish(bench.submit(UNTIL, node=node(arguments=["9"], retry=other)))
    assert (step.status, step.attempt) == ("Failed", 1)


def test_the_default_of_the_run_holds_for_steps_that_name_none(bench: Any) -> None:
    run = bench.submit(UNTIL, "a", retry={"count": 1}, node=node(arguments=["2"]))
    assert bench.finish(run).attempt == 2
    node_says = node(arguments=["2"], retry={"count": 0})
    run = bench.submit(UNTIL, "a", retry={"count": 1}, node=node_says, regenerate_outputs=True)
    assert bench.finish(run).status == "Failed"


def test_a_delayed_retry_waits_and_the_runner_wakes_by_itself(bench: Any) -> None:
    retry = {"count": 1, "delay_seconds": 1}
    run = bench.submit(UNTIL, node=node(arguments=["2"], retry=retry))
    step = StepRun.objects.get(run=run)

    def waits() -> bool:
        step.refresh_from_db()
        return step.not_before is not None

    bench.drive(waits)
    due = step.not_before
    assert step.status == "Queued"
    step.refresh_from_db()
    while timezone.now() < due - timedelta(seconds=0.2):
        bench.runner.turn()
    step.refresh_from_db()
    assert step.status == "Queued"  # not before its time
    end = time.monotonic() + 10
    while run.status != "Completed" and time.monotonic() < end:
        bench.runner.turn()  # never told by a beat from outside
        run.refresh_from_db()
    step.refresh_from_db()
    assert (run.status, step.attempt, step.not_before) == ("Completed", 2, None)
    assert step.started_at >= due


def test_a_step_that_waits_for_its_next_attempt_can_be_canceled(bench: Any, actor: Any) -> None:
    retry = {"count": 1, "delay_seconds": 3600}
    run = bench.submit(UNTIL, "a\nb", node=node(arguments=["9"], retry=retry))
    bench.drive(lambda: StepRun.objects.filter(run=run, not_before__isnull=False).count() == 2)
    cancel_step(step=StepRun.objects.get(run=run, node_id="a"), actor=actor)
    rows = StepRun.objects.filter(run=run).order_by("node_id")
    assert [(s.status, s.not_before is None) for s in rows] == [
        ("Canceled", True),
        ("Queued", False),
    ]
    assert cancel_run(run=run, actor=actor).status == "Canceled"
    assert not StepRun.objects.filter(not_before__isnull=False).exists()


def test_a_script_over_its_limit_is_ended(bench: Any) -> None:
    run = bench.submit(SLEEP, node=node(timeout_seconds=1))
    began = time.monotonic()
    step = bench.finish(run)
    assert (step.status, step.reason, step.reason_data) == ("Failed", "timed_out", {"seconds": 1})
    assert 1 <= time.monotonic() - began < 6
    assert "The time limit of 1 s is over." in bench.log(step)
    assert run.status == "Failed"


def test_one_that_ignores_the_signal_is_killed(bench: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("pipelines.runner.attempts.GRACE", 0.3)
    step = bench.finish(bench.submit(DEAF, node=node(timeout_seconds=1)))
    assert (step.reason, step.exit_code) == ("timed_out", None)  # its wrapper with it


def test_a_timeout_can_be_tried_again(bench: Any) -> None:
    retry = {"count": 1, "on": ["timed_out"]}
    step = bench.finish(bench.submit(SLEEP, node=node(timeout_seconds=1, retry=retry)))
    assert (step.reason, step.attempt) == ("timed_out", 2)


def test_a_run_over_its_limit_ends_as_failed(bench: Any) -> None:
    run = bench.submit(SLEEP, "a b c", timeout_seconds=1, node=node())
    StepRun.objects.filter(run=run, node_id="b").update(status="NotStarted", waits_for=1)
    end = time.monotonic() + 15
    while run.ended_at is None and time.monotonic() < end:
        bench.runner.turn()
        bench.runner.claim()
        run.refresh_from_db()
    assert (run.status, run.reason) == ("Failed", "run_timed_out")
    steps = {s.node_id: (s.status, s.reason) for s in run.steps.all()}
    assert steps["b"] == steps["a"] == steps["c"] == ("Canceled", "run_timed_out")
    assert run.deadline is None
    last = Event.objects.filter(run=run, kind="run.status").order_by("id").last()
    assert last.data["sentence"] == "The run took longer than its limit of 1 s."


@pytest.mark.parametrize("over", [False, True])
def test_a_limit_survives_a_restart_of_the_runner(bench: Any, over: bool) -> None:
    from pipelines.runner.adopt import adopt_attempts
    from pipelines.runner.loop import Runner

    run = bench.submit(SLEEP, node=node(timeout_seconds=2))
    step = StepRun.objects.get(run=run)

    def running() -> bool:
        step.refresh_from_db()
        return step.status == "Running"

    bench.drive(running)
    for work in bench.runner.attempts.works.values():
        bench.children.append(work.process.popen)
        work.process.popen = None
    if over:
        time.sleep(2.2)
    bench.runner.changes.close()
    bench.runner = Runner(data=bench.data, slots=4)
    adopt_attempts(bench.runner.attempts, host=bench.runner.host)
    began = time.monotonic()
    step = bench.finish(run)
    assert (step.status, step.reason) == ("Failed", "timed_out")
    assert time.monotonic() - began < (1.5 if over else 4)
