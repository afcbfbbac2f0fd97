"""Choosing columns: by name, by type, all but some. In the order of the table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from pandas.api import types

from .errors import ModuleError, unknown_column


def column_type(values: pd.Series) -> str:
    """`boolean`, `numeric`, `datetime`, `categorical` or `text`."""
    if types.is_bool_dtype(values):
        return "boolean"
    if types.is_numeric_dtype(values):
        return "numeric"
    if types.is_datetime64_any_dtype(values):
        return "datetime"
    if isinstance(values.dtype, pd.CategoricalDtype):
        return "categorical"
    return "text"


def choose_columns(frame: pd.DataFrame, chosen: Any, *, where: str = "") -> list[str]:
    """The names that a `columns` setting means in this table.

    `chosen`: a list of names, or {"include": names}, {"types": types}, {"all": true, "except":
    names}; several together add up before `except` takes away. Raises ModuleError with the
    column's name when one is not there.
    """
    if isinstance(chosen, str):
        chosen = [chosen]
    if not isinstance(chosen, Mapping):
        chosen = {"include": list(chosen or [])}
    named = list(chosen.get("include") or [])
    left_out = set(chosen.get("except") or [])
    for name in named:
        if name not in frame.columns:
            raise unknown_column(name, frame.columns, where)
    wanted_types = set(chosen.get("types") or [])
    names = [
        name
        for name in frame.columns
        if chosen.get("all") or name in named or column_type(frame[name]) in wanted_types
    ]
    return [name for name in names if name not in left_out]


def need_columns(frame: pd.DataFrame, chosen: Any, what: str) -> list[str]:
    """As `choose_columns`, but at least one. `what` names the setting."""
    names = choose_columns(frame, chosen)
    if not names:
        raise ModuleError(f"{what}: the choice leaves no column of this dataset.")
    return names


def need_column(frame: pd.DataFrame, name: str, *, where: str = "") -> str:
    """The name, if the table has it."""
    if name not in frame.columns:
        raise unknown_column(name, frame.columns, where)
    return name


def need_numeric(frame: pd.DataFrame, names: list[str], what: str) -> list[str]:
    """The names, if all of them hold numbers."""
    for name in names:
        if column_type(frame[name]) not in ("numeric", "boolean"):
            kind = column_type(frame[name])
            raise ModuleError(f"{what} needs numbers, and column {name!r} holds {kind}.")
    return names


def need_finite(frame: pd.DataFrame, names: list[str], what: str) -> list[str]:
    """The names, if no column of numbers among them holds an infinite one."""
    for name in names:
        if column_type(frame[name]) == "numeric" and np.isinf(frame[name].astype(float)).any():
            raise ModuleError(
                f"{what} needs finite numbers, and column {name!r} holds an infinite one. Bound "
                "it with Clip Values, or leave the column out."
            )
    return names


def free_name(name: str, taken: Iterable[str]) -> str:
    """The name, with " (1)" and so on behind it while another column has it."""
    known, number, free = set(taken), 1, name
    while free in known:
        free, number = f"{name} ({number})", number + 1
    return free


def as_texts(values: pd.Series) -> pd.Series:
    """The words that values stand for: 1.0 and 1 are one class. None for gaps."""
    return values.astype(object).map(_as_text)


def _as_text(value: Any) -> str | None:
    if is_gap(value):
        return None
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value)


def is_gap(value: Any) -> bool:
    """Whether a cell is empty. A list in a cell is not."""
    return bool(types.is_scalar(value) and pd.isna(value))


def shown(value: Any) -> str:
    """A value in a sentence, without the name of its type."""
    return repr(value.item() if isinstance(value, np.generic) else value)
