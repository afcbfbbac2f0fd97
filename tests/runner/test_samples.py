"""What steps used: the whole tree of processes, once a second, cheaply, thinned after a day."""

from __future__ import annotations

import itertools
import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from pipelines.domain.resource_samples import (
    Sample,
    for_display,
    last_sample,
    parse_sample,
    read_samples,
    thin,
)
from pipelines.runner.samples import GpuReader, Sampler, parse_gpu, read_processes

BARE = {"outputs": [], "arguments": []}
# 100 MB in the script, 50 MB and a busy core in a grandchild of another session.
TREE = """
import os, time
kept = bytearray(b"x") * 100_000_000
if os.fork() == 0:
    if os.fork() == 0:
        time.sleep(0.6)
        os.setsid()
        more = bytearray(b"y") * 50_000_000
        end = time.monotonic() + 3.6
        while time.monotonic() < end:
            pass
        os._exit(0)
    time.sleep(2.2)
    os._exit(0)
time.sleep(4.2)
"""


def test_the_whole_tree_is_measured(bench: Any, api: Any) -> None:
    run = bench.submit(TREE, node=BARE)
    seen: dict[str, Any] = {}

    def ended() -> bool:
        run.refresh_from_db()
        if "resources" not in seen and (told := shape(api, run)["resources"]):
            seen["resources"] = told
        return run.status == "Completed"

    bench.drive(ended)
    step = run.steps.get()
    items = api.get(f"/api/v1/workspaces/lab/steps/{step.uid}/resources").json()["items"]
    assert 2 <= len(items) <= 5
    times = [one["t"] for one in items]
    assert all(later - before > 0.8 for before, later in itertools.pairwise(times))
    assert 150 < max(one["memory_mb"] for one in items) < 450  # a fork's pages count in each
    assert items[-1]["cpu"] > 5, "a grandchild whose parent and session are others"
    assert max(one["processes"] for one in items) == 3
    assert {one["gpu"] for one in items} == {None}
    assert set(seen["resources"]) == {"cpu_percent", "memory_mb", "gpu_percent"}
    assert shape(api, run)["resources"] is None, "only while it runs"


def shape(api: Any, run: Any) -> Any:
    return api.get(f"/api/v1/workspaces/lab/steps/{run.steps.get().uid}").json()


def test_what_a_look_costs(tmp_path: Path) -> None:
    """Less than half a percent of a core for each step, ten of which run."""
    sampler = Sampler()
    running = []
    for number in range(10):
        (tmp_path / str(number)).mkdir()
        running.append((tmp_path / str(number), os.getpid(), time.time()))
    sampler.look(running)
    spent = []
    for _ in range(5):
        sampler._due = 0.0
        before = time.thread_time()
        sampler.look(running)
        spent.append(time.thread_time() - before)
    assert min(spent) / len(running) < 0.005, spent
    assert len(read_samples(tmp_path / "3")) == 5


def test_this_process_is_described_right() -> None:
    me = read_processes()[os.getpid()]
    assert (me.parent, me.session) == (os.getppid(), os.getsid(0))
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    assert abs(me.resident - resident) < 8 << 20


@pytest.mark.parametrize("line", [b"", b"1.0 2.0", b"1.0 2.0 3.0 x", b"1 2 3 4 5"])
def test_a_line_cut_short_is_left_out(tmp_path: Path, line: bytes) -> None:
    good = Sample(1.0, 99.5, 120.0, 3)
    (tmp_path / "samples").write_bytes(good.line + line + b"\n" + good.line)
    assert read_samples(tmp_path) == [good, good]
    assert parse_sample(line) is None
    assert last_sample(tmp_path) == good


def test_a_day_is_shown_in_a_thousand_points() -> None:
    day = [Sample(float(second), 50.0, float(second), 1) for second in range(86_400)]
    shown = for_display(day)
    assert 900 < len(shown) <= 1000
    assert shown[-1].memory_mb == 86_399.0, "the most memory is kept"
    assert [one.cpu for one in thin(day[:120], 60)] == [50.0, 50.0]


def test_samples_are_thinned_after_a_day(bench: Any, settings: Any) -> None:
    from pipelines.services.sample_sweep import thin_old_samples

    step = bench.finish(bench.submit("print(1)", node=BARE))
    folder = bench.folder(step)
    lines = [Sample(float(t), 10.0, 100.0 + t, 2).line for t in range(180)]
    (folder / "samples").write_bytes(b"".join(lines))
    now = timezone.now()
    assert thin_old_samples(now=now) == 0
    assert len(read_samples(folder)) == 180
    assert thin_old_samples(now=now + timedelta(hours=25)) == 1
    assert [one.memory_mb for one in read_samples(folder)] == [159.0, 219.0, 279.0]
    assert not (folder / "samples").exists()
    assert thin_old_samples(now=now + timedelta(hours=50)) == 0


GPU = """#!/bin/sh
echo '# gpu         pid   type     sm    mem    enc    dec     fb   ccpm    command'
echo '# Idx           #    C/G      %      %      %      %     MB     MB    name'
echo '    0  PID     C     37     10      -      -    812      0    python'
echo '    1  PID     C     20      1      -      -    100      0    python'
echo '    0          -     -      -      -      -      -      -      -    -'
"""


def test_a_gpu_is_asked_where_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text(GPU.replace("PID", str(os.getpid())))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    reader = GpuReader()
    assert reader.read() == {}
    end = time.monotonic() + 5
    while not (answer := reader.read()):
        assert time.monotonic() < end
        time.sleep(0.05)
    assert answer == {os.getpid(): (57.0, 912.0)}
    assert reader._asked is not None
    reader._asked.communicate()
    assert parse_gpu("nonsense\n# gpu\n - - \n") == {}
