"""Apply Math Operation: numbers of columns, one operation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from forebay_modules.columns import need_column, need_columns, need_numeric
from forebay_modules.run import Context, Outputs, main

ONE: dict[str, Callable[[Any], Any]] = {
    "abs": np.abs,
    "negate": np.negative,
    "exp": np.exp,
    "log": np.log,
    "log10": np.log10,
    "log1p": np.log1p,
    "sqrt": np.sqrt,
    "square": np.square,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "floor": np.floor,
    "ceil": np.ceil,
}
TWO: dict[str, Callable[[Any, Any], Any]] = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "power": np.power,
    "modulo": np.mod,
    "equal": np.equal,
    "greater": np.greater,
    "less": np.less,
}


def run(context: Context) -> Outputs:
    """`results`; what can't be calculated (the logarithm of -1) is empty."""
    table, operation = context.table("dataset"), context.setting("operation")
    frame = table.frame
    names = need_numeric(
        frame, need_columns(frame, context.setting("columns"), "Columns"), "Apply Math Operation"
    )
    made = {name: _calculated(frame, name, operation, context) for name in names}
    where = context.setting("output")
    if where == "replace":
        return {"results": table.replaced(frame.assign(**made))}
    new = {f"{operation}({name})": values for name, values in made.items()}
    if where == "only":
        return {"results": table.replaced(pd.DataFrame(new))}
    return {"results": table.replaced(frame.assign(**new))}


def _calculated(frame: pd.DataFrame, name: str, operation: str, context: Context) -> pd.Series:
    values = frame[name].astype(float)
    with np.errstate(all="ignore"):
        if operation == "round":
            return values.round(context.setting("digits"))
        if operation in ONE:
            made = ONE[operation](values)
        else:
            made = TWO[operation](values, _operand(frame, context))
    return made if made.dtype == bool else made.where(np.isfinite(made))


def _operand(frame: pd.DataFrame, context: Context) -> Any:
    if context.setting("operand") == "constant":
        return context.setting("constant")
    name = need_column(frame, context.setting("column"))
    return frame[need_numeric(frame, [name], "The operand")[0]].astype(float)


if __name__ == "__main__":
    main(run)
