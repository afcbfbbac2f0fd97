"""Split Data: rows into two tables."""

from __future__ import annotations

import pandas as pd
from forebay_modules.columns import as_texts, column_type, need_column
from forebay_modules.errors import ModuleError
from forebay_modules.run import Context, Outputs, main
from sklearn.model_selection import train_test_split


def run(context: Context) -> Outputs:
    """`results1` and `results2`: every row is in one of them, in the order of the dataset."""
    table = context.table("dataset")
    by_rows = context.setting("mode") == "rows"
    first = (_by_share if by_rows else _by_condition)(table.frame, context)
    return {
        "results1": table.replaced(table.frame[first]),
        "results2": table.replaced(table.frame[~first]),
    }


def _by_share(frame: pd.DataFrame, context: Context) -> pd.Series:
    """Which rows go to the first output."""
    fraction, rows = context.setting("fraction"), len(frame)
    first = pd.Series(False, index=frame.index)
    if fraction in (0, 1) or not context.setting("randomized"):
        first.iloc[: round(rows * fraction)] = True
        return first
    column, groups = context.setting("stratify") or None, None
    if column:  # rows with a gap are a group of their own
        groups = as_texts(frame[need_column(frame, column)]).fillna("")
    try:
        chosen, _ = train_test_split(
            frame.index,
            train_size=fraction,
            random_state=context.setting("seed"),
            stratify=groups,
        )
    except ValueError as error:
        raise ModuleError(f"The rows can't be split so: {error}") from error
    first[chosen] = True
    return first


def _by_condition(frame: pd.DataFrame, context: Context) -> pd.Series:
    expression = context.setting("expression")
    try:
        first = frame.eval(expression, engine="python")
    except Exception as error:
        raise ModuleError(f"The condition {expression!r} can't be used: {error}") from error
    if not isinstance(first, pd.Series) or column_type(first) != "boolean":
        raise ModuleError(f"The condition {expression!r} must be true or false for each row.")
    return first.fillna(False).astype(bool)  # a gap fulfils no condition


if __name__ == "__main__":
    main(run)
