"""A confusion matrix as two heat maps: its counts, and each true class's shares."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipelines.domain.figures import Cell, HeatMap, Tick, number_text, text
from pipelines.domain.logged_shapes import ConfusionMatrix

MOST_DRAWN = 40  # classes
MOST_NUMBERED = 12  # above this the numbers would not fit their cells
ROOM, LARGEST, LABEL = 320.0, 52.0, 16
MARGIN = 8.0
DEEPEST = 0.5  # opacity: the text on a cell stays legible in both themes


def draw_matrix(matrix: ConfusionMatrix, sums: Sequence[float]) -> list[HeatMap]:
    """Both pictures; none when there are too many classes."""
    size = len(matrix.labels)
    if size > MOST_DRAWN:
        return []
    most = max((abs(value) for row in matrix.rows for value in row), default=0.0) or 1.0
    whole = sum(sums)
    right = sum(row[n] for n, row in enumerate(matrix.rows))
    shares = tuple(
        tuple(value / total if total > 0 else 0.0 for value in row)
        for row, total in zip(matrix.rows, sums, strict=True)
    )
    counted = f"Confusion matrix of {size} classes, {number_text(whole)} values"
    diagonal = f", {right / whole:.1%} on the diagonal" if whole > 0 else ""
    return [
        _map("Counts", f"{counted}{diagonal}. Rows: true class. Columns: predicted class.",
             matrix.labels, matrix.rows, most, number_text),
        _map("Share of each true class",
             f"The same confusion matrix, each row divided by its sum{diagonal}.",
             matrix.labels, shares, 1.0, lambda value: f"{value:.0%}"),
    ]  # fmt: skip


def _map(
    title: str,
    summary: str,
    labels: Sequence[str],
    rows: Sequence[Sequence[float]],
    most: float,
    words: Callable[[float], str],
) -> HeatMap:
    size = len(labels)
    side = min(LARGEST, ROOM / size)
    longest = max(len(label[:LABEL]) for label in labels)
    left = 30.0 + longest * 6.0
    top = 34.0 + (longest * 4.2 if size > 1 else 0)
    cells = []
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            x, y = left + j * side, top + i * side
            shown = words(value) if size <= MOST_NUMBERED else ""
            cells.append(
                Cell(
                    text(x), text(y), text(x + side / 2), text(y + side / 2 + 4),
                    f"{min(abs(value) / most, 1.0) * DEEPEST:.3f}", shown,
                    f"true {labels[i]}, predicted {labels[j]}: {words(value)}",
                )
            )  # fmt: skip
    every = max(1, -(-size // 24))  # of many classes every n-th has its name
    names = [(n, cut(label)) for n, label in enumerate(labels) if n % every == 0]
    return HeatMap(
        title, summary,
        text(left + size * side + longest * 3.0 + MARGIN), text(top + size * side + MARGIN),
        text(side - 1), tuple(cells),
        tuple(Tick(text(top + (n + 0.5) * side + 4), name) for n, name in names),
        tuple(Tick(text(left + (n + 0.5) * side), name) for n, name in names),
        text(left - 6), text(top - 6),
    )  # fmt: skip


def cut(label: str) -> str:
    """A name that fits beside its row."""
    return label if len(label) <= LABEL else f"{label[: LABEL - 1]}…"
