"""Modules that choose rows."""

from __future__ import annotations

from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from using import refused, use

IRIS = load_iris(as_frame=True).frame


def case_split_data_is_scikit_learns() -> None:
    made = use("split-data", {"dataset": IRIS}, fraction=0.6, seed=3, stratify="target")
    chosen, _ = train_test_split(
        IRIS.index, train_size=0.6, random_state=3, stratify=IRIS["target"]
    )
    expected = IRIS.loc[sorted(chosen)].reset_index(drop=True)
    assert made["results1"].frame.equals(expected)
    assert len(made["results2"].frame) == 60


def case_split_data_by_a_condition() -> None:
    made = use("split-data", {"dataset": IRIS}, mode="expression", expression="target == 1")
    assert (made["results1"].frame["target"] == 1).all()
    assert len(made["results1"].frame) == 50


def case_split_data_names_a_wrong_column() -> None:
    assert "'colour'" in refused("split-data", {"dataset": IRIS}, stratify="colour")
