"""Partition and Sample: some of the rows."""

from __future__ import annotations

import pandas as pd
from forebay_modules.columns import need_column
from forebay_modules.errors import ModuleError
from forebay_modules.run import Context, Outputs, main
from sklearn.model_selection import KFold, StratifiedKFold


def run(context: Context) -> Outputs:
    """`results`: the chosen rows, in the order of the dataset."""
    table, mode = context.table("dataset"), context.setting("mode")
    frame = table.frame
    if mode == "head":
        return {"results": table.replaced(frame.head(context.setting("rows")))}
    column = context.setting("stratify") or None
    if column:
        need_column(frame, column)
    chosen = (_fold if mode == "fold" else _sample)(frame, column, context)
    return {"results": table.replaced(frame.loc[sorted(chosen)])}


def _sample(frame: pd.DataFrame, column: str | None, context: Context) -> pd.Index:
    rate, seed = context.setting("rate"), context.setting("seed")
    if column is None:
        return frame.sample(frac=rate, random_state=seed).index
    return frame.groupby(column, observed=True).sample(frac=rate, random_state=seed).index


def _fold(frame: pd.DataFrame, column: str | None, context: Context) -> pd.Index:
    folds, wanted = context.setting("folds"), context.setting("fold")
    if wanted > folds:
        raise ModuleError(f"There are {folds} folds; fold {wanted} is none of them.")
    kind = StratifiedKFold if column else KFold
    splitter = kind(n_splits=folds, shuffle=True, random_state=context.setting("seed"))
    try:
        parts = list(splitter.split(frame, frame[column] if column else None))
    except ValueError as error:
        raise ModuleError(f"The rows can't be divided so: {error}") from error
    rest, picked = parts[wanted - 1]
    return frame.index[rest if context.setting("complement") else picked]


if __name__ == "__main__":
    main(run)
