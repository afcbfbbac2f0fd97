"""Modules for texts, and for the user's own Python."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from using import refused, use

TEXTS = pd.DataFrame({"text": ["The cat sat", "the dog sat on the cat", None], "n": [1, 2, 3]})


def case_preprocess_text() -> None:
    frame = pd.DataFrame({"t": ["Visit https://a.example NOW!!! 3,5 is sooo the best", None]})
    made = use("preprocess-text", {"dataset": frame}, duplicates=True)["results"].frame
    assert made["Preprocessed t"].tolist() == ["visit soo best", None]
    made = use(
        "preprocess-text",
        {"dataset": frame},
        columns=["t"],
        replace=True,
        stop_words=False,
        numbers=False,
        signs=False,
        lower=False,
        urls=False,
    )["results"].frame
    assert made["t"][0] == frame["t"][0]
    assert "'u'" in refused("preprocess-text", {"dataset": frame}, columns=["u"])
    assert "regular expression" in refused("preprocess-text", {"dataset": frame}, pattern="(")


def case_extract_n_gram_features() -> None:
    made = use("extract-n-gram-features", {"dataset": TEXTS}, column="text", normalize=True)
    plain = TfidfVectorizer()
    expected = plain.fit_transform(TEXTS["text"].fillna("")).toarray()
    names = [f"text.[{word}]" for word in plain.get_feature_names_out()]
    np.testing.assert_allclose(made["results"].frame[names], expected)
    new = pd.DataFrame({"text": ["a dog and a bird"]})
    again = use(
        "extract-n-gram-features",
        {"dataset": new, "vocabulary": made["vocabulary_out"]},
        column="text",
        weight="binary",
    )["results"].frame
    assert list(again.columns) == names
    assert again.iloc[0].sum() == 1
    two = use("extract-n-gram-features", {"dataset": TEXTS}, column="text", size=2)
    assert "text.[cat sat]" in two["results"].frame.columns
    assert "'words'" in refused("extract-n-gram-features", {"dataset": TEXTS}, column="words")


def case_execute_python_script() -> None:
    script = "def azureml_main(a, b):\n    return a.assign(n=a['n'] * 2), a.head(1)\n"
    made = use("execute-python-script", {"dataset1": TEXTS}, script=script)
    assert made["results1"].frame["n"].tolist() == [2, 4, 6]
    assert len(made["results2"].frame) == 1
    made = use("execute-python-script", {"dataset1": TEXTS})
    pd.testing.assert_frame_equal(made["results1"].frame, TEXTS)
    assert made["results2"].frame.empty


def case_execute_python_script_says_the_line() -> None:
    script = "def azureml_main(a, b):\n    x = 1\n    return a['nothing']\n"
    said = refused("execute-python-script", {"dataset1": TEXTS}, script=script)
    assert said == "line 3 of the script: KeyError: 'nothing'"
    assert "must define" in refused("execute-python-script", script="x = 1")
    said = refused("execute-python-script", script="def azureml_main(a, b):\n    return 5\n")
    assert "value 1 is a int" in said
