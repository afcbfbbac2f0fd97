"""A runner that starts takes over what an earlier one left."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from pipelines.runner.adopt import adopt_attempts
from pipelines.runner.loop import Runner
from pipelines.services.cancel import cancel_run


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
