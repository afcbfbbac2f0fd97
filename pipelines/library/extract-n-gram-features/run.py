"""Extract N-Gram Features from Text."""

from __future__ import annotations

import numpy as np
import pandas as pd
from forebay_modules.columns import as_texts, need_column, need_numeric
from forebay_modules.errors import ModuleError
from forebay_modules.run import Context, Outputs, main
from forebay_modules.tables import Table
from sklearn.feature_extraction.text import CountVectorizer


def run(context: Context) -> Outputs:
    """`results`: a column `text.[ngram]` each; `vocabulary_out`: n-grams, documents and IDF."""
    table = context.table("dataset")
    column = need_column(table.frame, context.setting("column"))
    texts = as_texts(table.frame[column]).fillna("").astype(str)
    known = _known(context) if context.has("vocabulary") else _learn(texts, context)
    counter = CountVectorizer(vocabulary=list(known["Ngram"]), ngram_range=_range(known["Ngram"]))
    counts = counter.transform(texts).toarray().astype(float)
    if context.setting("weight") == "binary":
        counts = (counts > 0).astype(float)
    elif context.setting("weight") == "tfidf":
        counts = counts * known["IDF"].to_numpy()
    if context.setting("normalize"):
        length = np.linalg.norm(counts, axis=1, keepdims=True)
        counts = counts / np.where(length == 0, 1, length)
    names = [f"{column}.[{ngram}]" for ngram in known["Ngram"]]
    made = pd.DataFrame(counts, columns=names, index=table.frame.index)
    rest = table.frame if context.setting("keep") else table.frame.drop(columns=column)
    frame = pd.concat([rest, made], axis=1)
    return {"results": table.replaced(frame), "vocabulary_out": Table(known)}


def _learn(texts: pd.Series, context: Context) -> pd.DataFrame:
    counter = CountVectorizer(
        ngram_range=(1, context.setting("size")),
        max_features=context.setting("most"),
        min_df=context.setting("least_documents"),
    )
    try:
        counts = counter.fit_transform(texts)
    except ValueError as error:
        raise ModuleError(f"There are no n-grams: {error}") from error
    documents = np.asarray((counts > 0).sum(axis=0)).ravel()
    return pd.DataFrame(
        {
            "Ngram": counter.get_feature_names_out(),
            "DF": documents,
            "IDF": np.log((1 + len(texts)) / (1 + documents)) + 1,
        }
    )


def _known(context: Context) -> pd.DataFrame:
    frame = context.table("vocabulary").frame
    for name in ("Ngram", "IDF"):
        need_column(frame, name, where="The vocabulary")
    need_numeric(frame, ["IDF"], "The vocabulary")
    known = frame.dropna(subset=["Ngram", "IDF"]).drop_duplicates("Ngram", ignore_index=True)
    if known.empty:
        raise ModuleError("The vocabulary has no n-grams.")
    return known.assign(Ngram=known["Ngram"].astype(str))


def _range(ngrams: pd.Series) -> tuple[int, int]:
    return 1, int(ngrams.str.count(" ").max()) + 1 if len(ngrams) else 1


if __name__ == "__main__":
    main(run)
