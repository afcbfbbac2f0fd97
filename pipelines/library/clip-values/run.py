"""Clip Values: what lies beyond bounds."""

from __future__ import annotations

from typing import Any

import pandas as pd
from forebay_modules.columns import need_columns, need_numeric
from forebay_modules.errors import ModuleError
from forebay_modules.models import Transform
from forebay_modules.run import Context, Outputs, main
from forebay_modules.transforms import apply_transform


def run(context: Context) -> Outputs:
    """`results`: the same rows with no value beyond the bounds."""
    table = context.table("dataset")
    names = need_columns(table.frame, context.setting("columns"), "Columns")
    need_numeric(table.frame, names, "Clip Values")
    bounds = {name: _bounds(table.frame[name].astype(float), context) for name in names}
    state = {"columns": names, "bounds": bounds, "indicators": context.setting("indicators")}
    return {"results": apply_transform(Transform("clip", state), table)}


def _bounds(values: pd.Series, context: Context) -> tuple[Any, Any, Any, Any]:
    """Lower and upper bound, and what stands for values below and above."""
    clip = context.setting("clip")
    low = _bound(values, context, "lower") if clip != "peaks" else None
    high = _bound(values, context, "upper") if clip != "subpeaks" else None
    if low is not None and high is not None and low > high:
        raise ModuleError(
            f"Column {values.name!r}: the lower bound {low:g} is above the upper bound {high:g}."
        )
    how = context.setting("substitute")
    if how == "threshold":
        return low, high, low, high
    instead = {"mean": values.mean(), "median": values.median(), "missing": None}[how]
    return low, high, instead, instead


def _bound(values: pd.Series, context: Context, name: str) -> float:
    number = context.setting(name)
    if number is None:
        raise ModuleError(f"The {name} bound needs a value.")
    if context.setting("threshold") == "constant":
        return float(number)
    if not 0 <= number <= 100:
        raise ModuleError(f"The {name} bound is a percentile: from 0 to 100, not {number:g}.")
    return float(values.quantile(number / 100))


if __name__ == "__main__":
    main(run)
