"""Which settings a sweep tries."""

from __future__ import annotations

import ast
from typing import Any

from .errors import ModuleError
from .learners import Learner

USUAL: dict[str, dict[str, list[Any]]] = {
    "ridge_regression": {"alpha": [0.01, 0.1, 1.0, 10.0, 100.0]},
    "poisson_regression": {"alpha": [0.01, 0.1, 1.0, 10.0]},
    "logistic_regression": {"C": [0.01, 0.1, 1.0, 10.0, 100.0]},
    "support_vector_machine": {"C": [0.1, 1.0, 10.0], "kernel": ["rbf", "linear"]},
    "neural_network_classifier": {"hidden_layer_sizes": [[50], [100], [50, 50]]},
    "neural_network_regression": {"hidden_layer_sizes": [[50], [100], [50, 50]]},
}
FORESTS: dict[str, list[Any]] = {"n_estimators": [50, 100, 200], "max_depth": [None, 4, 8, 16]}
BOOSTED: dict[str, list[Any]] = {
    "n_estimators": [50, 100, 200],
    "learning_rate": [0.03, 0.1, 0.3],
    "max_depth": [2, 3],
}


def usual_grid(learner: Learner) -> dict[str, list[Any]]:
    """What is tried when nobody said what."""
    if learner.estimator.startswith("decision_forest"):
        return FORESTS
    if learner.estimator.startswith("boosted_tree"):
        return BOOSTED
    if learner.estimator not in USUAL:
        raise ModuleError("For this algorithm name the values to try.")
    return USUAL[learner.estimator]


def read_grid(text: str) -> dict[str, list[Any]]:
    """`C: 0.1, 1, 10` a line, as names and lists of Python values."""
    grid: dict[str, list[Any]] = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        name, colon, values = line.partition(":")
        if not colon or not name.strip().isidentifier():
            raise ModuleError(f"Values to try are lines like 'C: 0.1, 1, 10', not {line!r}.")
        try:
            found = ast.literal_eval(f"[{values}]")
        except (ValueError, SyntaxError):
            raise ModuleError(f"The values of {name.strip()} can't be read: {values!r}.") from None
        if not found:
            raise ModuleError(f"{name.strip()} has no values to try.")
        grid[name.strip()] = found
    return grid
