"""ROC and precision-recall curves of counts at thresholds, and the areas below them."""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Sequence

from pipelines.domain.logged_shapes import Threshold

Curve = list[tuple[float, float]]


def roc_curve(thresholds: Sequence[Threshold]) -> Curve:
    """(false positive rate, true positive rate) from (0, 0) to (1, 1); empty without both kinds."""
    points = {(0.0, 0.0), (1.0, 1.0)}
    for one in thresholds:
        positives, negatives = one.tp + one.fn, one.fp + one.tn
        if positives and negatives:
            points.add((one.fp / negatives, one.tp / positives))
    return sorted(points) if len(points) > 2 or _both_kinds(thresholds) else []


def _both_kinds(thresholds: Sequence[Threshold]) -> bool:
    return any(one.tp + one.fn and one.fp + one.tn for one in thresholds)


def precision_recall_curve(thresholds: Sequence[Threshold]) -> Curve:
    """(recall, precision) by recall; of equal recall the best precision stays."""
    best: dict[float, float] = {}
    for one in thresholds:
        if one.tp + one.fn and one.tp + one.fp:
            recall, precision = one.tp / (one.tp + one.fn), one.tp / (one.tp + one.fp)
            best[recall] = max(precision, best.get(recall, 0.0))
    return sorted(best.items())


def area_below(curve: Curve) -> float | None:
    """By trapezoids; None for a curve without length."""
    if len(curve) < 2:
        return None
    return sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in itertools.pairwise(curve))


def average_precision(curve: Curve) -> float | None:
    """Precision weighted by the gain in recall, as scikit-learn does; None for an empty curve."""
    if not curve:
        return None
    before, found = 0.0, 0.0
    for recall, precision in curve:
        found += (recall - before) * precision
        before = recall
    return found


def macro_curve(curves: Sequence[Curve]) -> Curve:
    """The mean of several ROC curves at each rate where one of them turns."""
    drawn = [curve for curve in curves if curve]
    places = sorted({x for curve in drawn for x, _ in curve})
    if not drawn:
        return []
    middle = [(x, sum(height_at(curve, x) for curve in drawn) / len(drawn)) for x in places]
    return [(0.0, 0.0), *middle]


def height_at(curve: Curve, x: float) -> float:
    """The curve at `x`, straight between its points; where it rises upright, its upper end."""
    after = bisect_right(curve, (x, float("inf")))
    if after == 0:
        return curve[0][1]
    if after == len(curve):
        return curve[-1][1]
    (x0, y0), (x1, y1) = curve[after - 1], curve[after]
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
