"""Algorithms before training: a name out of this list with settings, kept as JSON.

A learner names its scikit-learn estimator by a short key, never by an import path, so that what
lies in a data folder can't choose which code runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sklearn.cluster import KMeans
from sklearn.ensemble import (
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LinearRegression, LogisticRegression, PoissonRegressor, Ridge
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.svm import SVC

from .errors import ModuleError

CLASSIFICATION, REGRESSION, CLUSTERING = "classification", "regression", "clustering"
ESTIMATORS: dict[str, tuple[str, Callable[..., Any]]] = {
    "linear_regression": (REGRESSION, LinearRegression),
    "ridge_regression": (REGRESSION, Ridge),
    "poisson_regression": (REGRESSION, PoissonRegressor),
    "decision_forest_regression": (REGRESSION, RandomForestRegressor),
    "boosted_tree_regression": (REGRESSION, GradientBoostingRegressor),
    "neural_network_regression": (REGRESSION, MLPRegressor),
    "logistic_regression": (CLASSIFICATION, LogisticRegression),
    "decision_forest_classifier": (CLASSIFICATION, RandomForestClassifier),
    "boosted_tree_classifier": (CLASSIFICATION, GradientBoostingClassifier),
    "support_vector_machine": (CLASSIFICATION, SVC),
    "neural_network_classifier": (CLASSIFICATION, MLPClassifier),
    "k_means": (CLUSTERING, KMeans),
}


@dataclass
class Learner:
    """An algorithm with its settings. `scale`: numbers are standardised before it sees them."""

    estimator: str
    settings: dict[str, Any] = field(default_factory=dict)
    scale: bool = False
    classes: str = ""  # "two" or "many" where a classifier says how many classes it takes
    custom: str = ""  # Python source of a model of the user's own (Create Python Model)

    @property
    def task(self) -> str:
        """`classification`, `regression` or `clustering`."""
        return str(self.settings["task"]) if self.custom else ESTIMATORS[self.estimator][0]

    def build(self) -> Any:
        """A fresh scikit-learn estimator."""
        if self.estimator not in ESTIMATORS:
            raise ModuleError(f"This studio knows no algorithm {self.estimator!r}.")
        return ESTIMATORS[self.estimator][1](**self.settings)


def layer_sizes(text: str) -> list[int]:
    """`"100, 50"` as the sizes of a network's hidden layers."""
    try:
        sizes = [int(one) for one in text.split(",")]
    except ValueError:
        sizes = [0]
    if not all(1 <= size <= 100_000 for size in sizes):
        raise ModuleError(f"Hidden layers are comma separated numbers from 1 up, not {text!r}.")
    return sizes
