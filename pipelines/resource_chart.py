"""CPU and memory of an attempt as points of a small drawing, with the numbers beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.domain.resource_samples import Sample, for_display, read_samples, thin
from pipelines.models import StepRun
from pipelines.selectors import attempt_folder, get_attempt

WIDTH, HEIGHT, MARGIN = 300.0, 80.0, 4.0
TABLE_ROWS = 20


@dataclass(frozen=True)
class Line:
    """One measure: its points in a 300 x 80 drawing, and what a person reads of it."""

    label: str
    look: str
    points: str
    last: str
    most: str


@dataclass(frozen=True)
class ResourceChart:
    """The lines and, for who reads no drawing, some of the samples as a table."""

    attempt: int
    lines: tuple[Line, ...]
    rows: tuple[Sample, ...]
    seconds: float


def points_of(seconds: Sequence[float], values: Sequence[float], top: float) -> str:
    """A polyline's points; the last moment is at the right edge, `top` at the upper one."""
    span = max(seconds[-1], 1e-9)
    height = HEIGHT - 2 * MARGIN
    return " ".join(
        f"{at / span * WIDTH:.1f},{MARGIN + height * (1 - value / max(top, 1e-9)):.1f}"
        for at, value in zip(seconds, values, strict=True)
    )


def memory_text(megabytes: float) -> str:
    """`84 MB`, `1.4 GB`."""
    return f"{megabytes:.0f} MB" if megabytes < 1000 else f"{megabytes / 1000:.1f} GB"


def draw_resources(origin: StepRun) -> ResourceChart | None:
    """The newest attempt of the step that did the work; None before there is anything to draw."""
    attempt = get_attempt(origin, None)
    samples = [] if attempt is None else for_display(read_samples(attempt_folder(attempt)))
    if attempt is None or not samples:
        return None
    at = [one.seconds for one in samples]
    cpu, memory = [one.cpu for one in samples], [one.memory_mb for one in samples]
    lines = (
        Line("CPU", "cpu", points_of(at, cpu, max(100.0, *cpu)), f"{cpu[-1]:.0f} %",
             f"{max(cpu):.0f} %"),
        Line("Memory", "memory", points_of(at, memory, max(memory) * 1.1), memory_text(memory[-1]),
             memory_text(max(memory))),
    )  # fmt: skip
    rows = samples
    if len(samples) > TABLE_ROWS:
        rows = thin(samples, max(at[-1], 0.1) / (TABLE_ROWS - 1))
    return ResourceChart(attempt.number, lines, tuple(rows), at[-1])
