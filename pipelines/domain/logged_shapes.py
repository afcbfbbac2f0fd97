"""The JSON that v1 programs give to `log_confusion_matrix`, `log_accuracy_table`, `log_residuals`
and `log_predictions`: `{"schema_type", "schema_version", "data": {…}}`, read into plain rows.

Programs differ in what they leave out, so only what a picture needs is asked for.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any


class ShapeFault(ValueError):
    """The value can't be drawn; the message is a sentence that says what it lacks."""


@dataclass(frozen=True)
class ConfusionMatrix:
    """`rows[true][predicted]`, both in the order of `labels`."""

    labels: tuple[str, ...]
    rows: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Threshold:
    """What one threshold of one class decides; `at` is None where the program did not say."""

    kind: str  # probability or percentile
    at: float | None
    tp: float
    fp: float
    tn: float
    fn: float


@dataclass(frozen=True)
class AccuracyTable:
    """The thresholds of each class, in the order of `labels`."""

    labels: tuple[str, ...]
    classes: tuple[tuple[Threshold, ...], ...]


@dataclass(frozen=True)
class Residuals:
    """A histogram: `counts[i]` values lie between `edges[i]` and `edges[i + 1]`."""

    edges: tuple[float, ...]
    counts: tuple[float, ...]


@dataclass(frozen=True)
class Predictions:
    """Per bin of the true value: mean and standard deviation of the predicted one, and how many.

    A bin without values has the mean None.
    """

    edges: tuple[float, ...]
    counts: tuple[float, ...]
    averages: tuple[float | None, ...]
    errors: tuple[float | None, ...]


def read_confusion_matrix(value: Any) -> ConfusionMatrix:
    """`data`: class_labels, matrix. Raises ShapeFault."""
    data = _data(value, "confusion_matrix")
    matrix = data.get("matrix")
    if not isinstance(matrix, list) or not matrix or not all(isinstance(r, list) for r in matrix):
        raise ShapeFault("data.matrix must be a list of rows of numbers.")
    size = len(matrix)
    rows = tuple(_numbers(row, f"Row {n + 1} of data.matrix") for n, row in enumerate(matrix))
    wrong = next((row for row in rows if len(row) != size), None)
    if wrong is not None:
        raise ShapeFault(
            f"data.matrix must be square: of its {size} rows one has {len(wrong)} numbers."
        )
    return ConfusionMatrix(_labels(data, size, "data.matrix is {0} × {0}"), rows)


def read_accuracy_table(value: Any) -> AccuracyTable:
    """`data`: class_labels, probability_tables, percentile_tables (class, threshold, [TP, FP, TN,
    FN]) and the thresholds of both; one kind is enough. Raises ShapeFault.
    """
    data = _data(value, "accuracy_table")
    tables: dict[str, list[Any]] = {}
    for kind in ("probability", "percentile"):
        table = data.get(f"{kind}_tables")
        if table is None or table == []:
            continue
        if not isinstance(table, list):
            raise ShapeFault(f"data.{kind}_tables must be a list with a table for each class.")
        tables[kind] = table
    if not tables:
        raise ShapeFault("data has neither probability_tables nor percentile_tables.")
    sizes = {kind: len(table) for kind, table in tables.items()}
    size = next(iter(sizes.values()))
    if len(set(sizes.values())) > 1:
        raise ShapeFault("probability_tables and percentile_tables have different classes.")
    labels = _labels(data, size, f"data.{next(iter(tables))}_tables has {{}} classes")
    classes = tuple(
        tuple(itertools.chain(*(_thresholds(data, kind, tables[kind][n]) for kind in tables)))
        for n in range(size)
    )
    return AccuracyTable(labels, classes)


def _thresholds(data: dict[str, Any], kind: str, rows: Any) -> list[Threshold]:
    if not isinstance(rows, list):
        raise ShapeFault(f"A class in data.{kind}_tables is no list of thresholds.")
    places = data.get(f"{kind}_thresholds")
    known = isinstance(places, list) and len(places) == len(rows)
    at = _numbers(places, f"data.{kind}_thresholds") if known else (None,) * len(rows)
    found = []
    for place, row in zip(at, rows, strict=True):
        counts = _numbers(row, f"A threshold in data.{kind}_tables")
        if len(counts) != 4 or min(counts) < 0:
            raise ShapeFault(
                f"A threshold in data.{kind}_tables is not the four counts TP, FP, TN, FN."
            )
        found.append(Threshold(kind, place, *counts))
    return found


def read_residuals(value: Any) -> Residuals:
    """`data`: bin_edges, bin_counts. Raises ShapeFault."""
    edges, counts = _bins(_data(value, "residuals"))
    return Residuals(edges, counts)


def read_predictions(value: Any) -> Predictions:
    """`data`: bin_edges, bin_counts, bin_averages, bin_errors. Raises ShapeFault."""
    data = _data(value, "predictions")
    edges, counts = _bins(data)
    gaps = []
    for name in ("bin_averages", "bin_errors"):
        raw = data.get(name)
        if raw is None and name == "bin_errors":
            raw = [None] * len(counts)
        if not isinstance(raw, list) or len(raw) != len(counts):
            raise ShapeFault(f"data.{name} must have a number for each of {len(counts)} bins.")
        gaps.append(tuple(None if _is_gap(one) else _number(one, f"data.{name}") for one in raw))
    return Predictions(edges, counts, gaps[0], gaps[1])


def _data(value: Any, schema: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ShapeFault("It is not a JSON object.")
    kind = value.get("schema_type")
    if kind is not None and kind != schema:
        raise ShapeFault(f"Its schema_type is {kind!r}, not {schema!r}.")
    data = value.get("data")
    if not isinstance(data, dict):
        raise ShapeFault("It has no object 'data'.")
    return data


def _bins(data: dict[str, Any]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    edges = _numbers(data.get("bin_edges"), "data.bin_edges")
    counts = _numbers(data.get("bin_counts"), "data.bin_counts")
    if not counts or len(edges) != len(counts) + 1:
        raise ShapeFault(
            f"data.bin_counts has {len(counts)} numbers and data.bin_edges has {len(edges)}: "
            "there must be one edge more than bins."
        )
    if any(a >= b for a, b in itertools.pairwise(edges)):
        raise ShapeFault("data.bin_edges must rise.")
    if min(counts) < 0:
        raise ShapeFault("data.bin_counts has a number below zero.")
    return edges, counts


def _labels(data: dict[str, Any], size: int, what: str) -> tuple[str, ...]:
    labels = data.get("class_labels")
    if labels is None:
        return tuple(str(number) for number in range(size))
    if not isinstance(labels, list) or len(labels) != size:
        count = len(labels) if isinstance(labels, list) else "no list of"
        raise ShapeFault(f"{what.format(size)}, but data.class_labels has {count} names.")
    return tuple("none" if label is None else str(label) for label in labels)


def _numbers(values: Any, what: str) -> tuple[float, ...]:
    if not isinstance(values, list | tuple):
        raise ShapeFault(f"{what} must be a list of numbers.")
    return tuple(_number(value, what) for value in values)


def _number(value: Any, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ShapeFault(f"{what} has {str(value)[:40]!r}, which is no number.")
    return float(value)


def _is_gap(value: Any) -> bool:
    """Missing numbers as programs write them: null, or NaN, which is stored as a text."""
    return value is None or value == "NaN"
