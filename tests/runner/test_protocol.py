"""The process folder: locks, fences and exit codes, with real shells."""

from __future__ import annotations

import os
import select
import signal
import time
from pathlib import Path

import pytest

from pipelines.runner import protocol


def start(folder: Path, script: str) -> protocol.Process:
    protocol.make_folder(folder)
    return protocol.start_process(
        folder, ["/bin/sh", "-c", script], log=folder / "log", cwd=folder, env={}
    )


def wait(process: protocol.Process) -> None:
    assert select.select([process.pidfd], [], [], 10)[0]
    protocol.reap(process)


def test_an_exit_code_outlives_everybody(tmp_path: Path) -> None:
    process = start(tmp_path / "one", "echo hello; exit 42")
    wait(process)
    assert protocol.look(tmp_path / "one") == protocol.Found(False, process.pid, 42)
    assert (tmp_path / "one" / "log").read_text() == "hello\n"


def test_the_code_is_written_over_bytes_that_exist(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    protocol.make_folder(folder)
    assert protocol.read_exit_code(folder) is None
    before = (folder / "rc").stat()
    wait(start(folder, "exit 255"))
    after = (folder / "rc").stat()
    assert (before.st_ino, before.st_size) == (after.st_ino, after.st_size)
    assert protocol.read_exit_code(folder) == 255


@pytest.mark.parametrize("text", [b"", b"........", b"1", b"1.......", b"\n", b"x\n"])
def test_half_an_exit_code_is_none(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "rc").write_bytes(text)
    assert protocol.read_exit_code(tmp_path) is None


def test_a_fenced_attempt_never_starts(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    protocol.make_folder(folder)
    assert protocol.take_fence(folder)
    process = start(folder, "touch started")
    assert process.popen is not None
    assert process.popen.wait(10) == protocol.FENCED
    assert not (folder / "started").exists()


def test_a_started_attempt_can_not_be_fenced(tmp_path: Path) -> None:
    process = start(tmp_path / "one", "sleep 30")
    end = time.monotonic() + 5
    while protocol.read_pid(tmp_path / "one") is None:
        assert time.monotonic() < end
    assert not protocol.take_fence(tmp_path / "one")
    assert protocol.look(tmp_path / "one").alive
    while not select.select([process.pidfd], [], [], 0.1)[0]:  # it may not have forked yet
        assert time.monotonic() < end
        protocol.signal_group(process.pid, signal.SIGTERM)
    wait(process)
    assert protocol.read_exit_code(tmp_path / "one") == 128 + signal.SIGTERM


def test_a_second_runner_finds_the_lock_taken(tmp_path: Path) -> None:
    first = protocol.hold_runner_lock(tmp_path / "locks" / "runner.lock")
    assert first is not None
    assert protocol.hold_runner_lock(tmp_path / "locks" / "runner.lock") is None
    os.close(first)
    second = protocol.hold_runner_lock(tmp_path / "locks" / "runner.lock")
    assert second is not None
    os.close(second)
