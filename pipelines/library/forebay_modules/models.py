"""Trained models and transforms: how they are made, kept and applied."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd

from .columns import as_texts, column_type, need_column, need_finite
from .errors import ModuleError, attempt
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
    numbers: list[str] = field(default_factory=list)  # the features that it learned as numbers

    def check(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The feature columns of a table, in the order and of the kinds of training."""
        for name in self.features:
            need_column(frame, name, where="The dataset to score")
        for name in self.numbers:
            kind = column_type(frame[name])
            if kind not in ("numeric", "boolean") and frame[name].notna().any():
                raise ModuleError(
                    f"Column {name!r} held numbers when the model was trained, and holds {kind} in "
                    "the dataset to score."
                )
        return as_features(frame, self.features, self.numbers, "The model")

    def score(self, table: Table) -> Table:
        """The table with `Scored Labels`, and for classes their probabilities."""
        features = self.check(table.frame)
        added = {LABELS: self._predict(features)}
        if self.task == CLASSIFICATION:
            if hasattr(self.pipeline, "predict_proba"):
                added |= self._chances(features)
            elif column_type(pd.Series(added[LABELS])) == "numeric":
                added[LABELS] = pd.Categorical(added[LABELS])  # or it would pass for a quantity
        kept = table.frame.drop(columns=[name for name in added if name in table.frame.columns])
        frame = kept.reset_index(drop=True).assign(**added)
        roles = {**table.roles, **dict.fromkeys(added, "score")}
        if self.label in frame.columns:  # and no other one: Evaluate Model asks which it is
            roles = {name: role for name, role in roles.items() if role != "label"}
            roles[self.label] = "label"
        return Table(frame, roles)

    def _predict(self, features: pd.DataFrame) -> Any:
        if features.empty:
            return np.array([], dtype=np.array(self.classes or [0.0]).dtype)
        said = self._asked("predict", features)
        said = said[:, 0] if said.ndim == 2 and said.shape[1] == 1 else said
        if said.shape != (len(features),):
            raise ModuleError(
                f"The model made {said.shape[0] if said.ndim else 1:,} predictions for "
                f"{len(features):,} rows."
            )
        return said

    def _asked(self, method: str, features: pd.DataFrame) -> np.ndarray:
        custom = bool(self.learner and self.learner.custom)
        asked = getattr(self.pipeline, method)
        what = "The model can't score this data"
        return np.asarray(attempt(lambda: asked(features), what, of_user=custom))

    def _chances(self, features: pd.DataFrame) -> dict[str, Any]:
        if features.empty:
            chances = np.empty((0, len(self.classes)))
        else:
            chances = self._asked("predict_proba", features)
        if chances.shape != (len(features), len(self.classes)):
            raise ModuleError(
                f"predict_proba must give one column for each of the {len(self.classes)} classes."
            )
        if len(self.classes) == 2:
            return {PROBABILITIES: chances[:, 1]}
        return {
            f"{PROBABILITIES}_{one}": chances[:, index] for index, one in enumerate(self.classes)
        }


def as_features(
    frame: pd.DataFrame, names: list[str], numbers: list[str], what: str
) -> pd.DataFrame:
    """Columns as algorithms take them: `numbers` as floats, the others as texts."""
    need_finite(frame, numbers, what)
    return pd.DataFrame(
        {
            name: frame[name].astype(float)
            if name in numbers
            else as_texts(frame[name]).replace({None: np.nan})
            for name in names
        },
        index=frame.index,
    )


@dataclass
class Transform:
    """A fitted change of a table, to be applied to other tables alike.

    `kind` names a function in `transforms.py`; `state` is what it learned.
    """

    kind: str
    state: dict[str, Any]


def assign_clusters(model: Model, table: Table) -> Table:
    """The table with `Assignments`, and the distance to each group's centre."""
    if model.task != CLUSTERING:
        raise ModuleError("This model finds no groups: use Score Model.")
    features = model.check(table.frame)
    if features.empty:
        raise ModuleError("The dataset has no rows to assign.")
    groups = model.pipeline.predict(features)
    distances = model.pipeline.transform(features)
    added: dict[str, Any] = {"Assignments": groups}
    for number in range(distances.shape[1]):
        added[f"DistancesToClusterCenter no.{number}"] = distances[:, number]
    return Table(table.frame.reset_index(drop=True).assign(**added), dict(table.roles))


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
