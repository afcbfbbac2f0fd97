"""Modules that choose and change columns, beside plain pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.datasets import load_iris
from using import refused, use

IRIS = load_iris(as_frame=True).frame.rename(columns=lambda name: name.replace(" (cm)", ""))
PEOPLE = pd.DataFrame(
    {
        "name": ["Ada", "Alan", "Grace", "Linus"],
        "age": [36.0, None, 85.0, 56.0],
        "born": ["1815-12-10", "1912-06-23", "1906-12-09", "1969-12-28"],
        "city": ["London", "London", None, "Helsinki"],
    }
)


def case_select_columns() -> None:
    chosen = {"types": ["numeric"], "except": ["target"]}
    made = use("select-columns", {"dataset": IRIS}, columns=chosen)["results"].frame
    pd.testing.assert_frame_equal(made, IRIS.drop(columns="target"))
    assert "'sepal'" in refused("select-columns", {"dataset": IRIS}, columns=["sepal"])


def case_edit_metadata() -> None:
    made = use("edit-metadata", {"dataset": PEOPLE}, columns=["born"], type="datetime")
    pd.testing.assert_series_equal(made["results"].frame["born"], pd.to_datetime(PEOPLE["born"]))
    made = use("edit-metadata", {"dataset": PEOPLE}, columns=["age"], names="years", role="label")
    assert made["results"].roles == {"years": "label"}
    assert "'London' can't become integer" in refused(
        "edit-metadata", {"dataset": PEOPLE}, columns=["city"], type="integer"
    )
    assert "Did you mean 'city'" in refused("edit-metadata", {"dataset": PEOPLE}, columns=["citty"])
    assert "called 'city'" in refused(
        "edit-metadata", {"dataset": PEOPLE}, columns=["age"], names="city"
    )


def case_add_rows() -> None:
    first, second = PEOPLE.head(2), PEOPLE.tail(2)
    made = use("add-rows", {"dataset1": first, "dataset2": second})["results"].frame
    pd.testing.assert_frame_equal(made, PEOPLE)
    other = second.drop(columns="city")
    assert "'city'" in refused("add-rows", {"dataset1": first, "dataset2": other})
    made = use("add-rows", {"dataset1": first, "dataset2": other}, columns="common")
    assert list(made["results"].frame.columns) == ["name", "age", "born"]


def case_add_columns() -> None:
    made = use("add-columns", {"dataset1": PEOPLE[["name"]], "dataset2": PEOPLE[["name", "age"]]})
    assert list(made["results"].frame.columns) == ["name", "name (1)", "age"]
    said = refused("add-columns", {"dataset1": PEOPLE, "dataset2": PEOPLE.head(2)})
    assert "Dataset 1 has 4 rows and dataset 2 has 2" in said


def case_join_data() -> None:
    cities = pd.DataFrame({"town": ["LONDON", "Helsinki", "Rome"], "country": ["UK", "FI", "IT"]})
    keys = {"left_keys": ["city"], "right_keys": ["town"]}
    both = {"left": PEOPLE, "right": cities}
    made = use("join-data", both, **keys, how="left", match_case=False)["results"].frame
    assert made["country"].tolist()[:2] == ["UK", "UK"]
    assert list(made.columns) == [*PEOPLE.columns, "country"]
    made = use("join-data", both, **keys, how="inner")["results"].frame
    plain = PEOPLE.merge(cities, left_on="city", right_on="town").drop(columns="town")
    pd.testing.assert_frame_equal(made, plain)
    made = use("join-data", both, **keys, how="outer", match_case=False)["results"].frame
    assert "Rome" in made["city"].tolist()
    made = use("join-data", both, **keys, how="anti", match_case=False)["results"].frame
    assert made["name"].tolist() == ["Grace"]
    assert "'towns'" in refused("join-data", both, left_keys=["city"], right_keys=["towns"])


def case_clean_missing_data() -> None:
    made = use("clean-missing-data", {"dataset": PEOPLE}, columns=["age"], mode="median")
    expected = PEOPLE.assign(age=PEOPLE["age"].fillna(PEOPLE["age"].median()))
    pd.testing.assert_frame_equal(made["cleaned"].frame, expected)
    other = PEOPLE.assign(age=None).astype({"age": float})
    again = use("apply-transformation", {"transform": made["transform"], "dataset": PEOPLE})
    pd.testing.assert_frame_equal(again["results"].frame, expected)
    filled = use("apply-transformation", {"transform": made["transform"], "dataset": other})
    assert filled["results"].frame["age"].tolist() == [56.0] * 4
    made = use("clean-missing-data", {"dataset": PEOPLE}, mode="remove_rows")
    pd.testing.assert_frame_equal(made["cleaned"].frame, PEOPLE.dropna().reset_index(drop=True))
    made = use("clean-missing-data", {"dataset": PEOPLE}, mode="remove_columns")
    assert list(made["cleaned"].frame.columns) == ["name", "born"]
    made = use("clean-missing-data", {"dataset": PEOPLE}, mode="value", value="0", indicators=True)
    assert made["cleaned"].frame["age_IsMissing"].tolist() == [False, True, False, False]
    assert "'city' holds text and has no mean" in refused(
        "clean-missing-data", {"dataset": PEOPLE}, columns=["city"], mode="mean"
    )
    assert "'ages'" in refused("clean-missing-data", {"dataset": PEOPLE}, columns=["ages"])


def case_remove_duplicate_rows() -> None:
    made = use("remove-duplicate-rows", {"dataset": PEOPLE}, columns=["city"], keep_first=False)
    plain = PEOPLE.drop_duplicates("city", keep="last").reset_index(drop=True)
    pd.testing.assert_frame_equal(made["results"].frame, plain)
    assert "'town'" in refused("remove-duplicate-rows", {"dataset": PEOPLE}, columns=["town"])


def case_normalize_data() -> None:
    from sklearn.preprocessing import MinMaxScaler, StandardScaler

    features = IRIS.drop(columns="target")
    choice = {"types": ["numeric"], "except": ["target"]}
    for method, scaler in (("zscore", StandardScaler()), ("minmax", MinMaxScaler())):
        made = use("normalize-data", {"dataset": IRIS}, method=method, columns=choice)
        numbers = made["results"].frame.drop(columns="target")
        np.testing.assert_allclose(numbers, scaler.fit_transform(features), rtol=1e-12, atol=1e-12)
    assert "holds text" in refused("normalize-data", {"dataset": PEOPLE}, columns=["city"])
    assert "'height'" in refused("normalize-data", {"dataset": PEOPLE}, columns=["height"])


def case_group_into_bins() -> None:
    values = pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0, 4.0, None]})
    made = use("group-into-bins", {"dataset": values}, mode="edges", edges="1, 3")["results"].frame
    assert made["x"].tolist()[:5] == [1, 1, 2, 2, 3]
    made = use("group-into-bins", {"dataset": IRIS}, columns=["sepal length"], bins=4)
    plain = pd.qcut(IRIS["sepal length"], 4, labels=False) + 1
    assert made["results"].frame["sepal length"].tolist() == plain.tolist()
    made = use("group-into-bins", {"dataset": IRIS}, columns=["sepal length"], mode="width", bins=3)
    plain = pd.cut(IRIS["sepal length"], 3, labels=False) + 1
    assert made["results"].frame["sepal length"].tolist() == plain.tolist()
    assert "must rise" in refused("group-into-bins", {"dataset": values}, mode="edges", edges="3,1")
    assert "'y'" in refused("group-into-bins", {"dataset": values}, columns=["y"])


def case_clip_values() -> None:
    made = use("clip-values", {"dataset": IRIS}, columns=["sepal length"], lower=5.0, upper=95.0)
    values = IRIS["sepal length"]
    plain = values.clip(values.quantile(0.05), values.quantile(0.95))
    pd.testing.assert_series_equal(made["results"].frame["sepal length"], plain)
    made = use(
        "clip-values",
        {"dataset": IRIS},
        columns=["sepal length"],
        clip="peaks",
        threshold="constant",
        upper=7.0,
        substitute="missing",
    )
    assert made["results"].frame["sepal length"].isna().sum() == (values > 7.0).sum()
    assert "'width'" in refused("clip-values", {"dataset": IRIS}, columns=["width"])


def case_partition_and_sample() -> None:
    made = use("partition-and-sample", {"dataset": IRIS}, mode="head", rows=7)["results"].frame
    pd.testing.assert_frame_equal(made, IRIS.head(7))
    made = use("partition-and-sample", {"dataset": IRIS}, rate=0.2, seed=5)["results"].frame
    plain = IRIS.sample(frac=0.2, random_state=5).sort_index().reset_index(drop=True)
    pd.testing.assert_frame_equal(made, plain)
    picked = use("partition-and-sample", {"dataset": IRIS}, mode="fold", fold=2)["results"].frame
    rest = use("partition-and-sample", {"dataset": IRIS}, mode="fold", fold=2, complement=True)
    assert len(picked) == 30
    assert len(rest["results"].frame) == 120
    assert "'kind'" in refused("partition-and-sample", {"dataset": IRIS}, stratify="kind")


def case_apply_sql_transformation() -> None:
    query = "select city, count(*) as n from t1 where city is not null group by city order by city"
    made = use("apply-sql-transformation", {"dataset1": PEOPLE}, query=query)["results"].frame
    assert made.to_dict("list") == {"city": ["Helsinki", "London"], "n": [1, 2]}
    said = refused("apply-sql-transformation", {"dataset1": PEOPLE}, query="select town from t1")
    assert "town" in said
    said = refused(
        "apply-sql-transformation", {"dataset1": PEOPLE}, query="select * from '/etc/passwd'"
    )
    assert "fails" in said


def case_apply_math_operation() -> None:
    made = use("apply-math-operation", {"dataset": PEOPLE}, operation="log")["results"].frame
    pd.testing.assert_series_equal(made["log(age)"], np.log(PEOPLE["age"]), check_names=False)
    made = use(
        "apply-math-operation",
        {"dataset": IRIS},
        columns=["sepal length"],
        operation="divide",
        operand="column",
        column="sepal width",
        output="only",
    )["results"].frame
    plain = IRIS["sepal length"] / IRIS["sepal width"]
    pd.testing.assert_series_equal(made["divide(sepal length)"], plain, check_names=False)
    assert "'weight'" in refused("apply-math-operation", {"dataset": PEOPLE}, columns=["weight"])


def case_convert_to_indicator_values() -> None:
    made = use("convert-to-indicator-values", {"dataset": PEOPLE}, columns=["city"])
    plain = pd.get_dummies(PEOPLE, columns=["city"], prefix_sep="-", dtype="int64")
    pd.testing.assert_frame_equal(made["results"].frame, plain)
    other = PEOPLE.assign(city="Rome")
    again = use("apply-transformation", {"transform": made["transform"], "dataset": other})
    assert again["results"].frame["city-London"].tolist() == [0, 0, 0, 0]
    assert "'town'" in refused("convert-to-indicator-values", {"dataset": PEOPLE}, columns=["town"])


def case_select_columns_transform() -> None:
    made = use("select-columns-transform", {"dataset": PEOPLE}, columns=["age", "name"])
    other = PEOPLE.drop(columns="age")
    assert list(made["results"].frame.columns) == ["name", "age"]
    said = refused("apply-transformation", {"transform": made["transform"], "dataset": other})
    assert "'age'" in said
    assert "'x'" in refused("select-columns-transform", {"dataset": PEOPLE}, columns=["x"])


def case_smote() -> None:
    from imblearn.over_sampling import SMOTE

    rare = IRIS[(IRIS["target"] == 0) | (IRIS.index % 5 == 1)].reset_index(drop=True)
    rare = rare[rare["target"] < 2]
    made = use("smote", {"dataset": rare}, label="target", percentage=200, neighbors=3)
    count = int((rare["target"] == 1).sum())
    plain, _ = SMOTE(sampling_strategy={1: count * 3}, k_neighbors=3, random_state=0).fit_resample(
        rare.drop(columns="target"), rare["target"]
    )
    pd.testing.assert_frame_equal(made["results"].frame.drop(columns="target"), plain)
    assert "'class'" in refused("smote", {"dataset": rare}, label="class")
