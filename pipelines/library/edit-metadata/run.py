"""Edit Metadata: names, types and roles of columns."""

from __future__ import annotations

import warnings
from typing import Any

import pandas as pd
from forebay_modules.columns import is_gap, need_columns, shown
from forebay_modules.errors import ModuleError
from forebay_modules.run import Context, Outputs, main
from forebay_modules.tables import Table
from pandas.api import types

TRUE, FALSE = {"true", "yes", "1", "1.0"}, {"false", "no", "0", "0.0"}


def run(context: Context) -> Outputs:
    """`results`: the same rows with changed columns."""
    table = context.table("dataset")
    frame, roles = table.frame.copy(), dict(table.roles)
    names = need_columns(frame, context.setting("columns"), "Columns")
    kind, role = context.setting("type"), context.setting("role")
    for name in names:
        if kind not in (None, "unchanged"):
            frame[name] = _converted(frame[name], kind, context.setting("format"))
        if role not in (None, "unchanged"):
            roles[name] = "" if role == "feature" else role
    renamed = _new_names(context.setting("names"), names, list(frame.columns))
    return {
        "results": Table(
            frame.rename(columns=renamed),
            {renamed.get(name, name): one for name, one in roles.items() if one},
        )
    }


def _new_names(text: str | None, names: list[str], columns: list[str]) -> dict[str, str]:
    if not text:
        return {}
    given = [one.strip() for one in text.split(",")]
    if len(given) != len(names):
        raise ModuleError(f"There are {len(given)} new names for {len(names)} columns.")
    renamed = dict(zip(names, given, strict=True))
    after = [renamed.get(name, name) for name in columns]
    twice = next((name for name in after if after.count(name) > 1 or not name), None)
    if twice is not None:
        raise ModuleError(
            f"Two columns would be called {twice!r}." if twice else "A name is empty."
        )
    return renamed


def _converted(values: pd.Series, kind: str, pattern: str | None) -> pd.Series:
    """The column in another type; a ModuleError names the first value that does not fit."""
    if kind == "string":
        return values.astype(object).map(lambda one: None if is_gap(one) else str(one))
    if kind == "categorical":
        return values.astype("category")
    if kind == "not_categorical":
        return pd.Series(list(values), index=values.index, name=values.name)
    if kind == "boolean":
        made = values.astype(object).map(_truth).astype("boolean")
        made = made if made.isna().any() else made.astype(bool)
    elif kind == "datetime":
        made = _dates(values, pattern or None)
    else:
        made = _numbers(values)
    wrong = values[made.isna() & values.notna()]
    if not wrong.empty:
        raise ModuleError(f"Column {values.name!r}: {shown(wrong.iloc[0])} can't become {kind}.")
    if kind == "integer":
        return _whole(made, values.name)
    return made.astype("float64") if kind == "float" else made


def _numbers(values: pd.Series) -> pd.Series:
    """The column as numbers. Gaps do not make floats of whole numbers: those end at 2**53."""
    known = pd.to_numeric(values.dropna().astype(object), errors="coerce")
    known = known.astype("int64") if types.is_bool_dtype(known) else known
    if types.is_integer_dtype(known) and len(known) < len(values):
        known = known.astype("UInt64" if known.dtype == "uint64" else "Int64")
    return known.reindex(values.index)


def _whole(numbers: pd.Series, name: str) -> pd.Series:
    if types.is_integer_dtype(numbers):
        return numbers
    known = numbers.dropna()
    if (known % 1 != 0).any():
        raise ModuleError(f"Column {name!r} holds numbers that are not whole.")
    if (known.abs() >= 2**63).any():
        raise ModuleError(f"Column {name!r} holds numbers too large for whole ones.")
    return numbers.astype("Int64" if len(known) < len(numbers) else "int64")


def _dates(values: pd.Series, pattern: str | None) -> pd.Series:
    """Times of one zone keep it; times of several ones become UTC."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of those of several zones
        try:
            made = pd.to_datetime(values, format=pattern, errors="coerce")
        except ValueError as error:
            raise ModuleError(f"Format of dates: {error}.") from error
        if types.is_datetime64_any_dtype(made):
            return made
        return pd.to_datetime(values, format=pattern, errors="coerce", utc=True)


def _truth(one: Any) -> Any:
    text = str(one).strip().lower()
    return True if text in TRUE else False if text in FALSE else None


if __name__ == "__main__":
    main(run)
