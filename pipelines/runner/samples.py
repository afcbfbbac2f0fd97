"""What running steps use, once a second: processor, memory, processes, and a GPU when there is one.

One walk over /proc serves all steps. A step is its wrapper's session and everything below it; who
was once seen in it stays in it. Each sample is one short line at the end of `samples` in the
attempt folder: seconds since the start, percent of one core, megabytes, processes, GPU percent and
GPU megabytes (the last two only where nvidia-smi is).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.domain.resource_samples import FILE, Sample
from pipelines.runner.work import Phase, Work

EVERY = 1.0
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Usage:
    """One process, from /proc/<pid>/stat."""

    pid: int
    parent: int
    session: int
    began: int
    ticks: int  # its own, and those of children it has buried
    resident: int


@dataclass
class Watched:
    """What is remembered about a step between two samples."""

    wrapper: int
    folder: Path
    began: float
    members: dict[int, int] = field(default_factory=dict)  # pid -> when it began
    ticks: int = 0
    at: float = 0.0


def running_scripts(works: Iterable[Work]) -> Iterator[tuple[Path, int, float]]:
    """Folder, wrapper and start of every script that runs."""
    for work in works:
        began = work.attempt.step_run.started_at
        if work.phase is Phase.RUNNING and work.process is not None and began is not None:
            yield work.folder, work.process.pid, began.timestamp()


class Sampler:
    """Takes a sample of every running step when one is due."""

    def __init__(self) -> None:
        self._watched: dict[Path, Watched] = {}
        self._due = 0.0
        self._gpu = GpuReader()

    def look(self, running: Iterable[tuple[Path, int, float]]) -> None:
        """(attempt folder, wrapper's process id, when it started by `time.time()`) of each."""
        now = time.monotonic()
        if now < self._due:
            return
        self._due = now + EVERY
        steps = {folder: (pid, began) for folder, pid, began in running}
        self._watched = {key: one for key, one in self._watched.items() if key in steps}
        if not steps:
            return
        processes = read_processes()
        gpu = self._gpu.read()
        for folder, (pid, began) in steps.items():
            watched = self._watched.get(folder)
            first = watched is None
            if watched is None:
                watched = self._watched[folder] = Watched(pid, folder, began)
            sample = _measure(watched, processes, gpu, now)
            if not first:  # the first look only tells where the counters stand
                _append(folder, sample)


def _measure(
    watched: Watched,
    processes: dict[int, Usage],
    gpu: dict[int, tuple[float, float]],
    now: float,
) -> Sample:
    members = find_members(watched, processes)
    ticks = sum(one.ticks for one in members)
    share = max(0, ticks - watched.ticks) / TICKS / max(0.001, now - watched.at) * 100
    watched.members = {one.pid: one.began for one in members}
    watched.ticks, watched.at = ticks, now
    on_gpu = [gpu[one.pid] for one in members if one.pid in gpu]
    return Sample(
        seconds=max(0.0, time.time() - watched.began),
        cpu=share,
        memory_mb=sum(one.resident for one in members) / MEGABYTE,
        # The wrapper is ours, not the script's.
        processes=len(members) - (watched.wrapper in watched.members),
        gpu=sum(percent for percent, _ in on_gpu) if on_gpu else None,
        gpu_memory_mb=sum(memory for _, memory in on_gpu) if on_gpu else None,
    )


def find_members(watched: Watched, processes: dict[int, Usage]) -> list[Usage]:
    """The session of the wrapper, who was there before, and everything below them."""
    found = {
        one.pid
        for one in processes.values()
        if watched.wrapper in (one.session, one.pid) or watched.members.get(one.pid) == one.began
    }
    # Parents have smaller ids except after they wrap around: until nothing is added.
    while more := {
        one.pid for one in processes.values() if one.parent in found and one.pid not in found
    }:
        found |= more
    return [processes[pid] for pid in found]


def read_processes() -> dict[int, Usage]:
    """Every process of this machine."""
    found: dict[int, Usage] = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            descriptor = os.open(f"/proc/{name}/stat", os.O_RDONLY)
        except OSError:
            continue
        try:
            text = os.read(descriptor, 1024)
        except OSError:  # it ended meanwhile
            continue
        finally:
            os.close(descriptor)
        # The name in parentheses may hold anything; after it come numbers: proc(5).
        fields = text[text.rfind(b")") + 2 :].split()
        if len(fields) < 22 or fields[0] in (b"Z", b"X"):
            continue
        found[int(name)] = Usage(
            pid=int(name),
            parent=int(fields[1]),
            session=int(fields[3]),
            began=int(fields[19]),
            ticks=sum(map(int, fields[11:15])),
            resident=int(fields[21]) * PAGE,
        )
    return found


def _append(folder: Path, sample: Sample) -> None:
    """A full disk costs samples, nothing else."""
    with suppress(OSError):
        descriptor = os.open(
            folder / FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600
        )
        try:
            os.write(descriptor, sample.line)
        finally:
            os.close(descriptor)


class GpuReader:
    """Asks nvidia-smi, where it is, and takes its answer at the next look: it needs a second."""

    def __init__(self) -> None:
        self._program = shutil.which("nvidia-smi")
        self._asked: subprocess.Popen[bytes] | None = None

    def read(self) -> dict[int, tuple[float, float]]:
        """(percent of the GPU, megabytes of it) by process id, as they were asked for last."""
        if self._program is None:
            return {}
        answer: dict[int, tuple[float, float]] = {}
        if self._asked is not None:
            if self._asked.poll() is None:
                return {}
            output, _ = self._asked.communicate()
            answer = parse_gpu(output.decode("utf-8", "replace"))
        try:
            self._asked = subprocess.Popen(
                [self._program, "pmon", "-c", "1", "-s", "um"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError:
            self._program = None
        return answer


def parse_gpu(text: str) -> dict[int, tuple[float, float]]:
    """`nvidia-smi pmon -s um`: columns are named in its first comment line."""
    found: dict[int, tuple[float, float]] = {}
    names: list[str] = []
    for line in text.splitlines():
        if line.startswith("#"):
            names = names or line.lstrip("# ").split()
            continue
        row = dict(zip(names, line.split(), strict=False))
        if not row.get("pid", "-").isdigit():
            continue
        before = found.get(int(row["pid"]), (0.0, 0.0))
        found[int(row["pid"])] = (
            before[0] + _number(row.get("sm", "-")),
            before[1] + _number(row.get("fb", "-")),
        )
    return found


def _number(text: str) -> float:
    return float(text) if text.replace(".", "", 1).isdigit() else 0.0
