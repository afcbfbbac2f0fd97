"""v1's confusion matrices, accuracy tables, residuals and predictions as pictures of a card."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

from pipelines.domain.curves import (
    Curve,
    area_below,
    average_precision,
    macro_curve,
    precision_recall_curve,
    roc_curve,
)
from pipelines.domain.figures import (
    BOTTOM,
    LEFT,
    LOOKS,
    RIGHT,
    TOP,
    Figure,
    Scale,
    Whisker,
    bars_of,
    line_of,
    number_text,
    text,
)
from pipelines.domain.heat_maps import draw_matrix
from pipelines.domain.logged_shapes import (
    ShapeFault,
    Threshold,
    read_accuracy_table,
    read_confusion_matrix,
    read_predictions,
    read_residuals,
)
from pipelines.domain.metric_cards import DataTable, MetricCard

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def _draw_confusion_matrix(card: MetricCard, value: Any) -> None:
    matrix = read_confusion_matrix(value)
    sums = [math.fsum(row) for row in matrix.rows]
    whole = math.fsum(sums)
    right = math.fsum(row[n] for n, row in enumerate(matrix.rows))
    if whole > 0:
        card.facts.append(("On the diagonal", f"{right / whole:.1%} of {number_text(whole)}"))
    card.heat_maps = draw_matrix(matrix, sums)
    if not card.heat_maps:
        card.note = f"{len(matrix.rows)} classes are too many for a picture.".strip()
    headers = ["True class", *matrix.labels, "Recall"]
    rows: list[list[Any]] = [
        [label, *row, f"{row[n] / sums[n]:.1%}" if sums[n] > 0 else "–"]
        for n, (label, row) in enumerate(zip(matrix.labels, matrix.rows, strict=True))
    ]
    card.table = DataTable.of(headers, rows)


def _draw_accuracy_table(card: MetricCard, value: Any) -> None:
    table = read_accuracy_table(value)
    rocs = [roc_curve(one) for one in table.classes]
    precisions = [precision_recall_curve(one) for one in table.classes]
    areas = [area_below(one) for one in rocs]
    averages = [average_precision(one) for one in precisions]
    rows: list[list[Any]] = [
        [label, _share(area), _share(average)]
        for label, area, average in zip(table.labels, areas, averages, strict=True)
    ]
    shown = list(zip(table.labels, rocs, strict=True))[: LOOKS - 1]
    if len(table.labels) > 1:
        rows.append(["Macro average", _share(_mean(areas)), _share(_mean(averages))])
        shown.append(("Macro average", macro_curve(rocs)))
        if len(table.labels) >= LOOKS:
            card.note = f"{card.note} The first {LOOKS - 1} classes are drawn.".strip()
    card.summary_table = DataTable.of(["Class", "AUC", "Average precision"], rows)
    named = [(label, curve) for label, curve in shown if curve]
    area = _share(_mean(areas))
    card.figures = [
        *_unit_figure("ROC", named, "False positive rate", "True positive rate",
                      f"ROC curve, area below {area}", guide=True),
        *_unit_figure("Precision and recall",
                      [p for p in zip(table.labels, precisions, strict=True) if p[1]][: LOOKS - 1],
                      "Recall", "Precision",
                      f"Precision over recall, average precision {_share(_mean(averages))}"),
    ]  # fmt: skip
    card.table = DataTable.of(
        ["Class", "Kind", "Threshold", "TP", "FP", "TN", "FN"],
        [
            [label, one.kind, "–" if one.at is None else one.at, *_counts(one)]
            for label, thresholds in zip(table.labels, table.classes, strict=True)
            for one in thresholds
        ],
    )


def _counts(one: Threshold) -> list[float]:
    return [one.tp, one.fp, one.tn, one.fn]


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _unit_figure(
    title: str,
    curves: Sequence[tuple[str, Curve]],
    x_label: str,
    y_label: str,
    summary: str,
    *,
    guide: bool = False,
) -> list[Figure]:
    """Curves between 0 and 1; none when there is nothing to draw."""
    if not curves:
        return []
    x, y = Scale(0, 1, LEFT, RIGHT), Scale(0, 1, BOTTOM, TOP)
    line = f"{text(x(0))},{text(y(0))} {text(x(1))},{text(y(1))}" if guide else ""
    return [
        Figure(
            title, f"{summary}. {len(curves)} lines.", x_label, y_label, x.ticks(), y.ticks(),
            tuple(line_of(curve, x, y, n, name) for n, (name, curve) in enumerate(curves)),
            guide=line,
        )
    ]  # fmt: skip


def _draw_residuals(card: MetricCard, value: Any) -> None:
    found = read_residuals(value)
    edges, counts = found.edges, found.counts
    whole = math.fsum(counts)
    x, y = Scale(edges[0], edges[-1], LEFT, RIGHT), Scale(0, max(counts) or 1, BOTTOM, TOP)
    spans = [f"{number_text(a)} to {number_text(b)}" for a, b in itertools.pairwise(edges)]
    titles = [f"{span}: {number_text(n)}" for span, n in zip(spans, counts, strict=True)]
    summary = f"Histogram of {number_text(whole)} residuals from {number_text(edges[0])} to "
    card.figures = [
        Figure(
            "Residuals", f"{summary}{number_text(edges[-1])}.", "Residual", "Count",
            x.ticks(), y.ticks(), bars=bars_of(edges, counts, x, y, titles),
            guide=f"{text(x(0))},{text(BOTTOM)} {text(x(0))},{text(TOP)}"
            if edges[0] < 0 < edges[-1] else "",
        )
    ]  # fmt: skip
    if whole > 0:
        middles = [(a + b) / 2 for a, b in itertools.pairwise(edges)]
        mean = math.fsum(m * n for m, n in zip(middles, counts, strict=True)) / whole
        card.facts.append(("Mean", f"about {number_text(mean)}"))
        card.facts += [
            (f"{share:.0%} quantile" if share != 0.5 else "Median",
             f"about {number_text(quantile(edges, counts, share))}")
            for share in QUANTILES
        ]  # fmt: skip
    rows = [[span, count] for span, count in zip(spans, counts, strict=True)]
    card.table = DataTable.of(["Residual", "Count"], rows)


def quantile(edges: Sequence[float], counts: Sequence[float], share: float) -> float:
    """Of a histogram: values lie evenly in their bin."""
    wanted, seen = share * math.fsum(counts), 0.0
    for (low, high), count in zip(itertools.pairwise(edges), counts, strict=True):
        if count and seen + count >= wanted:
            return low + (high - low) * max(wanted - seen, 0.0) / count
        seen += count
    return edges[-1]


def _draw_predictions(card: MetricCard, value: Any) -> None:
    found = read_predictions(value)
    edges = found.edges
    middles = [(a + b) / 2 for a, b in itertools.pairwise(edges)]
    rows = list(zip(middles, found.averages, found.errors, found.counts, strict=True))
    known = [(at, mean, error or 0.0) for at, mean, error, _ in rows if mean is not None]
    if not known:
        raise ShapeFault("No bin has an average.")
    ends = [value for _, mean, error in known for value in (mean - error, mean + error)]
    low, high = min(*ends, edges[0]), max(*ends, edges[-1])
    x, y = Scale(edges[0], edges[-1], LEFT, RIGHT), Scale(low, high, BOTTOM, TOP)
    # How many there are stands below, in a quarter of the height: it has no axis of its own.
    depth = Scale(0, (max(found.counts) or 1) * 4, BOTTOM, TOP)
    spans = [f"{number_text(a)} to {number_text(b)}" for a, b in itertools.pairwise(edges)]
    titles = [
        f"{span}: {number_text(n)} values" for span, n in zip(spans, found.counts, strict=True)
    ]
    card.figures = [
        Figure(
            "Predicted and true", f"Mean prediction in {len(known)} bins of the true value; "
            "the dashed line is a perfect prediction.", "True value", "Predicted value",
            x.ticks(), y.ticks(),
            (line_of([(at, mean) for at, mean, _ in known], x, y, 0, "Mean prediction"),),
            bars_of(edges, found.counts, x, depth, titles),
            tuple(
                Whisker(text(x(at)), text(y(mean)), text(y(mean - error)), text(y(mean + error)),
                        f"true about {number_text(at)}, predicted {number_text(mean)} "
                        f"± {number_text(error)}")
                for at, mean, error in known
            ),
            f"{text(x(edges[0]))},{text(y(edges[0]))} {text(x(edges[-1]))},{text(y(edges[-1]))}",
        )
    ]  # fmt: skip
    card.note = f"{card.note} Bars below: how many values each bin has.".strip()
    card.table = DataTable.of(
        ["True value", "Mean prediction", "Standard deviation", "Count"],
        [
            [span, "–" if mean is None else mean, "–" if error is None else error, count]
            for span, (_, mean, error, count) in zip(spans, rows, strict=True)
        ],
    )


DRAWN: dict[str, Callable[[MetricCard, Any], None]] = {
    "confusion_matrix": _draw_confusion_matrix,
    "accuracy_table": _draw_accuracy_table,
    "residuals": _draw_residuals,
    "predictions": _draw_predictions,
}
