"""Which pictures a logged name gets: lines for numbers and rows, v1's shapes their own."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

from pipelines.domain.figures import (
    BOTTOM,
    LEFT,
    LOOKS,
    RIGHT,
    TOP,
    Figure,
    Point,
    Scale,
    line_of,
    number_text,
)
from pipelines.domain.logged_shapes import ShapeFault
from pipelines.domain.metric_cards import TABLE_ROWS, DataTable, MetricCard, readable
from pipelines.domain.metric_series import MetricSeries, as_number
from pipelines.domain.shape_figures import DRAWN

COUNTED = "number of the value"
ALONE = 20.0  # columns whose greatest values differ by more than this get a picture each
PLACES = {"x", "step", "epoch", "iteration", "iter", "index", "batch", "round", "fold", "time"}


def draw_card(series: MetricSeries) -> MetricCard | None:
    """A card for a course, rows, an image or one of v1's shapes; None for a lone value."""
    special = DRAWN.get(series.kind)
    if special is not None:
        card = _draw_special(series, special)
    elif series.artifact:
        card = MetricCard(series)
    elif series.is_table:
        card = _draw_rows(series)
    elif len(series.numbers) > 1:
        card = _draw_course(series)
    else:
        return None
    return card


def _draw_special(series: MetricSeries, draw: Callable[[MetricCard, Any], None]) -> MetricCard:
    card = MetricCard(series)
    if len(series.values) > 1:
        card.note = f"The last of {len(series.values)} that were logged."
    try:
        draw(card, series.last)
    except ShapeFault as fault:
        words = series.kind.replace("_", " ")
        card.fault = f"This can't be drawn as {_article(words)}: {_small(str(fault))}"
        card.summary_table = readable(series.last)
    return card


def _article(words: str) -> str:
    if words.endswith("s"):
        return words
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def _small(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]


def _draw_course(series: MetricSeries) -> MetricCard:
    numbers = series.numbers
    card = MetricCard(series, table=DataTable.of(["Number", "Value"], _counted(numbers)))
    points = [(float(n + 1), value) for n, value in enumerate(numbers)]
    figure = draw_lines(series.name, [(series.name, points)], COUNTED, "")
    card.figures += [figure] if figure else []
    if len(numbers) > TABLE_ROWS and card.table is not None:
        # The end of a long course says more than its beginning.
        card.table = DataTable(
            ["Number", "Value"], _counted(numbers)[-TABLE_ROWS:], len(numbers) - TABLE_ROWS
        )
    return card


def _counted(numbers: Sequence[float]) -> list[list[Any]]:
    return [[number + 1, value] for number, value in enumerate(numbers)]


def _draw_rows(series: MetricSeries) -> MetricCard:
    """`log_row` and `log_table`: columns of numbers as lines, over the column that counts."""
    columns, rows = series.whole_table
    card = MetricCard(series, table=DataTable.of(columns, rows))
    numeric = {
        name: values
        for place, name in enumerate(columns)
        if (values := _column([row[place] for row in rows])) is not None
    }
    across = next((n for n in numeric if n.lower() in PLACES and _rises(numeric[n])), None)
    named = across is None and len(numeric) < len(columns)  # rows that have names are no course
    if len(rows) < 2 or not numeric or named:
        card.summary_table, card.table = card.table, None
        return card
    places = numeric.pop(across) if across is not None else [n + 1.0 for n in range(len(rows))]
    lines = [(name, list(zip(places, values, strict=True))) for name, values in numeric.items()]
    for group in _alike(lines):
        title = ", ".join(name for name, _ in group)
        figure = draw_lines(title, group, across or "row", "")
        card.figures += [figure] if figure else []
    if not card.figures:
        card.summary_table, card.table = card.table, None
    return card


def _column(values: Sequence[Any]) -> list[float] | None:
    """A column of numbers with NaN where one is missing; None for anything else."""
    found = [as_number(value) for value in values]
    known = [one for one, value in zip(found, values, strict=True) if value != ""]
    if any(one is None for one in known) or sum(1 for n in known if math.isfinite(n or 0)) < 2:
        return None
    return [math.nan if one is None else one for one in found]


def _rises(values: Sequence[float]) -> bool:
    return all(a < b for a, b in itertools.pairwise(values))


def _alike(lines: list[tuple[str, list[Point]]]) -> list[list[tuple[str, list[Point]]]]:
    """Lines that share a picture: of like size, and no more than can be told apart."""
    groups: list[tuple[float, list[tuple[str, list[Point]]]]] = []
    for line in lines:
        most = max((abs(y) for _, y in line[1] if math.isfinite(y)), default=0.0)
        for size, group in groups:
            low, high = sorted((most, size))
            if len(group) < LOOKS and (high == 0 or (low > 0 and high / low <= ALONE)):
                group.append(line)
                break
        else:
            groups.append((most, [line]))
    return [group for _, group in groups]


def draw_lines(
    title: str, lines: Sequence[tuple[str, Sequence[Point]]], x_label: str, y_label: str
) -> Figure | None:
    """Lines over a common axis; None when fewer than two finite values are there."""
    finite = [p for _, points in lines for p in points if math.isfinite(p[1])]
    if len(finite) < 2:
        return None
    low, high = min(y for _, y in finite), max(y for _, y in finite)
    xs = [x for x, _ in finite]
    pad = (high - low) * 0.05
    x, y = Scale(min(xs), max(xs), LEFT, RIGHT), Scale(low - pad, high + pad, BOTTOM, TOP)
    said = "; ".join(_course(name, points) for name, points in lines)
    whole = x_label in (COUNTED, "row")
    return Figure(
        title, f"Line chart. {said}", x_label, y_label, x.ticks(whole=whole), y.ticks(),
        tuple(line_of(points, x, y, n % LOOKS, name) for n, (name, points) in enumerate(lines)),
    )  # fmt: skip


def _course(name: str, points: Sequence[Point]) -> str:
    known = [y for _, y in points if math.isfinite(y)]
    if not known:
        return f"{name}: no number"
    ends = f"from {number_text(known[0])} to {number_text(known[-1])}"
    most = f"lowest {number_text(min(known))}, highest {number_text(max(known))}"
    return f"{name}: {len(known)} values, {ends}, {most}"
