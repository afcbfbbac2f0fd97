"""Metrics that a search or a shuffle compares models by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sklearn.metrics import f1_score, make_scorer, precision_score, recall_score

from .errors import ModuleError
from .learners import CLASSIFICATION

OF_CLASSES = ("accuracy", "roc_auc", "f1", "f1_macro", "precision", "recall")
OF_TWO: dict[str, Callable[..., Any]] = {
    "f1": f1_score,
    "precision": precision_score,
    "recall": recall_score,
}


MEAN = {"average": "macro", "pos_label": None}


def scorer(metric: str, task: str, classes: list[Any]) -> tuple[str, Any]:
    """A metric's name and what scikit-learn calls for it; `auto` is accuracy or R².

    Of two classes the last one counts as the positive one, as in Evaluate Model; of several
    the mean over the classes is taken. Raises ModuleError for a metric of the other task.
    """
    if metric == "auto":
        metric = "accuracy" if task == CLASSIFICATION else "r2"
    if (metric in OF_CLASSES) != (task == CLASSIFICATION):
        wanted = "classes" if metric in OF_CLASSES else "numbers"
        made = "classes" if task == CLASSIFICATION else "numbers"
        raise ModuleError(f"Metric {metric!r} measures {wanted}, and this model predicts {made}.")
    if metric == "roc_auc" and len(classes) > 2:
        return metric, "roc_auc_ovr"
    if metric in OF_TWO:
        two = {"pos_label": classes[-1]} if len(classes) == 2 else MEAN
        return metric, make_scorer(OF_TWO[metric], zero_division=0, **two)
    return metric, metric
