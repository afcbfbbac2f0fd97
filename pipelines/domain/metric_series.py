"""What was logged under one name: numbers, rows of a table, an image's file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


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
        """The values in a row when all of them are numbers, lists laid end to end; else none.

        NaN and infinities, which are stored as texts, are themselves again.
        """
        flat: list[float] = []
        for value in self.values:
            for one in value if isinstance(value, list) else [value]:
                number = as_number(one)
                if number is None:
                    return []
                flat.append(number)
        return flat

    @property
    def whole_table(self) -> tuple[list[str], list[list[Any]]]:
        """Column names and all rows, for rows and tables."""
        columns = list(dict.fromkeys(name for value in self.values for name in value))
        rows: list[list[Any]] = []
        for value in self.values:
            height = max((len(v) for v in value.values() if isinstance(v, list)), default=1)
            for index in range(height):
                rows.append([_cell(value.get(name, ""), index) for name in columns])
        return columns, rows

    @property
    def is_table(self) -> bool:
        return all(isinstance(value, dict) for value in self.values) and not self.artifact

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


def as_number(value: Any) -> float | None:
    """A logged number; the texts that stand for NaN and infinities are some too."""
    if isinstance(value, str):
        return float(value) if value in ("NaN", "Infinity", "-Infinity") else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)


def gather(rows: Sequence[tuple[str, str, Any]]) -> list[MetricSeries]:
    """`(name, kind, value)` in the order of logging -> series by name."""
    series: dict[str, MetricSeries] = {}
    for name, kind, value in rows:
        series.setdefault(name, MetricSeries(name, kind)).values.append(value)
    return [series[name] for name in sorted(series)]
