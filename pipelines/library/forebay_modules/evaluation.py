"""How good predictions are: numbers, a confusion matrix, curves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from sklearn import metrics

from .columns import as_texts, column_type, need_column
from .errors import ModuleError
from .models import LABELS, PROBABILITIES
from .tables import Table

matplotlib.use("Agg")


@dataclass
class Measured:
    """Metrics by name, and what is drawn: a confusion matrix, a ROC curve, residuals."""

    metrics: dict[str, float]
    matrix: dict[str, Any] | None = None
    roc: tuple[np.ndarray, np.ndarray] | None = None
    residuals: np.ndarray | None = field(default=None, repr=False)

    def log(self, context: Any, prefix: str = "") -> None:
        """To the Metrics and Images tabs of the step."""
        for name, value in self.metrics.items():
            context.metric(prefix + name, value)
        if self.matrix is not None:
            context.record("confusion_matrix", f"{prefix}Confusion matrix", self.matrix)
        if self.roc is not None:
            context.image(f"{prefix}ROC", draw_roc(*self.roc, self.metrics["AUC"]))
        if self.residuals is not None:
            context.image(f"{prefix}Residuals", draw_residuals(self.residuals))


def evaluate(table: Table, label: str | None = None, positive: str | None = None) -> Measured:
    """Measure a scored table. `label`: the true values; the column with that role if None."""
    frame = table.frame
    if LABELS not in frame.columns:
        raise ModuleError(f"The dataset has no column {LABELS!r}: connect it through Score Model.")
    if label:
        need_column(frame, label, where="The scored dataset")
    else:
        found = table.with_role("label")
        if not found:
            raise ModuleError("The scored dataset does not say which column is the label: name it.")
        label = found[0]
    known = frame[frame[label].notna()]
    if known.empty:
        raise ModuleError(
            f"No row of the scored dataset has a value in the label column {label!r}."
        )
    if known[LABELS].isna().any():
        raise ModuleError(f"Column {LABELS!r} has gaps: not every row was scored.")
    if _has_chances(frame) or column_type(frame[LABELS]) != "numeric":
        return _classes(known, label, positive)
    return _numbers(known, label)


def _numbers(frame: pd.DataFrame, label: str) -> Measured:
    if column_type(frame[label]) not in ("numeric", "boolean"):
        kind = column_type(frame[label])
        raise ModuleError(f"Numbers were predicted, and the label column {label!r} holds {kind}.")
    true, said = frame[label].astype(float), frame[LABELS].astype(float)
    if not np.isfinite(true).all():
        raise ModuleError(f"The label column {label!r} holds an infinite number.")
    spread = true - true.mean()
    squared, absolute = float((spread**2).sum()), float(spread.abs().sum())
    wrong = true - said
    return Measured(
        {
            "Mean absolute error": float(metrics.mean_absolute_error(true, said)),
            "Root mean squared error": float(metrics.root_mean_squared_error(true, said)),
            "Relative squared error": float((wrong**2).sum()) / squared if squared else np.nan,
            "Relative absolute error": float(wrong.abs().sum()) / absolute if absolute else np.nan,
            "Coefficient of determination": float(metrics.r2_score(true, said)),
        },
        residuals=wrong.to_numpy(),
    )


def _classes(frame: pd.DataFrame, label: str, positive: str | None) -> Measured:
    true, said = (as_texts(frame[name]) for name in (label, LABELS))
    classes = sorted(set(true) | set(said), key=_order(frame[LABELS]))
    counts = metrics.confusion_matrix(true, said, labels=classes)
    matrix = {
        "schema_type": "confusion_matrix",
        "schema_version": "1.0.0",
        "data": {"class_labels": classes, "matrix": counts.tolist()},
    }
    found = {"Accuracy": float(metrics.accuracy_score(true, said))}
    if len(classes) > 2 or (PROBABILITIES not in frame.columns and _has_chances(frame)):
        for word in ("macro", "micro"):
            one = metrics.precision_recall_fscore_support(true, said, average=word, zero_division=0)
            found |= {f"Precision ({word})": float(one[0]), f"Recall ({word})": float(one[1])}
        return Measured(found, matrix)
    chosen = positive or classes[-1]
    if chosen not in classes:
        raise ModuleError(f"There is no class {chosen!r}; there are {', '.join(classes)}.")
    one = metrics.precision_recall_fscore_support(
        true, said, labels=[chosen], average="macro", zero_division=0
    )
    found |= {"Precision": float(one[0]), "Recall": float(one[1]), "F1 score": float(one[2])}
    if PROBABILITIES not in frame.columns or true.nunique() < 2:
        return Measured(found, matrix)
    scores = frame[PROBABILITIES].astype(float)
    scores = scores if chosen == classes[-1] else 1 - scores
    truth = true == chosen
    found["AUC"] = float(metrics.roc_auc_score(truth, scores))
    false_rate, true_rate, _ = metrics.roc_curve(truth, scores)
    return Measured(found, matrix, (false_rate, true_rate))


def _has_chances(frame: pd.DataFrame) -> bool:
    return any(str(name).startswith(PROBABILITIES) for name in frame.columns)


def _order(said: pd.Series) -> Callable[[str], Any]:
    """Classes in the order of the model, whose last one `Scored Probabilities` are of."""
    values = said.cat.categories.to_series() if column_type(said) == "categorical" else said
    if column_type(values) != "numeric":
        return str
    return lambda text: (0, float(text), text) if _is_number(text) else (1, 0.0, text)


def _is_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False


def draw_roc(false_rate: np.ndarray, true_rate: np.ndarray, area: float) -> Any:
    """The ROC curve as a matplotlib figure."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], linestyle="--", color="0.6")
    axes.plot(false_rate, true_rate, label=f"AUC {area:.3f}")
    axes.set(xlabel="False positive rate", ylabel="True positive rate", title="ROC")
    axes.legend(loc="lower right")
    return figure


def draw_residuals(values: np.ndarray) -> Any:
    """A histogram of true minus predicted values."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.add_subplot()
    bins = min(50, max(5, int(len(values) ** 0.5)))
    try:
        counts, edges = np.histogram(values, bins)
    except ValueError:  # all but equal: floats have no room for so many bins
        counts = np.array([len(values)])
        edges = np.array([values.min(), np.nextafter(values.max(), np.inf)])
    axes.stairs(counts, edges, fill=True)
    axes.set(xlabel="True value minus predicted value", ylabel="Rows", title="Residuals")
    return figure
