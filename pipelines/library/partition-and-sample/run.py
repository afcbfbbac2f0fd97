"""Partition and Sample: some of the rows."""

from __future__ import annotations

import pandas as pd
from forebay_modules.columns import as_texts, need_column
from forebay_modules.errors import ModuleError
from forebay_modules.run import Context, Outputs, main
from sklearn.model_selection import KFold, StratifiedKFold


def run(context: Context) -> Outputs:
    """`results`: the chosen rows, in the order of the dataset."""
    table, mode = context.table("dataset"), context.setting("mode")
    frame = table.frame
    if mode == "head":
        return {"results": table.replaced(frame.head(context.setting("rows")))}
    column, groups = context.setting("stratify") or None, None
    if column:  # rows with a gap are a group of their own
        groups = as_texts(frame[need_column(frame, column)]).fillna("")
    chosen = (_fold if mode == "fold" else _sample)(frame, groups, context)
    return {"results": table.replaced(frame.loc[sorted(chosen)])}


def _sample(frame: pd.DataFrame, groups: pd.Series | None, context: Context) -> pd.Index:
    rate, seed = context.setting("rate"), context.setting("seed")
    if groups is None:
        return frame.sample(frac=rate, random_state=seed).index
    return groups.groupby(groups).sample(frac=rate, random_state=seed).index


def _fold(frame: pd.DataFrame, groups: pd.Series | None, context: Context) -> pd.Index:
    folds, wanted = context.setting("folds"), context.setting("fold")
    if wanted > folds:
        raise ModuleError(f"There are {folds} folds; fold {wanted} is none of them.")
    kind = KFold if groups is None else StratifiedKFold
    splitter = kind(n_splits=folds, shuffle=True, random_state=context.setting("seed"))
    try:
        parts = list(splitter.split(frame, groups))
    except ValueError as error:
        raise ModuleError(f"The rows can't be divided so: {error}") from error
    rest, picked = parts[wanted - 1]
    return frame.index[rest if context.setting("complement") else picked]


if __name__ == "__main__":
    main(run)
