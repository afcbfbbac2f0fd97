"""A runner that starts takes over what an earlier one left."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from pipelines.domain.status import Reason, Status
from pipelines.runner.adopt import adopt_attempts
from pipelines.runner.loop import Runner
from pipelines.services.cancel import cancel_run
from pipelines.services.steps import Outcome, finish_step


def replace_runner(bench: Any) -> None:
    """Forget the bench's runner as if it had been killed, and let a new one adopt."""
    old = bench.runner
    works = list(old.attempts.works.values())
    bench.children += [work.process.popen for work in works if work.process is not None]
    bench.runner = Runner(data=bench.data, slots=4)
    adopt_attempts(bench.runner.attempts, host=bench.runner.host)
    old.processes.close()
    old.changes.close()


def wait_for_log(bench: Any, run: Any, line: str) -> Any:
    bench.drive(lambda: run.steps.get().status == "Running" and line in bench.log(run.steps.get()))
    return run.steps.get()


SLOW = "import sys, time; print('up', flush=True); time.sleep(0.4); sys.exit(CODE)"


@pytest.mark.parametrize(("code", "status"), [(0, "Completed"), (3, "Failed")])
@pytest.mark.parametrize("pause", [0.0, 0.8], ids=["runs on", "ended meanwhile"])
def test_a_script_survives_its_runner(bench: Any, code: int, status: str, pause: float) -> None:
    node = {"outputs": [], "arguments": []}
    run = bench.submit(SLOW.replace("CODE", str(code)), node=node)
    wait_for_log(bench, run, "up")
    time.sleep(pause)
    replace_runner(bench)
    step = bench.finish(run)
    assert (step.status, step.exit_code, step.attempt) == (status, code, 1)
    assert bench.log(step).count("up") == 1


def test_a_cancel_while_no_runner_lived(bench: Any) -> None:
    run = bench.submit("import time; print('up', flush=True); time.sleep(60)")
    wait_for_log(bench, run, "up")
    cancel_run(run=run, actor=bench.actor)
    replace_runner(bench)
    step = bench.finish(run, seconds=5)
    assert (run.status, step.status) == ("Canceled", "Canceled")


def test_a_wrapper_killed_while_no_runner_lived(bench: Any) -> None:
    script = "import os, time; print('up', os.getpid(), flush=True); time.sleep(60)"
    run = bench.submit(script)
    step = wait_for_log(bench, run, "up")
    pid = int(bench.log(step).split()[1])
    os.kill(step.attempts.get().pid, signal.SIGKILL)
    time.sleep(0.1)
    replace_runner(bench)
    step = bench.finish(run, seconds=5)
    assert (step.status, step.reason) == ("Failed", "lost")
    time.sleep(0.05)
    path = Path(f"/proc/{pid}/stat")
    assert not path.exists() or path.read_text().split(") ")[1].startswith("Z")


def test_an_unreadable_attempt_folder_fails_with_a_sentence(bench: Any) -> None:
    run = bench.submit("import time; print('up', flush=True); time.sleep(0.5)")
    step = wait_for_log(bench, run, "up")
    (bench.folder(step) / "attempt.json").write_text('{"version": 99}')
    replace_runner(bench)
    step = bench.finish(run)
    assert (step.status, step.reason) == ("Failed", "internal")
    assert "version 99" in step.reason_data["detail"]


def test_a_machine_with_a_new_name_adopts_its_steps(bench: Any) -> None:
    run = bench.submit(SLOW.replace("CODE", "0"), node={"outputs": [], "arguments": []})
    step = wait_for_log(bench, run, "up")
    step.attempts.update(host="the-name-before")
    replace_runner(bench)
    step = bench.finish(run)
    assert (step.status, step.attempt) == ("Completed", 1), step.reason_data
    assert bench.log(step).count("up") == 1


@pytest.mark.parametrize("where", ["no folder here", "held elsewhere"])
def test_what_runs_on_another_machine_is_not_started_twice(bench: Any, where: str) -> None:
    run = bench.submit(SLOW.replace("CODE", "0"), node={"outputs": [], "arguments": []})
    step = wait_for_log(bench, run, "up")
    step.attempts.update(host="other")
    folder = bench.folder(step)
    if where == "no folder here":
        folder.rename(folder.with_name("away"))
    else:  # the lock is held, by no process of this machine that we know
        (folder / "pid").write_text(f"{os.getpid()}\n")
    replace_runner(bench)
    step = bench.finish(run)
    assert (step.status, step.reason, step.attempt) == ("Failed", "internal", 1)
    assert step.reason_data["detail"].startswith("It was started on other, and ")


def test_odd_bytes_in_a_reason_are_stored(bench: Any) -> None:
    run = bench.submit("import time; print('up', flush=True); time.sleep(0.3)")
    step = wait_for_log(bench, run, "up")
    attempt = step.attempts.select_related("step_run__run").get()
    detail = {"detail": "a\0b \udce4"}
    lines = ("\0", "\udce4")
    outcome = Outcome(Status.FAILED, Reason.INTERNAL, detail, error_lines=lines)
    assert finish_step(attempt=attempt, outcome=outcome, now=timezone.now())
    step.refresh_from_db()
    assert step.reason_data == {"detail": "a\ufffdb ?"}
    assert step.error_lines == ["\ufffd", "?"]
