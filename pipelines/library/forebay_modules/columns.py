"""Choosing columns: by name, by type, all but some. In the order of the table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
