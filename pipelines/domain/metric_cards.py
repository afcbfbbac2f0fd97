"""What was logged under one name as a card: its pictures, and the same numbers as a table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pipelines.domain.figures import Figure, HeatMap
from pipelines.domain.metric_series import MetricSeries

TABLE_ROWS = 200


@dataclass
class DataTable:
    """Rows as people read them; `more` of them are left out."""

    columns: list[str]
    rows: list[list[Any]]
    more: int = 0

    @classmethod
    def of(cls, columns: list[str], rows: list[list[Any]]) -> DataTable:
        return cls(columns, rows[:TABLE_ROWS], max(0, len(rows) - TABLE_ROWS))


@dataclass
class MetricCard:
    """One name's pictures and tables; `note` is a sentence, `fault` why nothing could be drawn."""

    series: MetricSeries
    note: str = ""
    fault: str = ""
    heat_maps: list[HeatMap] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)
    summary_table: DataTable | None = None  # shown at once
    table: DataTable | None = None  # shown when it is opened

    @property
    def many(self) -> bool:
        """Whether its pictures need a name each."""
        return len(self.figures) > 1


def readable(value: Any) -> DataTable:
    """Any JSON as names and values, two levels deep."""
    rows: list[list[Any]] = []
    for name, inner in value.items() if isinstance(value, dict) else [("value", value)]:
        if isinstance(inner, dict) and inner:
            rows += [[f"{name}.{key}", one] for key, one in inner.items()]
        else:
            rows.append([name, inner])
    return DataTable.of(["Name", "Value"], rows)
