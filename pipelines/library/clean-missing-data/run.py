"""Clean Missing Data: gaps are filled, or go with their rows or columns."""

from __future__ import annotations

import contextlib
import math
from typing import Any

import pandas as pd
from forebay_modules.columns import column_type, need_columns
from forebay_modules.errors import ModuleError
from forebay_modules.models import Transform
from forebay_modules.run import Context, Outputs, main
from forebay_modules.transforms import apply_transform
from pandas.api import types

TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def run(context: Context) -> Outputs:
    """`cleaned`, and `transform` that does the same to other data."""
    table, mode = context.table("dataset"), context.setting("mode")
    frame = table.frame
    names = need_columns(frame, context.setting("columns"), "Columns to clean")
    low, high = context.setting("min_ratio"), context.setting("max_ratio")
    share = frame[names].isna().mean()
    within = [name for name in names if low <= share[name] <= high]
    gaps = [name for name in within if share[name] > 0]
    if mode == "remove_rows":
        transform = Transform("whole_rows", {"columns": gaps, "within": within})
    elif mode == "remove_columns":
        kept = [name for name in frame.columns if name not in gaps]
        transform = Transform("select", {"columns": kept})
    else:
        given = context.setting("value")
        values = {name: _value(frame[name], mode, given) for name in gaps}
        values |= _values_for_later(frame[[one for one in within if one not in gaps]], mode, given)
        noted = gaps if context.setting("indicators") else []
        transform = Transform("fill", {"columns": gaps, "values": values, "indicators": noted})
    return {"cleaned": apply_transform(transform, table), "transform": transform}


def _values_for_later(whole: pd.DataFrame, mode: str, given: str | None) -> dict[str, Any]:
    """What fills columns without a gap here, which may have gaps where the change is applied."""
    values = {}
    for name in whole.columns:
        with contextlib.suppress(ModuleError):  # a text has no mean, and needs none here
            values[name] = _value(whole[name], mode, given)
    return values


def _value(values: pd.Series, mode: str, given: str | None) -> Any:
    """What fills the gaps of a column."""
    kind = column_type(values)
    if mode == "value":
        return _as_kind(values, kind, given or "")
    if mode == "mode":
        most = values.mode()
        if most.empty:
            raise ModuleError(f"Column {values.name!r} is empty: it has no most frequent value.")
        return most.iloc[0]
    if kind != "numeric":
        raise ModuleError(
            f"Column {values.name!r} holds {kind} and has no {mode}. Leave it out, or replace with "
            "the most frequent value."
        )
    if values.isna().all():
        raise ModuleError(f"Column {values.name!r} is empty: it has no {mode}.")
    return float(values.mean() if mode == "mean" else values.median())


def _as_kind(values: pd.Series, kind: str, given: str) -> Any:
    """The replacement as a value of the column's type, so that filling leaves that as it is."""
    if kind == "categorical":
        values = values.cat.categories.to_series(name=values.name)
        kind = column_type(values)
    if kind == "boolean":
        if given.strip().lower() not in TRUTHS:
            raise ModuleError(
                f"Column {values.name!r} holds true and false, and {given!r} is neither."
            )
        return TRUTHS[given.strip().lower()]
    if kind == "datetime":
        date = pd.to_datetime(given, errors="coerce")
        if pd.isna(date):
            raise ModuleError(f"Column {values.name!r} holds dates, and {given!r} is none.")
        zone = getattr(values.dtype, "tz", None)
        if zone is None:
            return date.tz_localize(None)
        return date.tz_localize(zone) if date.tzinfo is None else date.tz_convert(zone)
    if kind != "numeric":
        return given
    try:
        number = float(given)
    except ValueError:
        number = float("nan")
    if not math.isfinite(number):
        raise ModuleError(f"Column {values.name!r} holds numbers, and {given!r} is none.")
    return int(number) if number.is_integer() and types.is_integer_dtype(values) else number


if __name__ == "__main__":
    main(run)
