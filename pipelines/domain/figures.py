"""Pictures as coordinates: axes, lines, bars, a heat map. Templates make SVG of them.

Coordinates are texts, as an SVG takes them. Colours are numbers of looks; the style sheet has them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 420.0, 250.0
LEFT, RIGHT, TOP, BOTTOM = 54.0, 408.0, 24.0, 208.0
LOOKS = 8  # different lines that can be told apart
BUCKETS = 160  # a line has at most twice as many points
MARKED = 40  # lines with fewer points show each of them
Point = tuple[float, float]


@dataclass(frozen=True)
class Tick:
    """A mark of an axis."""

    at: str
    text: str


@dataclass(frozen=True)
class Line:
    """A course: the parts of it that have no gap, and its single points."""

    look: int
    label: str
    parts: tuple[str, ...]
    dots: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Bar:
    """A rectangle that stands on the axis."""

    x: str
    y: str
    width: str
    height: str
    title: str


@dataclass(frozen=True)
class Whisker:
    """A mean with what it spreads over."""

    x: str
    y: str
    low: str
    high: str
    title: str


@dataclass(frozen=True)
class Figure:
    """A picture with axes. `summary` is what a screen reader reads."""

    title: str
    summary: str
    x_label: str
    y_label: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    lines: tuple[Line, ...] = ()
    bars: tuple[Bar, ...] = ()
    whiskers: tuple[Whisker, ...] = ()
    guide: str = ""  # points of a line to compare with

    @property
    def legend(self) -> tuple[Line, ...]:
        return self.lines if len(self.lines) > 1 else ()


@dataclass(frozen=True)
class Cell:
    """A square of a heat map; `shade` is an opacity."""

    x: str
    y: str
    middle_x: str
    middle_y: str
    shade: str
    text: str
    title: str


@dataclass(frozen=True)
class HeatMap:
    """A square matrix with names at its sides; `side` is a cell's length."""

    title: str
    summary: str
    width: str
    height: str
    side: str
    cells: tuple[Cell, ...]
    rows: tuple[Tick, ...]  # `at` is the middle of the row
    columns: tuple[Tick, ...]
    left: str
    top: str


class Scale:
    """Values from `low` to `high` laid between two coordinates."""

    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        if not high > low:
            pad = abs(low) * 0.1 or 1.0
            low, high = low - pad, high + pad
        self.low, self.high, self.start = low, high, start
        self.factor = (end - start) / (high - low)

    def __call__(self, value: float) -> float:
        return self.start + (value - self.low) * self.factor

    def ticks(self, count: int = 6, *, whole: bool = False) -> tuple[Tick, ...]:
        """Round values inside the scale."""
        rough = (self.high - self.low) / max(count, 1)
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(power * n for n in (1, 2, 5, 10) if power * n >= rough * 0.999)
        if whole:
            step = max(1.0, float(round(step)))
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return tuple(
            Tick(text(self(n * step)), number_text(n * step)) for n in range(first, last + 1)
        )


def text(value: float) -> str:
    """A coordinate."""
    return f"{value:.1f}"


def number_text(value: float) -> str:
    """A number as people read it, of at most four digits that count."""
    size = abs(value)
    if size < 1e-12:
        return "0"
    if size >= 1e6 or size < 1e-3:
        mantissa, _, exponent = f"{value:.3g}".partition("e")
        return f"{mantissa}e{int(exponent)}" if exponent else mantissa
    return f"{value:,.4g}" if size < 1000 else f"{value:,.0f}"


def thin(points: Sequence[Point]) -> list[Point]:
    """Few enough points to draw, with every bucket's least and greatest: no peak is lost."""
    if len(points) <= 2 * BUCKETS:
        return list(points)
    kept = [points[0]]
    size = (len(points) - 2) / (BUCKETS - 1)
    for bucket in range(BUCKETS - 1):
        part = points[1 + round(bucket * size) : 1 + round((bucket + 1) * size)]
        if part:
            ends = {min(part, key=lambda p: p[1]), max(part, key=lambda p: p[1])}
            kept += sorted(ends)
    return [*kept, points[-1]]


def line_of(points: Sequence[Point], x: Scale, y: Scale, look: int, label: str) -> Line:
    """A line of values in order; those that are no finite number leave a gap."""
    parts: list[str] = []
    dots: list[tuple[str, str]] = []
    finite = sum(1 for point in points if math.isfinite(point[1]))
    for known, group in itertools.groupby(points, lambda p: math.isfinite(p[1])):
        if not known:
            continue
        at = [(text(x(px)), text(y(py))) for px, py in thin(list(group))]
        if len(at) > 1:
            parts.append(" ".join(f"{px},{py}" for px, py in at))
        if len(at) == 1 or finite <= MARKED:
            dots += at
    return Line(look, label, tuple(parts), tuple(dots))


def bars_of(
    edges: Sequence[float], counts: Sequence[float], x: Scale, y: Scale, titles: Sequence[str]
) -> tuple[Bar, ...]:
    """A histogram's bars from the lower end of `y`; a bin that has anything is seen."""
    ground = y(y.low)
    bars = []
    for (low, high), count, title in zip(itertools.pairwise(edges), counts, titles, strict=True):
        height = max(ground - y(count), 1.0) if count else 0.0
        width = max(x(high) - x(low) - 1, 0.5)
        bars.append(Bar(text(x(low)), text(ground - height), text(width), text(height), title))
    return tuple(bars)
