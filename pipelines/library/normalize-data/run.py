"""Normalize Data: numbers on one scale."""

from __future__ import annotations

from forebay_modules.columns import need_columns, need_finite, need_numeric
from forebay_modules.models import Transform
from forebay_modules.run import Context, Outputs, main
from forebay_modules.transforms import apply_transform

WHAT = "Normalize Data"


def run(context: Context) -> Outputs:
    """`results`, and `transform` that does the same to other data."""
    table, method = context.table("dataset"), context.setting("method")
    names = need_columns(table.frame, context.setting("columns"), "Columns to transform")
    need_finite(table.frame, need_numeric(table.frame, names, WHAT), WHAT)
    numbers = {}
    for name in names:
        values = table.frame[name].astype(float)
        if method == "minmax":
            numbers[name] = (float(values.min()), float(values.max() - values.min()))
        elif method in ("logistic", "tanh"):  # curves through the values as they are
            numbers[name] = (0.0, 1.0)
        else:
            numbers[name] = (float(values.mean()), float(values.std(ddof=0)))
    state = {"columns": names, "method": method, "numbers": numbers}
    transform = Transform("scale", state)
    return {"results": apply_transform(transform, table), "transform": transform}


if __name__ == "__main__":
    main(run)
