"""A studio on a file system that fills up: results are kept, nothing acknowledged is lost."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.submitting_studio import SubmittingStudio, ended

pytestmark = pytest.mark.needs("tmpfs")

# Fills the disk with its own files, in its working folder, its TMPDIR and its log.
GREEDY = """
import os
with open(os.environ["FOREBAY_SPOOL"], "a") as spool:
    spool.write('{"kind": "metric", "name": "loss", "value": 0.5}\\n')
print("before", flush=True)
for place in (".", os.environ["TMPDIR"]):
    try:
        with open(place + "/filler", "wb", buffering=0) as file:
            while True:
                if file.write(b"x" * 65536) < 65536:
                    break
    except OSError as error:
        print(error.strerror, flush=True)
raise SystemExit(3)
"""
# Waits until it is told to end; what fills the disk is not its own.
PATIENT = """
import os, pathlib, sys, time
pathlib.Path(sys.argv[2]).touch()
(pathlib.Path(sys.argv[1]) / "kept.txt").write_text("kept")
while not os.path.exists(sys.argv[3]):
    time.sleep(0.02)
"""


@pytest.fixture
def small(tmp_path: Path) -> Iterator[SubmittingStudio]:
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs", place], check=True)
    try:
        with SubmittingStudio(place) as studio:
            yield studio
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def test_a_step_that_fills_the_disk_is_told_as_it_ended(small: SubmittingStudio) -> None:
    run = small.submit(GREEDY, [], [])
    small.drive(lambda: ended(small, run))
    step = small.get(f"/runs/{run}")["steps"][0]
    assert (step["status"], step["reason"], step["exit_code"]) == ("Failed", "exit_code", 3)
    assert step["attempt"] == 1
    assert "before" in step["error_lines"]
    metrics = small.get(f"/steps/{step['id']}/metrics")["items"]
    assert [(one["name"], one["value"]) for one in metrics] == [("loss", 0.5)]
    again = small.submit("print('room again')", [], [])
    small.drive(lambda: ended(small, again))
    assert small.get(f"/runs/{again}")["status"] == "Completed"


def test_a_result_waits_until_there_is_room(small: SubmittingStudio, tmp_path: Path) -> None:
    up, go = tmp_path / "up", tmp_path / "go"
    port = {"name": "model", "datastore": "workspaceblobstore", "is_directory": True}
    run = small.submit(PATIENT, [{"output": "model"}, str(up), str(go)], [port])
    small.drive(up.exists)
    filler = small.folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 65536) == 65536:
                pass
        except OSError:
            pass
    go.touch()
    time.sleep(3)
    filler.unlink()
    small.drive(lambda: ended(small, run))
    told = small.get(f"/runs/{run}")
    step = told["steps"][0]
    assert (told["status"], step["attempt"], step["exit_code"]) == ("Completed", 1, 0)
    files = small.get(f"/steps/{step['id']}/outputs/model/files")["items"]
    assert [(one["path"], one["size"]) for one in files] == [("kept.txt", 4)]
