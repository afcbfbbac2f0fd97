"""Samples of what a step used, as lines of a file: written, read, and thinned."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = "samples"
THINNED = "samples.thin"  # one a minute; replaces FILE a day after the attempt's end
MOST_BYTES = 8 << 20  # of a file that is read: some ten days of samples
MOST_ITEMS = 1000  # of an answer


@dataclass(frozen=True, slots=True)
class Sample:
    """A moment of a step, or the mean of several."""

    seconds: float  # since its start
    cpu: float  # percent of one core, all processes together
    memory_mb: float
    processes: int
    gpu: float | None = None
    gpu_memory_mb: float | None = None

    @property
    def line(self) -> bytes:
        """As it stands in the file."""
        text = f"{self.seconds:.1f} {self.cpu:.1f} {self.memory_mb:.1f} {self.processes}"
        if self.gpu is not None:
            text += f" {self.gpu:.0f} {self.gpu_memory_mb or 0:.0f}"
        return f"{text}\n".encode()

    def as_dict(self) -> dict[str, Any]:
        """As programs and pages see it."""
        return {
            "t": self.seconds,
            "cpu": self.cpu,
            "memory_mb": self.memory_mb,
            "processes": self.processes,
            "gpu": None
            if self.gpu is None
            else {"percent": self.gpu, "memory_mb": self.gpu_memory_mb},
        }


def parse_sample(line: bytes) -> Sample | None:
    """The sample of a line; None for one that was cut short."""
    try:
        numbers = [float(one) for one in line.split()]
    except ValueError:
        return None
    if len(numbers) not in (4, 6):
        return None
    seconds, cpu, memory_mb, processes = numbers[:4]
    gpu, gpu_memory_mb = numbers[4:] or (None, None)
    return Sample(seconds, cpu, memory_mb, int(processes), gpu, gpu_memory_mb)


def read_samples(folder: Path) -> list[Sample]:
    """All samples of an attempt, in order; of a file that is far too long, its end."""
    data = b""
    for name in (FILE, THINNED):
        with suppress(FileNotFoundError):
            data = _end_of(folder / name, MOST_BYTES)
            break
    found = (parse_sample(line) for line in data.split(b"\n")[:-1])
    return [one for one in found if one is not None]


def last_sample(folder: Path) -> Sample | None:
    """The newest sample, from the end of the file alone."""
    with suppress(FileNotFoundError):
        lines = _end_of(folder / FILE, 200).split(b"\n")
        return parse_sample(lines[-2]) if len(lines) > 1 else None
    return None


def thin(samples: Iterable[Sample], every: float) -> list[Sample]:
    """One sample for each `every` seconds: the mean, but the most memory and processes."""
    groups: dict[int, list[Sample]] = {}
    for one in samples:
        groups.setdefault(int(one.seconds // every), []).append(one)
    return [_mean(groups[key]) for key in sorted(groups)]


def for_display(samples: list[Sample]) -> list[Sample]:
    """Not more than fit a chart."""
    if len(samples) <= MOST_ITEMS:
        return samples
    return thin(samples, samples[-1].seconds / (MOST_ITEMS - 1))


def thin_file(folder: Path, *, every: float = 60.0) -> bool:
    """Replace an ended attempt's samples by fewer; False when there are none, or it was done."""
    if not (folder / FILE).exists():
        return False
    new = folder / f"{THINNED}.new"
    new.write_bytes(b"".join(one.line for one in thin(read_samples(folder), every)))
    new.replace(folder / THINNED)
    (folder / FILE).unlink()
    return True


def _mean(group: list[Sample]) -> Sample:
    gpu = [one.gpu for one in group if one.gpu is not None]
    return Sample(
        seconds=group[-1].seconds,
        cpu=round(sum(one.cpu for one in group) / len(group), 1),
        memory_mb=max(one.memory_mb for one in group),
        processes=max(one.processes for one in group),
        gpu=sum(gpu) / len(gpu) if gpu else None,
        gpu_memory_mb=max((one.gpu_memory_mb or 0 for one in group), default=None) if gpu else None,
    )


def _end_of(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - most))
        data = file.read(most)
    return data if size <= most else data[data.find(b"\n") + 1 :]
