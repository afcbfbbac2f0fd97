"""Steps that end badly: each is told by the right sentence, and none hangs."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from pipelines.domain.status import sentence
from pipelines.models import Artifact
from tests.runner.test_attempts import is_alive

BARE = {"outputs": [], "arguments": []}
MODEL = {"name": "model", "datastore": "workspaceblobstore", "is_directory": True}
# An ordinary user who may not write there; root becomes one, as modes mean nothing to it.
FORBIDDEN = """
import os, sys
os.chmod(sys.argv[1], 0o555)
if os.geteuid() == 0:
    os.setuid(65534)
open(os.path.join(sys.argv[1], "model.bin"), "w")
"""


@pytest.mark.parametrize(
    ("script", "said", "exit_code", "last"),
    [
        ("print('bad luck'); raise SystemExit(3)", "ended with exit code 3.", 3, "bad luck"),
        ("raise SystemExit('why')", "ended with exit code 1.", 1, "why"),
        ("1 / 0", "ended with exit code 1.", 1, "ZeroDivisionError: division by zero"),
        ("x = (", "ended with exit code 1.", 1, "SyntaxError: '(' was never closed"),
        ("import os; os.kill(os.getpid(), 11)", "was ended by signal SIGSEGV.", 139, None),
        ("import os; os.kill(os.getpid(), 15)", "was ended by signal SIGTERM.", 143, None),
        ("import os; os.kill(0, 9)", "disappeared without an exit code.", None, None),
        (FORBIDDEN, "ended with exit code 1.", 1, "PermissionError: [Errno 13]"),
    ],
)
def test_each_end_has_its_sentence(
    bench: Any, script: str, said: str, exit_code: int | None, last: str | None
) -> None:
    node = {"outputs": [MODEL], "arguments": [{"output": "model"}]}
    step = bench.finish(bench.submit(script, node=node))
    told = sentence(step.reason, step.reason_data)
    assert (step.status, step.exit_code) == ("Failed", exit_code)
    assert told.endswith(said), told
    assert step.attempts.get().ended_at is not None
    if last is not None:
        assert step.error_lines[-1].startswith(last)


def test_the_last_twenty_lines_where_there_is_no_traceback(bench: Any) -> None:
    script = "[print(f'line {n}') for n in range(100)]; raise SystemExit(3)"
    step = bench.finish(bench.submit(script, node=BARE))
    assert step.error_lines == [f"line {number}" for number in range(80, 100)]


def test_an_output_that_was_removed_is_missing(bench: Any) -> None:
    node = {"outputs": [MODEL], "arguments": [{"output": "model"}]}
    step = bench.finish(bench.submit("import os, sys; os.rmdir(sys.argv[1])", node=node))
    assert sentence(step.reason, step.reason_data) == (
        "The script ended well but did not write its output model."
    )


def test_a_daemon_does_not_hold_the_step(bench: Any) -> None:
    """It left the session and keeps the log and a lock of its own open."""
    from pipelines.runner import strays

    strays.become_subreaper()
    script = """
import os, time
os.makedirs("outputs")
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        open("outputs/pid", "w").write(str(os.getpid()))
        while True:
            print("still here", flush=True)
            time.sleep(0.02)
    os._exit(0)
os.wait()
while not os.path.exists("outputs/pid") or not open("outputs/pid").read():
    time.sleep(0.01)
raise SystemExit(3)
"""
    began = time.monotonic()
    step = bench.finish(bench.submit(script, node=BARE))
    assert time.monotonic() - began < 10
    assert (step.reason, step.exit_code) == ("exit_code", 3)
    kept = Artifact.objects.get(step_run=step, path="outputs/pid")
    pid = int((bench.data / "blobs" / kept.sha256[:2] / kept.sha256).read_text())
    end = time.monotonic() + 2
    while is_alive(pid):
        assert time.monotonic() < end
        time.sleep(0.01)
    size = (bench.folder(step) / "log").stat().st_size
    time.sleep(0.1)
    assert (bench.folder(step) / "log").stat().st_size == size


# -- nothing hangs in Preparing or Finalizing ------------------------------------------------

LARGE = "import sys\nopen(sys.argv[1] + '/big', 'wb').write(b'x' * 3_000_000)"
FILES = {f"part{number}.txt": "x" for number in range(60)}


def stager(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, stage: str, body: str) -> None:
    """Have `sh` run `body` instead of the stager child of that stage."""
    import sys

    program = tmp_path / "stager"
    program.write_text(
        f'#!/bin/sh\ncase "$4" in {stage}) {body} ;; esac\nexec {sys.executable} "$@"\n'
    )
    program.chmod(0o755)
    monkeypatch.setattr("pipelines.runner.attempts.sys.executable", os.fspath(program))


@pytest.mark.parametrize(
    ("stage", "reason", "said"),
    [
        ("prepare", "prepare_failed", "could not be prepared: Copying its files failed 3 times."),
        ("finalize", "finalize_failed", "not be kept: Keeping its outputs failed 3 times."),
    ],
)
def test_a_stager_killed_three_times(
    bench: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    stage: str,
    reason: str,
    said: str,
) -> None:
    stager(monkeypatch, tmp_path, stage, "kill -9 $$")
    step = bench.finish(bench.submit(LARGE, files=FILES))
    assert (step.status, step.reason) == ("Failed", reason)
    assert said in sentence(step.reason, step.reason_data)
    assert (bench.folder(step) / f"{stage}.3").exists()
    assert not (bench.folder(step) / f"{stage}.4").exists()


@pytest.mark.parametrize("stage", ["prepare", "finalize"])
def test_a_stager_that_hangs(
    bench: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, stage: str
) -> None:
    stager(monkeypatch, tmp_path, stage, "sleep 60")
    monkeypatch.setattr("pipelines.runner.attempts.STAGER_LIMIT", 0.5)
    step = bench.finish(bench.submit(LARGE, files=FILES), seconds=10)
    assert step.status == "Failed"
    assert "took more than 0.5 s." in sentence(step.reason, step.reason_data)


def test_one_killed_stager_costs_nothing(
    bench: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    once = tmp_path / "once"
    stager(monkeypatch, tmp_path, "finalize", f"[ -e {once} ] || {{ touch {once}; kill -9 $$; }}")
    step = bench.finish(bench.submit(LARGE, files=FILES))
    assert step.status == "Completed"
    assert step.outputs.get().size == 3_000_000
