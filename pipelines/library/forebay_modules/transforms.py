"""Changes that are learned on one table and applied to others alike.

A fitted transform is the name of one function below and what it learned: plain values, so that a
kept one can be read by people and by later versions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from .columns import as_texts, column_type, need_column, need_numeric
from .errors import ModuleError
from .models import Transform
from .tables import Table


def apply_transform(transform: Transform, table: Table) -> Table:
    """The table after the change. Raises ModuleError for a column that it needs and misses."""
    if transform.kind not in APPLY:
        raise ModuleError(f"This studio knows no transform {transform.kind!r}.")
    for name in transform.state.get("columns", ()):
        need_column(table.frame, name)
    if transform.kind in OF_NUMBERS:
        need_numeric(table.frame, transform.state["columns"], "The transformation")
    return table.replaced(APPLY[transform.kind](table.frame.copy(), transform.state))


def _fill(frame: pd.DataFrame, state: dict[str, Any]) -> pd.DataFrame:
    """Gaps get the value that was learned for their column; those of `indicators` are noted."""
    for name, value in state["values"].items():
        if name not in frame.columns:
            continue
        missing = frame[name].isna()
        if name in state["indicators"]:
            frame[f"{name}_IsMissing"] = missing
        if missing.any():
            if isinstance(frame[name].dtype, pd.CategoricalDtype):
                new = {value} - set(frame[name].cat.categories)
                frame[name] = frame[name].cat.add_categories(new)
            fits = column_type(frame[name]) == "numeric" and isinstance(value, float)
            column = frame[name].astype(float) if fits else frame[name]
            frame[name] = column.where(~missing, value)
    return frame


def _whole_rows(frame: pd.DataFrame, state: dict[str, Any]) -> pd.DataFrame:
    """Only the rows without a gap in the columns, of those that are there."""
    there = [name for name in state["within"] if name in frame.columns]
    return frame[frame[there].notna().all(axis=1)]


def _scale(frame: pd.DataFrame, state: dict[str, Any]) -> pd.DataFrame:
    """`(value - offset) / width`, then for some methods a curve through it."""
    curve = CURVES[state["method"]]
    for name, (offset, width) in state["numbers"].items():
        values = (frame[name].astype(float) - offset) / (width or 1.0)
        frame[name] = curve(values)
    return frame


CURVES: dict[str, Callable[[pd.Series], pd.Series]] = {
    "zscore": lambda values: values,
    "minmax": lambda values: values,
    "logistic": lambda values: 1.0 / (1.0 + np.exp(-values)),
    "tanh": np.tanh,
}


def _bin(frame: pd.DataFrame, state: dict[str, Any]) -> pd.DataFrame:
    """Numbers become the number of their bin, 1 for the lowest; beyond the edges the last one."""
    for name, edges in state["edges"].items():
        values = frame[name].astype(float)
        numbers = pd.Series(np.searchsorted(edges, values, side="left") + 1, index=frame.index)
        place = name if state["replace"] else f"{name}_Bin"
        frame[place] = numbers.where(values.notna()).astype("Int64")
    return frame


def _clip(frame: pd.DataFrame, state: dict[str, Any]) -> pd.DataFrame:
    """Values beyond a bound become the bound, or what was chosen instead of them."""
    for name, bounds in state["bounds"].items():
        low, high, below, above = bounds
        values = frame[name].astype(float)
        under = values < (-np.inf if low is None else low)
        over = values > (np.inf if high is None else high)
        if state.get("indicators"):
            frame[f"{name}_clipped"] = under | over
        if (under | over).any():  # else the column stays what it is: whole numbers stay whole
            clipped = values.mask(under, np.nan if below is None else below)
            frame[name] = clipped.mask(over, np.nan if above is None else above)
    return frame


def _select(frame: pd.DataFrame, state: dict[str, Any]) -> pd.DataFrame:
    """The columns that were chosen, in their order."""
    return frame[state["columns"]]


def _indicators(frame: pd.DataFrame, state: dict[str, Any]) -> pd.DataFrame:
    """One column of 0 and 1 for each value that was seen; others are 0 everywhere."""
    for name, values in state["values"].items():
        texts = as_texts(frame[name])
        made = {f"{name}-{value}": (texts == value).astype("int64") for value in values}
        rest = frame.drop(columns=[*made, *([name] if state["replace"] else [])], errors="ignore")
        frame = pd.concat([rest, pd.DataFrame(made, index=frame.index)], axis=1)
    return frame


def _components(frame: pd.DataFrame, state: dict[str, Any]) -> pd.DataFrame:
    """Principal components of the columns that were learned from, instead of those or beside."""
    values = frame[state["columns"]].astype(float).to_numpy()
    if np.isnan(values).any():
        raise ModuleError("Principal components need numbers in every row: clean missing data.")
    moved = (values - np.array(state["mean"])) / np.array(state["width"])
    made = moved @ np.array(state["directions"]).T
    if not state["keep"]:
        frame = frame.drop(columns=state["columns"])
    return frame.assign(**{f"PC{number + 1}": made[:, number] for number in range(made.shape[1])})


OF_NUMBERS = ("scale", "bin", "components")
APPLY: dict[str, Callable[[pd.DataFrame, dict[str, Any]], pd.DataFrame]] = {
    "fill": _fill,
    "whole_rows": _whole_rows,
    "scale": _scale,
    "bin": _bin,
    "clip": _clip,
    "select": _select,
    "indicators": _indicators,
    "components": _components,
}
