"""Group Data into Bins."""

from __future__ import annotations

import numpy as np
import pandas as pd
from forebay_modules.columns import need_columns, need_finite, need_numeric
from forebay_modules.errors import ModuleError
from forebay_modules.models import Transform
from forebay_modules.run import Context, Outputs, main
from forebay_modules.transforms import apply_transform

WHAT = "Group Data into Bins"


def run(context: Context) -> Outputs:
    """`results` with the number of each value's bin, and `transform`."""
    table = context.table("dataset")
    names = need_columns(table.frame, context.setting("columns"), "Columns to bin")
    need_finite(table.frame, need_numeric(table.frame, names, WHAT), WHAT)
    edges = {name: _edges(table.frame[name].dropna().astype(float), context) for name in names}
    state = {"columns": names, "edges": edges, "replace": context.setting("replace")}
    transform = Transform("bin", state)
    return {"results": apply_transform(transform, table), "transform": transform}


def _edges(values: pd.Series, context: Context) -> list[float]:
    """The inner edges; a value at an edge belongs to the lower bin."""
    mode, bins = context.setting("mode"), context.setting("bins")
    if mode == "edges":
        return _given(context.setting("edges"))
    if values.empty:
        raise ModuleError(f"Column {values.name!r} is empty: it has no bins.")
    if mode == "width":
        return [float(one) for one in np.linspace(values.min(), values.max(), bins + 1)[1:-1]]
    inner = np.quantile(values, np.linspace(0, 1, bins + 1)[1:-1])
    return [float(one) for one in np.unique(inner)]


def _given(text: str) -> list[float]:
    try:
        edges = [float(one) for one in text.split(",")]
    except ValueError:
        raise ModuleError(f"The bin edges must be comma separated numbers, not {text!r}.") from None
    if not np.isfinite(edges).all() or edges != sorted(set(edges)):
        raise ModuleError("The bin edges must rise from one to the next.")
    return edges


if __name__ == "__main__":
    main(run)
