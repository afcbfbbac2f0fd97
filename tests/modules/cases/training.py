"""Algorithms, training, scoring and evaluation beside plain scikit-learn."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from forebay_modules import models
from sklearn import ensemble, linear_model, metrics, neural_network, svm
from sklearn.cluster import KMeans
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.decomposition import PCA
from sklearn.inspection import permutation_importance
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_score
from sklearn.preprocessing import StandardScaler
from using import refused, use

CANCER = load_breast_cancer(as_frame=True).frame
DIABETES = load_diabetes(as_frame=True).frame
IRIS = load_iris(as_frame=True).frame
COUNTS = DIABETES.assign(target=(DIABETES["target"] // 50).astype(int))


def same_as_plain(key: str, frame: pd.DataFrame, plain: Any, **settings: Any) -> None:
    """A module's learner, trained by Train Model, predicts what scikit-learn predicts."""
    learner = use(key, **settings)["learner"]
    with tempfile.TemporaryDirectory() as folder:  # as it goes from step to step
        models.write(learner, folder)
        learner = models.read("learner", folder)
    model = use("train-model", {"learner": learner, "dataset": frame}, label="target")["model"]
    features = frame.drop(columns="target")
    if settings.get("scale"):
        features = pd.DataFrame(StandardScaler().fit_transform(features), columns=features.columns)
    plain.fit(features.to_numpy(), frame["target"])
    scored = use("score-model", {"model": model, "dataset": frame})["scored"].frame
    np.testing.assert_allclose(scored["Scored Labels"], plain.predict(features.to_numpy()))
    if hasattr(plain, "predict_proba"):
        names = [name for name in scored.columns if name.startswith("Scored Probabilities")]
        chances = plain.predict_proba(features.to_numpy())
        expected = chances if len(names) > 1 else chances[:, 1:]
        np.testing.assert_allclose(scored[names], expected, rtol=1e-7, atol=1e-12)


def case_regressions_are_scikit_learns() -> None:
    use("linear-regression")
    same_as_plain("linear-regression", DIABETES, linear_model.LinearRegression())
    use("ridge-regression")
    same_as_plain("ridge-regression", DIABETES, linear_model.Ridge(alpha=0.5), alpha=0.5)
    use("poisson-regression")
    same_as_plain("poisson-regression", COUNTS, linear_model.PoissonRegressor(max_iter=1000))
    use("decision-forest-regression")
    same_as_plain(
        "decision-forest-regression",
        DIABETES,
        ensemble.RandomForestRegressor(n_estimators=20, max_depth=4, random_state=3),
        trees=20,
        depth=4,
        seed=3,
    )
    use("boosted-decision-tree-regression")
    same_as_plain(
        "boosted-decision-tree-regression",
        DIABETES,
        ensemble.GradientBoostingRegressor(n_estimators=20, random_state=0),
        trees=20,
    )
    use("neural-network-regression")
    same_as_plain(
        "neural-network-regression",
        COUNTS,
        neural_network.MLPRegressor(hidden_layer_sizes=[10, 5], max_iter=3000, random_state=0),
        layers="10, 5",
        iterations=3000,
        scale=False,
    )


def case_classifiers_are_scikit_learns() -> None:
    logistic = linear_model.LogisticRegression(C=0.5, max_iter=1000, random_state=0)
    use("two-class-logistic-regression")
    same_as_plain("two-class-logistic-regression", CANCER, logistic, C=0.5, scale=True)
    use("multiclass-logistic-regression")
    same_as_plain("multiclass-logistic-regression", IRIS, logistic, C=0.5)
    forest = ensemble.RandomForestClassifier(n_estimators=10, random_state=1)
    use("two-class-decision-forest")
    same_as_plain("two-class-decision-forest", CANCER, forest, trees=10, seed=1)
    use("multiclass-decision-forest")
    same_as_plain("multiclass-decision-forest", IRIS, forest, trees=10, seed=1)
    boosted = ensemble.GradientBoostingClassifier(n_estimators=10, random_state=0)
    use("two-class-boosted-decision-tree")
    same_as_plain("two-class-boosted-decision-tree", CANCER, boosted, trees=10)
    use("multiclass-boosted-decision-tree")
    same_as_plain("multiclass-boosted-decision-tree", IRIS, boosted, trees=10)
    net = neural_network.MLPClassifier(hidden_layer_sizes=[8], max_iter=2000, random_state=0)
    use("two-class-neural-network")
    same_as_plain("two-class-neural-network", CANCER, net, layers="8", iterations=2000, scale=True)
    use("multiclass-neural-network")
    same_as_plain("multiclass-neural-network", IRIS, net, layers="8", iterations=2000, scale=True)
    vector = svm.SVC(C=2.0, probability=True, random_state=0)
    use("two-class-support-vector-machine")
    same_as_plain("two-class-support-vector-machine", CANCER, vector, C=2.0, scale=True)


def case_train_model_refuses_what_it_can_not_learn() -> None:
    learner = use("two-class-logistic-regression")["learner"]
    both = {"learner": learner, "dataset": CANCER}
    said = refused("train-model", both, label="targets")
    assert said == "The dataset has no column 'targets'. Did you mean 'target'?"
    assert "'width'" in refused("train-model", both, label="target", features=["width"])
    said = refused("train-model", {"learner": learner, "dataset": IRIS}, label="target")
    assert "two classes apart, and column 'target' has 3" in said
    words = IRIS.assign(target="x")
    assert "one value only" in refused(
        "train-model", {"learner": learner, "dataset": words}, label="target"
    )
    clusters = use("k-means-clustering")["learner"]
    assert "finds groups" in refused(
        "train-model", {"learner": clusters, "dataset": IRIS}, label="target"
    )


def case_words_and_gaps_are_learned_from_too() -> None:
    frame = CANCER[["mean radius", "target"]].assign(colour=["red", "blue", None][0])
    frame.loc[::3, "colour"] = "blue"
    frame.loc[::7, "mean radius"] = None
    learner = use("two-class-decision-forest", trees=5)["learner"]
    model = use("train-model", {"learner": learner, "dataset": frame}, label="target")["model"]
    new = frame.drop(columns="target").assign(colour="green")
    scored = use("score-model", {"model": model, "dataset": new})["scored"].frame
    assert scored["Scored Labels"].isin([0, 1]).all()


def case_score_model_names_a_missing_column() -> None:
    learner = use("linear-regression")["learner"]
    model = use("train-model", {"learner": learner, "dataset": DIABETES}, label="target")["model"]
    said = refused("score-model", {"model": model, "dataset": DIABETES.drop(columns="bmi")})
    assert said.startswith("The dataset to score has no column 'bmi'.")


def case_evaluate_model_for_numbers() -> None:
    learner = use("linear-regression")["learner"]
    model = use("train-model", {"learner": learner, "dataset": DIABETES}, label="target")["model"]
    scored = use("score-model", {"model": model, "dataset": DIABETES})["scored"]
    row = use("evaluate-model", {"scored": scored})["results"].frame.iloc[0]
    true, said = scored.frame["target"], scored.frame["Scored Labels"]
    assert row["Mean absolute error"] == metrics.mean_absolute_error(true, said)
    np.testing.assert_allclose(
        row["Coefficient of determination"], metrics.r2_score(true, said), rtol=1e-12
    )
    np.testing.assert_allclose(
        1 - row["Relative squared error"], metrics.r2_score(true, said), rtol=1e-12
    )
    assert "'price'" in refused("evaluate-model", {"scored": scored}, label="price")
    assert "Score Model" in refused("evaluate-model", {"scored": DIABETES})


def case_evaluate_model_for_classes() -> None:
    learner = use("two-class-logistic-regression", scale=True)["learner"]
    model = use("train-model", {"learner": learner, "dataset": CANCER}, label="target")["model"]
    scored = use("score-model", {"model": model, "dataset": CANCER})["scored"]
    made = use("evaluate-model", {"scored": scored, "compared": scored})["results"].frame
    true, said = scored.frame["target"], scored.frame["Scored Labels"]
    assert made["dataset"].tolist() == ["scored", "compared"]
    row = made.iloc[0]
    assert row["Accuracy"] == metrics.accuracy_score(true, said)
    assert row["F1 score"] == metrics.f1_score(true, said)
    assert row["AUC"] == metrics.roc_auc_score(true, scored.frame["Scored Probabilities"])
    other = use("evaluate-model", {"scored": scored}, positive="0")["results"].frame.iloc[0]
    assert other["Precision"] == metrics.precision_score(true, said, pos_label=0)
    np.testing.assert_allclose(other["AUC"], row["AUC"], rtol=1e-12)


def case_cross_validate_model() -> None:
    learner = use("multiclass-logistic-regression")["learner"]
    both = {"learner": learner, "dataset": IRIS}
    made = use("cross-validate-model", both, label="target", folds=5, seed=2)
    plain = cross_val_score(
        linear_model.LogisticRegression(max_iter=1000),
        IRIS.drop(columns="target"),
        IRIS["target"],
        cv=StratifiedKFold(5, shuffle=True, random_state=2),
    )
    np.testing.assert_allclose(made["results"].frame["Accuracy"][:5], plain)
    assert len(made["scored"].frame) == 150
    assert "'kind'" in refused("cross-validate-model", both, label="kind")


def case_tune_model_hyperparameters() -> None:
    learner = use("multiclass-decision-forest", trees=5)["learner"]
    both = {"learner": learner, "dataset": IRIS}
    grid = "max_depth: 1, 2\nn_estimators: 3, 6"
    made = use("tune-model-hyperparameters", both, label="target", mode="grid", grid=grid)
    plain = GridSearchCV(
        ensemble.RandomForestClassifier(random_state=0),
        {"max_depth": [1, 2], "n_estimators": [3, 6]},
        cv=3,
    ).fit(IRIS.drop(columns="target"), IRIS["target"])
    assert made["results"].frame["accuracy"].iloc[0] == plain.best_score_
    best = made["model"].learner.settings
    assert {name: best[name] for name in plain.best_params_} == plain.best_params_
    assert (
        len(use("tune-model-hyperparameters", both, label="target", runs=3)["results"].frame) == 3
    )
    said = refused("tune-model-hyperparameters", both, label="target", grid="depth: 1")
    assert "depth" in said
    assert "'kind'" in refused("tune-model-hyperparameters", both, label="kind")


def case_clusters_are_scikit_learns() -> None:
    features = IRIS.drop(columns="target")
    learner = use("k-means-clustering", clusters=3, seed=4)["learner"]
    made = use("train-clustering-model", {"learner": learner, "dataset": features})
    plain = KMeans(3, n_init=10, random_state=4).fit(features)
    assert made["results"].frame["Assignments"].tolist() == plain.labels_.tolist()
    again = use("assign-data-to-clusters", {"model": made["model"], "dataset": features})
    distances = again["results"].frame.filter(like="Distances")
    np.testing.assert_allclose(distances, plain.transform(features))
    assert "'width'" in refused(
        "train-clustering-model", {"learner": learner, "dataset": features}, columns=["width"]
    )
    said = refused(
        "assign-data-to-clusters", {"model": made["model"], "dataset": features.iloc[:, 1:]}
    )
    assert "'sepal length (cm)'" in said


def case_principal_component_analysis() -> None:
    features = IRIS.drop(columns="target")
    made = use("principal-component-analysis", {"dataset": features}, components=3)
    plain = PCA(3, svd_solver="full").fit_transform(StandardScaler().fit_transform(features))
    np.testing.assert_allclose(made["results"].frame, plain, atol=1e-10)
    again = use("apply-transformation", {"transform": made["transform"], "dataset": features})
    np.testing.assert_allclose(again["results"].frame, plain, atol=1e-10)
    assert "'width'" in refused(
        "principal-component-analysis", {"dataset": features}, columns=["width"]
    )


def case_permutation_feature_importance() -> None:
    learner = use("two-class-decision-forest", trees=5)["learner"]
    model = use("train-model", {"learner": learner, "dataset": CANCER}, label="target")["model"]
    both = {"model": model, "dataset": CANCER}
    made = use("permutation-feature-importance", both, repeats=2)["results"].frame
    plain = permutation_importance(
        model.pipeline,
        CANCER.drop(columns="target"),
        CANCER["target"],
        scoring="accuracy",
        n_repeats=2,
        random_state=0,
    )
    assert made["Score"].max() == plain.importances_mean.max()
    less = CANCER.drop(columns="target")
    assert "'target'" in refused(
        "permutation-feature-importance", {"model": model, "dataset": less}
    )


def case_filter_based_feature_selection() -> None:
    made = use("filter-based-feature-selection", {"dataset": DIABETES}, label="target", count=2)
    plain = DIABETES.drop(columns="target").corrwith(DIABETES["target"]).abs()
    best = plain.sort_values(ascending=False)
    assert made["features"].frame["Feature"].tolist() == best.index.tolist()
    assert set(made["results"].frame.columns) == {*best.index[:2], "target"}
    for method in ("spearman", "fisher", "mutual"):
        use("filter-based-feature-selection", {"dataset": IRIS}, label="target", method=method)
    said = refused(
        "filter-based-feature-selection", {"dataset": DIABETES}, label="target", method="chi2"
    )
    assert "from 0 up" in said
    assert "'y'" in refused("filter-based-feature-selection", {"dataset": IRIS}, label="y")


def case_summarize_data() -> None:
    frame = IRIS.assign(word="x")
    made = use("summarize-data", {"dataset": frame})["results"].frame.set_index("Feature")
    plain = IRIS.describe().T
    np.testing.assert_allclose(made.loc[IRIS.columns, "Std"].astype(float), plain["std"])
    assert made.loc["word", "Unique"] == 1
    assert pd.isna(made.loc["word", "Mean"])


def case_trained_models_come_back_as_they_were_written() -> None:
    learner = use("create-python-model")["learner"]
    model = use("train-model", {"learner": learner, "dataset": IRIS}, label="target")["model"]
    before = model.pipeline.predict(IRIS[model.features])
    with tempfile.TemporaryDirectory() as folder:
        models.write(model, folder)
        about = json.loads(Path(folder, "_about.json").read_text())
        back = models.read("model", folder)
    assert about["features"] == list(IRIS.columns[:4])
    np.testing.assert_array_equal(back.pipeline.predict(IRIS[model.features]), before)
    scored = use("score-model", {"model": back, "dataset": IRIS})["scored"].frame
    assert "Scored Probabilities_1" in scored.columns
    assert "class PythonModel" in refused("create-python-model", script="x = 1")
    assert "function predict" in refused(
        "create-python-model", script="class PythonModel:\n    def fit(self, X, y): ..."
    )
