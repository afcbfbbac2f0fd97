"""Training, scoring and measuring where labels and features are not as in a text book."""

from __future__ import annotations

import tempfile
import warnings
from typing import Any

import numpy as np
import pandas as pd
from forebay_modules.tables import Table, write_table
from sklearn import metrics
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from using import refused, use

RANDOM = np.random.default_rng(7)
X = RANDOM.normal(size=60)
LIKELY = X + RANDOM.normal(size=60) > 0


def table(no: Any, yes: Any, **more: Any) -> pd.DataFrame:
    """Sixty rows whose label `y` is `yes` where `x` is likely above 0."""
    return pd.DataFrame({"x": X, "y": [yes if one else no for one in LIKELY], **more})


def learner(key: str = "two-class-logistic-regression", **settings: Any) -> Any:
    return use(key, **settings)["learner"]


def trained(frame: pd.DataFrame, key: str = "two-class-logistic-regression") -> Any:
    return use("train-model", {"learner": learner(key), "dataset": frame}, label="y")["model"]


def scored(model: Any, frame: pd.DataFrame) -> Any:
    return use("score-model", {"model": model, "dataset": frame})["scored"]


def measured(model: Any, frame: pd.DataFrame) -> dict[str, Any]:
    made = use("evaluate-model", {"scored": scored(model, frame)})
    return made["results"].frame.iloc[0].to_dict()


def case_the_last_class_is_the_last_number() -> None:
    for no, yes in ((2, 10), ("10", "2"), (False, True)):
        frame = table(no, yes)
        model = trained(frame)
        chances = model.pipeline.predict_proba(frame[["x"]])[:, 1]
        made = measured(model, frame)
        assert made["AUC"] == metrics.roc_auc_score(frame["y"] == yes, chances) > 0.8
        said = model.pipeline.predict(frame[["x"]])
        assert made["Recall"] == metrics.recall_score(frame["y"] == yes, said == yes)


def case_a_gap_in_the_label_changes_no_class() -> None:
    frame = table(0, 1)
    model = trained(frame)
    holey = frame.astype({"y": float})
    holey.loc[0, "y"] = None
    assert measured(model, holey)["Accuracy"] == measured(model, frame.iloc[1:])["Accuracy"] > 0.6
    assert measured(trained(holey), frame)["Accuracy"] > 0.6


def case_a_truth_with_gaps_is_a_label() -> None:
    truths = table(False, True).astype({"y": object})
    truths.loc[3, "y"] = None
    model = trained(truths)
    made = use("permutation-feature-importance", {"model": model, "dataset": truths})
    assert made["results"].frame["Score"][0] > 0.1


def case_classes_that_are_none() -> None:
    frame = pd.DataFrame({"x": X, "y": X * 1.5})
    for key in ("multiclass-logistic-regression", "multiclass-decision-forest"):
        said = refused("train-model", {"learner": learner(key), "dataset": frame}, label="y")
        assert "'y' holds numbers that are not whole" in said
    poisson = {"learner": learner("poisson-regression"), "dataset": frame}
    assert "'y' goes below 0" in refused("train-model", poisson, label="y")
    only = {"learner": learner(), "dataset": table("n", "y")[["y"]]}
    assert "no column besides the label" in refused("train-model", only, label="y")
    empty = {"learner": learner(), "dataset": table("n", "y").assign(x=np.nan)}
    assert "are empty: x" in refused("train-model", empty, label="y")
    endless = {"learner": learner(), "dataset": table("n", "y").assign(x=np.inf)}
    assert "column 'x' holds an infinite" in refused("train-model", endless, label="y")


def case_what_does_not_fit_the_model_is_named() -> None:
    model = trained(table("n", "y"))
    other = {"model": model, "dataset": pd.DataFrame({"x": ["tall"]})}
    assert "'x' held numbers when the model was trained" in refused("score-model", other)
    made = scored(model, table("n", "y").head(0)).frame
    assert list(made.columns) == ["x", "y", "Scored Labels", "Scored Probabilities"]
    assert made.empty
    assert "no rows" in refused(
        "assign-data-to-clusters",
        {
            "model": use(
                "train-clustering-model",
                {"learner": learner("k-means-clustering"), "dataset": table("n", "y")},
                columns=["x"],
            )["model"],
            "dataset": table("n", "y").head(0),
        },
    )
    regression = trained(pd.DataFrame({"x": X, "y": X}), "linear-regression")
    texts = scored(regression, pd.DataFrame({"x": X, "y": ["a"] * 60}))
    assert "label column 'y' holds text" in refused("evaluate-model", {"scored": texts})


def case_words_are_words_whatever_their_type() -> None:
    frame = table("n", "y", k=pd.Series(["1", None] * 30, dtype="string"))
    model = trained(frame)
    plain = frame.assign(k=frame["k"].astype(object))
    numbers = frame.assign(k=[1, None] * 30)
    expected = scored(model, frame).frame["Scored Probabilities"]
    for other in (plain, numbers):
        pd.testing.assert_series_equal(scored(model, other).frame["Scored Probabilities"], expected)


def case_a_sweep_of_networks_can_be_kept() -> None:
    frame = table("n", "y")
    made = use(
        "tune-model-hyperparameters",
        {"learner": learner("two-class-neural-network", iterations=2000), "dataset": frame},
        label="y",
        runs=2,
        folds=2,
        grid="hidden_layer_sizes: [2], [3, 2]",
    )
    with tempfile.TemporaryDirectory() as folder:
        write_table(made["results"], folder)


def case_metrics_of_a_sweep_fit_its_classes() -> None:
    given = {"learner": learner(), "dataset": table("no", "yes")}
    pipeline = trained(given["dataset"]).pipeline
    for metric in ("f1", "precision", "recall", "roc_auc"):
        made = use("tune-model-hyperparameters", given, label="y", grid="C: 1.0", metric=metric)
        plain = cross_val_score(pipeline, given["dataset"][["x"]], LIKELY, scoring=metric, cv=3)
        assert made["results"].frame[metric][0] == plain.mean() > 0.4
    three = table("no", "yes")
    three.loc[three["x"] > 1, "y"] = "surely"
    many = {"learner": learner("multiclass-logistic-regression"), "dataset": three}
    made = use("tune-model-hyperparameters", many, label="y", grid="C: 1.0", metric="f1")
    assert made["results"].frame["f1"].between(0.3, 1).all()
    said = refused("tune-model-hyperparameters", given, label="y", grid="C: 1.0", metric="r2")
    assert "'r2' measures numbers, and this model predicts classes" in said
    said = refused("tune-model-hyperparameters", given, label="y", grid="depth: 1")
    assert "depth" in said


def case_a_sweep_over_too_little_data_has_no_best() -> None:
    few = pd.DataFrame({"x": [1.0, 2.0, 4.0], "y": [2.0, 5.0, 4.0]})
    given = {"learner": learner("ridge-regression"), "dataset": few}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        said = refused("tune-model-hyperparameters", given, label="y", folds=3)
    assert "'r2' has no value on parts of the data this small" in said


def case_cross_validation_writes_over_no_column() -> None:
    given = {"learner": learner(), "dataset": table("n", "y", Fold=range(60))}
    made = use("cross-validate-model", given, label="y", folds=2)["scored"].frame
    assert sorted(made["Fold"]) == list(range(60))
    assert set(made["Fold (1)"]) == {1, 2}


def case_two_of_several_classes() -> None:
    three = table("a", "b")
    three.loc[three["x"] > 1, "y"] = "c"
    model = trained(three, "multiclass-logistic-regression")
    some = three[three["x"].between(-5, 0)].reset_index(drop=True)
    made = measured(model, some)
    assert "Precision (macro)" in made
    assert "AUC" not in made


def case_residuals_of_numbers_that_are_all_but_equal() -> None:
    frame = pd.DataFrame({"y": 1e18 + np.arange(60) % 2 * 200, "Scored Labels": 0.0})
    made = use("evaluate-model", {"scored": frame}, label="y")["results"].frame
    assert made["Mean absolute error"][0] >= 1e18


def case_roles_say_what_is_no_feature() -> None:
    frame = table("n", "y", w=np.where(X > 0, 3.0, 1.0), guess=RANDOM.normal(size=60))
    known = Table(frame, {"w": "weight", "guess": "score"})
    model = use("train-model", {"learner": learner(), "dataset": known}, label="y")["model"]
    assert model.features == ["x"]
    plain = LogisticRegression(C=1.0, max_iter=1000).fit(frame[["x"]], frame["y"], frame["w"])
    chances = scored(model, frame).frame["Scored Probabilities"]
    np.testing.assert_allclose(chances, plain.predict_proba(frame[["x"]])[:, 1], rtol=1e-6)
    named = {"learner": learner(), "dataset": known}
    model = use("train-model", named, label="y", features=["x", "guess"])["model"]
    assert model.features == ["x", "guess"]
    known.frame["w"] = -1.0
    assert "Column 'w' is a weight" in refused("train-model", named, label="y")


def case_the_label_is_the_one_that_the_model_learned() -> None:
    frame = table("n", "y", other=["n"] * 60)
    marked = use("edit-metadata", {"dataset": frame}, columns=["other"], role="label")["results"]
    model = trained(frame.drop(columns="other"))
    made = use("score-model", {"model": model, "dataset": marked})["scored"]
    assert made.with_role("label") == ["y"]


def case_a_python_model_that_fails_is_told() -> None:
    source = (
        "class PythonModel:\n    def fit(self, X, y):\n        self.rows = len(y)\n"
        "    def predict(self, X):\n        return [self.nothing] * len(X)\n"
    )
    made = use("create-python-model", script=source, task="classification")["learner"]
    frame = table(0, 1)
    model = use("train-model", {"learner": made, "dataset": frame}, label="y")["model"]
    said = refused("score-model", {"model": model, "dataset": frame})
    assert "The Python model fails: AttributeError" in said
    right = source.replace("self.nothing", "1")
    made = use("create-python-model", script=right, task="classification")["learner"]
    model = use("train-model", {"learner": made, "dataset": frame}, label="y")["model"]
    assert measured(model, frame)["Accuracy"] == float(frame["y"].mean())
