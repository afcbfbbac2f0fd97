"""Trained models and transforms: how they are made, kept and applied."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import joblib
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from .columns import column_type, need_column, need_columns
from .custom import CustomModel
from .errors import ModuleError
from .learners import CLASSIFICATION, CLUSTERING, Learner
from .tables import Table

ABOUT, LEARNER = "_about.json", "learner.json"
FILES = {"model": "model.joblib", "transform": "transform.joblib"}
LABELS, PROBABILITIES = "Scored Labels", "Scored Probabilities"


@dataclass
class Model:
    """A trained model: a pipeline from the feature columns to the label."""

    pipeline: Any
    task: str
    features: list[str]
    label: str = ""
    classes: list[Any] = field(default_factory=list)
    learner: Learner | None = None

    def check(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The feature columns of a table, in the order of training."""
        for name in self.features:
            need_column(frame, name, where="The dataset to score")
        return frame[self.features]

    def score(self, table: Table) -> Table:
        """The table with `Scored Labels`, and for classes their probabilities."""
        features = self.check(table.frame)
        added: dict[str, Any] = {LABELS: self.pipeline.predict(features)}
        if self.task == CLASSIFICATION and hasattr(self.pipeline, "predict_proba"):
            chances = self.pipeline.predict_proba(features)
            if len(self.classes) == 2:
                added[PROBABILITIES] = chances[:, 1]
            else:
                added |= {
                    f"{PROBABILITIES}_{one}": chances[:, index]
                    for index, one in enumerate(self.classes)
                }
        kept = table.frame.drop(columns=[name for name in added if name in table.frame.columns])
        frame = kept.reset_index(drop=True).assign(**added)
        roles = {**table.roles, **dict.fromkeys(added, "score")}
        if self.label in frame.columns:
            roles[self.label] = "label"
        return Table(frame, roles)


@dataclass
class Transform:
    """A fitted change of a table, to be applied to other tables alike.

    `kind` names a function in `transforms.py`; `state` is what it learned.
    """

    kind: str
    state: dict[str, Any]


def train(learner: Learner, table: Table, label: str, features: Any = None) -> Model:
    """Fit a learner on a table. `features`: a choice of columns; all but the label if None."""
    frame = table.frame
    need_column(frame, label)
    if learner.task == CLUSTERING:
        raise ModuleError("This algorithm finds groups: use Train Clustering Model.")
    rest = {"all": True, "except": [label]} if features is None else features
    names = [one for one in need_columns(frame, rest, "Features") if one != label]
    known = frame[frame[label].notna()]
    if known.empty:
        raise ModuleError(f"Column {label!r} is empty: there is nothing to learn from.")
    target = known[label]
    classes: list[Any] = []
    if learner.task == CLASSIFICATION:
        target = target.astype(str) if target.dtype == object else target
        classes = sorted(target.unique().tolist())
        _check_classes(learner, label, classes)
    elif column_type(target) not in ("numeric", "boolean"):
        raise ModuleError(f"A regression predicts numbers, and column {label!r} holds none.")
    pipeline = build_pipeline(learner, known[names])
    pipeline.fit(known[names], target)
    return Model(pipeline, learner.task, names, label, classes, learner)


def assign_clusters(model: Model, table: Table) -> Table:
    """The table with `Assignments`, and the distance to each group's centre."""
    if model.task != CLUSTERING:
        raise ModuleError("This model finds no groups: use Score Model.")
    features = model.check(table.frame)
    groups = model.pipeline.predict(features)
    distances = model.pipeline.transform(features)
    added: dict[str, Any] = {"Assignments": groups}
    for number in range(distances.shape[1]):
        added[f"DistancesToClusterCenter no.{number}"] = distances[:, number]
    return Table(table.frame.reset_index(drop=True).assign(**added), dict(table.roles))


def _check_classes(learner: Learner, label: str, classes: list[Any]) -> None:
    if len(classes) < 2:
        raise ModuleError(f"Column {label!r} has one value only: there is nothing to tell apart.")
    if learner.classes == "two" and len(classes) != 2:
        raise ModuleError(
            f"This algorithm tells two classes apart, and column {label!r} has {len(classes)}. "
            "Use a multiclass one."
        )


def build_pipeline(learner: Learner, features: pd.DataFrame) -> Pipeline:
    """Numbers as they are (gaps get the median), everything else one-hot, then the learner."""
    numeric = [n for n in features.columns if column_type(features[n]) in ("numeric", "boolean")]
    dates = [n for n in features.columns if column_type(features[n]) == "datetime"]
    if dates:
        raise ModuleError(
            f"Column {dates[0]!r} holds dates, which no algorithm takes. Leave it out with "
            "Select Columns, or make numbers of it."
        )
    words = [n for n in features.columns if n not in numeric]
    numbers: list[Any] = [SimpleImputer(strategy="median")]
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


def write(value: Learner | Model | Transform, folder: str) -> None:
    """Keep a learner, model or transform in a folder, with `_about.json` for people."""
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    if isinstance(value, Learner):
        text = json.dumps(asdict(value), indent=1, sort_keys=True, ensure_ascii=False)
        (place / LEARNER).write_text(text, encoding="utf-8")
        return
    if isinstance(value, Model):
        kind = "model"
        about: dict[str, Any] = {
            "kind": kind,
            "task": value.task,
            "algorithm": value.learner.estimator if value.learner else "",
            "label": value.label,
            "features": value.features,
            "classes": [str(one) for one in value.classes],
        }
    else:
        kind = "transform"
        about = {"kind": kind, "transform": value.kind}
    joblib.dump(value, place / FILES[kind])
    (place / ABOUT).write_text(json.dumps(about, indent=1, ensure_ascii=False), encoding="utf-8")


def read(kind: str, folder: str) -> Any:
    """What `write` kept. Raises ModuleError when the folder holds something else."""
    place = Path(folder)
    file = place / (LEARNER if kind == "learner" else FILES[kind])
    if not file.is_file():
        raise ModuleError(f"The input is no {kind}: connect the output of a module that makes one.")
    if kind == "learner":
        return Learner(**json.loads(file.read_text(encoding="utf-8")))
    return joblib.load(file)
