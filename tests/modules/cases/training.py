"""Algorithms and Train Model beside plain scikit-learn."""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from using import refused, use

CANCER = load_breast_cancer(as_frame=True).frame


def case_logistic_regression_is_scikit_learns() -> None:
    learner = use("two-class-logistic-regression", C=0.5, scale=True)["learner"]
    model = use("train-model", {"learner": learner, "dataset": CANCER}, label="target")["model"]
    features = StandardScaler().fit_transform(CANCER.drop(columns="target"))
    plain = LogisticRegression(C=0.5, max_iter=1000, random_state=0).fit(features, CANCER["target"])
    ours = model.pipeline.predict_proba(CANCER[model.features])
    np.testing.assert_allclose(ours, plain.predict_proba(features), rtol=1e-9)


def case_train_model_names_a_wrong_label() -> None:
    learner = use("two-class-logistic-regression")["learner"]
    said = refused("train-model", {"learner": learner, "dataset": CANCER}, label="targets")
    assert said == "The dataset has no column 'targets'. Did you mean 'target'?"
