"""Add Rows: one table below the other."""

from __future__ import annotations

import pandas as pd
from forebay_modules.errors import ModuleError
from forebay_modules.run import Context, Outputs, main


def run(context: Context) -> Outputs:
    """`results`: the rows of both, the columns in the order of the first."""
    first, second = context.table("dataset1"), context.table("dataset2")
    one, two = list(first.frame.columns), list(second.frame.columns)
    how = context.setting("columns")
    odd = sorted(set(one) ^ set(two))
    if how == "same" and odd:
        raise ModuleError(
            f"The datasets differ in column {odd[0]!r}. Choose another setting of Columns, or "
            "rename it with Edit Metadata."
        )
    join = "inner" if how == "common" else "outer"
    frame = pd.concat([first.frame, second.frame], ignore_index=True, join=join, sort=False)
    return {"results": first.replaced(frame)}


if __name__ == "__main__":
    main(run)
