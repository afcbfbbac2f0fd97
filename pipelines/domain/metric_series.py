"""Logged metrics as pages show them: a line for numbers, a table for rows, an image's file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

CHART_WIDTH, CHART_HEIGHT = 120, 28
CHART_POINTS = 240  # more than this are thinned out: the picture is 120 pixels wide
TABLE_ROWS = 200


@dataclass
class MetricSeries:
    """All values logged under one name by one step, oldest first."""

    name: str
    kind: str
    values: list[Any] = field(default_factory=list)

    @property
    def last(self) -> Any:
        return self.values[-1]

    @property
    def numbers(self) -> list[float]:
        """The values in a row when all of them are numbers, lists laid end to end; else none."""
        flat: list[float] = []
        for value in self.values:
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, bool) or not isinstance(one, int | float):
                    return []
                flat.append(float(one))
        return flat

    @property
    def chart(self) -> str:
        """Points of an SVG polyline, or nothing when there is no course to show."""
        return polyline(self.numbers)

    @property
    def table(self) -> tuple[list[str], list[list[Any]]] | None:
        """Column names and rows, for rows and tables."""
        if not all(isinstance(value, dict) for value in self.values) or self.artifact:
            return None
        columns = list(dict.fromkeys(name for value in self.values for name in value))
        rows: list[list[Any]] = []
        for value in self.values:
            height = max((len(v) for v in value.values() if isinstance(v, list)), default=1)
            for index in range(height):
                rows.append([_cell(value.get(name, ""), index) for name in columns])
        return columns, rows[:TABLE_ROWS]

    @property
    def artifact(self) -> str:
        """The file of an image."""
        value = self.last
        path = value.get("artifact") if isinstance(value, dict) else None
        return path if isinstance(path, str) else ""


def _cell(value: Any, index: int) -> Any:
    if not isinstance(value, list):
        return value if index == 0 else ""
    return value[index] if index < len(value) else ""


def polyline(numbers: Sequence[float]) -> str:
    """Finite numbers as `x,y` pairs inside the chart's box, first at the left, greatest on top."""
    known = [n for n in numbers if math.isfinite(n)]
    if len(known) < 2:
        return ""
    stride = max(1, math.ceil(len(known) / CHART_POINTS))
    thin = known[::stride] if stride == 1 else [*known[::stride], known[-1]]
    low, high = min(thin), max(thin)
    across = (CHART_WIDTH - 4) / (len(thin) - 1)
    up = (CHART_HEIGHT - 4) / (high - low) if high > low else 0.0
    middle = 0.0 if up else CHART_HEIGHT / 2 - 2
    return " ".join(
        f"{2 + index * across:.1f},{CHART_HEIGHT - 2 - middle - (number - low) * up:.1f}"
        for index, number in enumerate(thin)
    )


def gather(rows: Sequence[tuple[str, str, Any]]) -> list[MetricSeries]:
    """`(name, kind, value)` in the order of logging -> series by name."""
    series: dict[str, MetricSeries] = {}
    for name, kind, value in rows:
        series.setdefault(name, MetricSeries(name, kind)).values.append(value)
    return [series[name] for name in sorted(series)]
