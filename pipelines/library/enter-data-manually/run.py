"""Enter Data Manually: typed text becomes a table."""

from __future__ import annotations

import io

import pandas as pd
from forebay_modules.errors import ModuleError
from forebay_modules.run import Context, Outputs, main
from forebay_modules.tables import Table


def run(context: Context) -> Outputs:
    """`results`: the rows as they were typed."""
    header = context.setting("header")
    try:
        frame = pd.read_csv(
            io.StringIO(context.setting("data").strip("\n")),
            header=0 if header else None,
            skipinitialspace=True,
        )
    except ValueError as error:
        raise ModuleError(f"The data can't be read as CSV: {error}") from error
    if not header:
        frame = frame.rename(columns=lambda number: f"Column {number + 1}")
    return {"results": Table(frame)}


if __name__ == "__main__":
    main(run)
