"""Tables as people have them: gaps, dates, truths, huge numbers, names taken twice."""

from __future__ import annotations

import tempfile

import numpy as np
import pandas as pd
from forebay_modules.columns import column_type
from forebay_modules.tables import Table, read_table, write_table
from using import refused, use

GAPS = pd.DataFrame({"n": pd.Series([1, 2, None, 4], dtype="Int64"), "t": ["a", "b", "c", None]})
HUGE = 2**53 + 1  # no float has it


def kept(frame: pd.DataFrame) -> pd.DataFrame:
    """A table as the next module reads it."""
    with tempfile.TemporaryDirectory() as folder:
        write_table(Table(frame), folder)
        return read_table(folder).frame


def case_truths_with_gaps_stay_truths() -> None:
    frame = pd.DataFrame({"t": ["yes", None, "no"]})
    made = use("edit-metadata", {"dataset": frame}, columns=["t"], type="boolean")
    read = kept(made["results"].frame)
    assert column_type(read["t"]) == "boolean"
    filled = use("clean-missing-data", {"dataset": read}, mode="value", value="No")
    assert kept(filled["cleaned"].frame)["t"].tolist() == [True, False, False]
    assert "holds true and false" in refused(
        "clean-missing-data", {"dataset": read}, mode="value", value="perhaps"
    )


def case_a_column_of_lists_is_kept_as_texts() -> None:
    assert kept(pd.DataFrame({"x": [[1, 2], None, [3]]}))["x"].tolist() == ["[1, 2]", None, "[3]"]


def case_two_columns_of_one_name_are_refused() -> None:
    script = "def azureml_main(a, b):\n    return a[['n', 'n']]"
    assert "called 'n'" in refused("execute-python-script", {"dataset1": GAPS}, script=script)


def case_rows_that_are_too_long_are_refused() -> None:
    typed = use("enter-data-manually", data="a,b\n1,2,\n3,4,\n")["results"].frame
    assert typed.to_dict("list") == {"a": [1, 3], "b": [2, 4]}
    assert "more values than" in refused("enter-data-manually", data="a,b\n1,2,3\n")


def case_text_files_of_one_column() -> None:
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/words.txt", "w", encoding="utf-8") as file:
            file.write("word\nalpha\nbeta\n")
        made = use("import-data", source=folder)["results"].frame
    assert made.to_dict("list") == {"word": ["alpha", "beta"]}


def case_huge_numbers_stay_what_they_are() -> None:
    frame = pd.DataFrame({"id": [str(HUGE), None]})
    made = use("edit-metadata", {"dataset": frame}, columns=["id"], type="integer")
    assert kept(made["results"].frame)["id"][0] == HUGE
    above = pd.DataFrame({"id": pd.Series([2**64 - 1], dtype="uint64")})
    made = use("edit-metadata", {"dataset": above}, columns=["id"], type="integer")
    assert made["results"].frame["id"][0] == 2**64 - 1
    assert "'id' holds numbers too large" in refused(
        "edit-metadata", {"dataset": pd.DataFrame({"id": [1e300]})}, columns=["id"], type="integer"
    )
    whole = pd.DataFrame({"id": [HUGE, HUGE + 2]})
    made = use(
        "clip-values",
        {"dataset": whole},
        columns=["id"],
        threshold="constant",
        upper=1e17,
        lower=0.0,
    )
    assert made["results"].frame["id"].tolist() == [HUGE, HUGE + 2]


def case_times_of_two_offsets_become_one() -> None:
    frame = pd.DataFrame({"at": ["2026-03-28T00:00+01:00", "2026-03-30T00:00+02:00"]})
    made = use("edit-metadata", {"dataset": frame}, columns=["at"], type="datetime")
    assert made["results"].frame["at"].diff()[1] == pd.Timedelta(hours=47)


def case_a_replacement_keeps_the_type() -> None:
    dates = pd.DataFrame({"d": [pd.Timestamp("2020-01-01"), None]})
    made = use("clean-missing-data", {"dataset": dates}, mode="value", value="2021-05-06")
    assert made["cleaned"].frame["d"][1] == pd.Timestamp("2021-05-06")
    assert "'d' holds dates" in refused(
        "clean-missing-data", {"dataset": dates}, mode="value", value="none"
    )
    numbers = pd.DataFrame({"x": [np.nan, np.nan], "y": [1.0, 2.0]})
    assert "'x' is empty: it has no mean" in refused("clean-missing-data", {"dataset": numbers})
    made = use("clean-missing-data", {"dataset": GAPS}, columns=["n"], mode="value", value="3")
    assert made["cleaned"].frame["n"].dtype == "Int64"


def case_gaps_that_come_later_are_cleaned_too() -> None:
    whole = pd.DataFrame({"x": [1.0, 3.0, None], "z": [2.0, 4.0, 6.0], "k": ["a", "b", "c"]})
    later = pd.DataFrame({"x": [5.0, None], "z": [None, 1.0]})
    made = use("clean-missing-data", {"dataset": whole}, mode="mean", indicators=True)
    again = {"transform": made["transform"], "dataset": later}
    filled = use("apply-transformation", again)["results"].frame
    assert filled.to_dict("list") == {"x": [5, 2], "z": [4, 1], "x_IsMissing": [False, True]}
    made = use("clean-missing-data", {"dataset": whole}, mode="remove_rows")
    again = {"transform": made["transform"], "dataset": later.assign(x=[5.0, 6.0])}
    assert use("apply-transformation", again)["results"].frame["x"].tolist() == [6]


def case_join_says_what_keys_do_not_fit() -> None:
    left = pd.DataFrame({"key": [1, 2], "v": [1, 2], "v_right": [3, 4]})
    right = pd.DataFrame({"key": ["1", "2"], "v": [5, 6]})
    for how in ("inner", "semi"):
        said = refused(
            "join-data",
            {"left": left, "right": right},
            left_keys=["key"],
            right_keys=["key"],
            how=how,
        )
        assert "'key' of the left dataset holds numeric" in said
    both = {"left": left, "right": right.assign(key=[1, 2])}
    made = use("join-data", both, left_keys=["key"], right_keys=["key"])["results"].frame
    assert list(made.columns) == ["key", "v", "v_right", "v_right (1)"]
    some = {
        "left": pd.DataFrame({"k": pd.Categorical(["a", "b"])}),
        "right": pd.DataFrame({"k": pd.Categorical(["b", "c"]), "w": [1, 2]}),
    }
    made = use("join-data", some, left_keys=["k"], right_keys=["k"], how="outer")["results"].frame
    assert made["k"].tolist() == ["a", "b", "c"]


def case_rows_with_gaps_are_split_and_sampled_too() -> None:
    made = use("split-data", {"dataset": GAPS}, mode="expression", expression="n > 1")
    assert made["results1"].frame["n"].tolist() == [2, 4]
    assert len(made["results2"].frame) == 2
    frame = pd.DataFrame({"g": ["a", None] * 10, "x": range(20)})
    made = use("split-data", {"dataset": frame}, fraction=0.5, stratify="g")
    assert made["results1"].frame["g"].isna().sum() == 5
    made = use("partition-and-sample", {"dataset": frame}, rate=0.5, stratify="g")
    assert made["results"].frame["g"].isna().sum() == 5
    made = use("partition-and-sample", {"dataset": frame}, mode="fold", stratify="g")
    assert made["results"].frame["g"].isna().sum() == 2


def case_logistic_and_tanh_are_of_the_value() -> None:
    frame = pd.DataFrame({"x": [-1.0, 0.0, 3.0]})
    made = use("normalize-data", {"dataset": frame}, method="logistic")["results"].frame["x"]
    np.testing.assert_allclose(made, 1 / (1 + np.exp(-frame["x"])))
    made = use("normalize-data", {"dataset": frame}, method="tanh")["results"].frame["x"]
    np.testing.assert_allclose(made, np.tanh(frame["x"]))
    endless = pd.DataFrame({"x": [np.inf, 1.0]})
    assert "'x' holds an infinite" in refused("normalize-data", {"dataset": endless})


def case_transforms_name_the_column_that_holds_no_numbers() -> None:
    made = use("normalize-data", {"dataset": pd.DataFrame({"x": [1.0, 2.0]})})
    said = refused(
        "apply-transformation",
        {"transform": made["transform"], "dataset": pd.DataFrame({"x": ["one"]})},
    )
    assert "column 'x' holds text" in said


def case_indicators_of_whole_numbers_with_and_without_gaps() -> None:
    made = use(
        "convert-to-indicator-values", {"dataset": pd.DataFrame({"k": [1, 2]})}, columns=["k"]
    )
    other = {"transform": made["transform"], "dataset": pd.DataFrame({"k": [2.0, None]})}
    again = use("apply-transformation", other)["results"].frame
    assert again.to_dict("list") == {"k-1": [0, 0], "k-2": [1, 0]}


def case_gaps_elsewhere_do_not_stop_feature_selection() -> None:
    frame = pd.DataFrame({"x": [1.0, 2, 3, 4], "note": [None] * 4, "y": [2.0, 4, 6, 8]})
    made = use("filter-based-feature-selection", {"dataset": frame}, label="y", count=1)
    assert made["features"].frame["Score"].tolist() == [1.0]


def case_smote_knows_only_classes_that_are_there() -> None:
    frame = pd.DataFrame({"x": np.arange(12.0), "k": ["a"] * 8 + ["b"] * 4})
    known = frame.assign(k=pd.Categorical(frame["k"], categories=["a", "b", "never"]))
    made = use("smote", {"dataset": known}, label="k")["results"].frame
    assert made["k"].value_counts().to_dict() == {"a": 8, "b": 8, "never": 0}
    gaps = frame.assign(k=[*frame["k"][:-1], None])
    assert "'k' has gaps" in refused("smote", {"dataset": gaps}, label="k")


def case_numbers_and_categories_are_texts_too() -> None:
    frame = pd.DataFrame({"c": pd.Categorical(["good day", None, "good"])})
    made = use("extract-n-gram-features", {"dataset": frame}, column="c", weight="tf")
    assert made["results"].frame["c.[good]"].tolist() == [1, 0, 1]
    use("extract-n-gram-features", {"dataset": GAPS.assign(n=GAPS["n"] + 100)}, column="n")
