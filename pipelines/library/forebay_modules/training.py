"""Training: what a learner gets to see of a table, and the model that comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from pandas.api import types
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.validation import has_fit_parameter

from .columns import as_texts, column_type, need_column, need_columns, need_finite, need_numeric
from .custom import CustomModel
from .errors import ModuleError, attempt
from .learners import CLASSIFICATION, CLUSTERING, Learner
from .models import Model, as_features
from .tables import Table


@dataclass
class Examples:
    """The rows of a table that have a label, as a learner takes them."""

    features: pd.DataFrame
    target: pd.Series
    numbers: list[str]
    classes: list[Any] = field(default_factory=list)
    weights: pd.Series | None = None

    def with_weights(self, estimator: Any) -> dict[str, Any]:
        """What `fit` takes beside features and target, where the algorithm knows weights."""
        if self.weights is None:
            return {}
        if not has_fit_parameter(estimator, "sample_weight"):
            print(f"Column {self.weights.name!r} is a weight, and this algorithm takes none.")
            return {}
        return {"learn__sample_weight": self.weights}


def train(learner: Learner, table: Table, label: str, features: Any = None) -> Model:
    """Fit a learner on a table. `features`: a choice of columns; all but the label if None."""
    seen = examples(learner, table, label, features)
    pipeline = build_pipeline(learner, seen.features, seen.numbers)
    attempt(
        lambda: pipeline.fit(
            seen.features, seen.target, **seen.with_weights(pipeline.named_steps["learn"])
        ),
        "The algorithm can't learn from this data",
        of_user=bool(learner.custom),
    )
    names = list(seen.features.columns)
    return Model(pipeline, learner.task, names, label, seen.classes, learner, seen.numbers)


def examples(learner: Learner, table: Table, label: str, features: Any = None) -> Examples:
    """What a learner is to learn from. Raises ModuleError naming the column that it can't take."""
    need_column(table.frame, label)
    if learner.task == CLUSTERING:
        raise ModuleError("This algorithm finds groups: use Train Clustering Model.")
    known = table.frame[table.frame[label].notna()]
    if known.empty:
        raise ModuleError(f"Column {label!r} is empty: there is nothing to learn from.")
    chosen = {"all": True} if features is None else features
    apart = _apart(table, chosen) | {label}
    names = [one for one in need_columns(known, chosen, "Features") if one not in apart]
    if not names:
        raise ModuleError(f"Features: there is no column besides the label {label!r}.")
    target = as_target(known[label], learner.task)
    numbers = number_columns(known, names)
    seen = Examples(as_features(known, names, numbers, "Training"), target, numbers)
    seen.weights = _weights(table, known)
    if learner.task == CLASSIFICATION:
        seen.classes = sorted(target.unique().tolist())
        _check_classes(learner, label, seen.classes)
    elif learner.estimator == "poisson_regression" and (target < 0).any():
        raise ModuleError(f"Poisson Regression predicts counts, and column {label!r} goes below 0.")
    return seen


def as_target(values: pd.Series, task: str) -> pd.Series:
    """Labels as an algorithm takes them: numbers, truths, or texts. None of them is a gap."""
    kind = column_type(values)
    if task != CLASSIFICATION:
        if kind not in ("numeric", "boolean"):
            raise ModuleError(
                f"A regression predicts numbers, and column {values.name!r} holds none."
            )
        need_finite(values.to_frame(), [values.name], "A regression")
        return values.astype(float)
    if kind == "boolean":
        return values.astype(bool)
    if kind != "numeric":
        texts = as_texts(values)
        whole = kind == "categorical" and types.is_integer_dtype(values.cat.categories.dtype)
        return texts.astype("int64") if whole else texts
    if types.is_integer_dtype(values):
        return values.astype(getattr(values.dtype, "numpy_dtype", values.dtype))
    if not (values % 1 == 0).all():
        raise ModuleError(
            f"Column {values.name!r} holds numbers that are not whole, and no classes. Use a "
            "regression, or make classes of it with Group Data into Bins."
        )
    return values.astype("int64") if values.abs().max() < 2**53 else values.astype(float)


def number_columns(frame: pd.DataFrame, names: list[str]) -> list[str]:
    """Which of the columns an algorithm gets as numbers. Raises ModuleError for dates."""
    kinds = {name: column_type(frame[name]) for name in names}
    dates = next((name for name, kind in kinds.items() if kind == "datetime"), None)
    if dates is not None:
        raise ModuleError(
            f"Column {dates!r} holds dates, which no algorithm takes. Leave it out with "
            "Select Columns, or make numbers of it."
        )
    if frame[names].isna().all(axis=None):
        raise ModuleError(f"The columns to learn from are empty: {', '.join(names[:20])}.")
    return [name for name, kind in kinds.items() if kind in ("numeric", "boolean")]


def build_pipeline(learner: Learner, features: pd.DataFrame, numeric: list[str]) -> Pipeline:
    """Numbers as they are (gaps get the median), everything else one-hot, then the learner."""
    words = [name for name in features.columns if name not in numeric]
    numbers: list[Any] = [SimpleImputer(strategy="median", keep_empty_features=True)]
    if learner.scale:
        numbers.append(StandardScaler())
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    encode = ColumnTransformer(
        [
            ("numbers", make_pipeline(*numbers), numeric),
            ("words", make_pipeline(SimpleImputer(strategy="most_frequent"), one_hot), words),
        ],
        verbose_feature_names_out=False,
    )
    estimator = CustomModel(learner.custom) if learner.custom else learner.build()
    return Pipeline([("encode", encode), ("learn", estimator)])


def _apart(table: Table, chosen: Any) -> set[str]:
    """Columns that are no features by their role: weights, and scores that nobody named."""
    named = chosen.get("include") or [] if isinstance(chosen, Mapping) else chosen
    scores = set(table.with_role("score")) - set(named)
    return scores | set(table.with_role("weight"))


def _weights(table: Table, known: pd.DataFrame) -> pd.Series | None:
    names = table.with_role("weight")
    if not names:
        return None
    if len(names) > 1:
        raise ModuleError(f"Columns {names[0]!r} and {names[1]!r} both have the role of a weight.")
    need_finite(known, need_numeric(known, names, "A weight"), "A weight")
    weights = known[names[0]].astype(float)
    if weights.isna().any() or (weights < 0).any():
        raise ModuleError(
            f"Column {names[0]!r} is a weight: it needs a number from 0 up in each row."
        )
    return weights


def _check_classes(learner: Learner, label: str, classes: list[Any]) -> None:
    if len(classes) < 2:
        raise ModuleError(f"Column {label!r} has one value only: there is nothing to tell apart.")
    if learner.classes == "two" and len(classes) != 2:
        raise ModuleError(
            f"This algorithm tells two classes apart, and column {label!r} has {len(classes)}. "
            "Use a multiclass one."
        )
