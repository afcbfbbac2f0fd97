"""Select Columns in Dataset."""

from __future__ import annotations

from forebay_modules.columns import need_columns
from forebay_modules.run import Context, Outputs, main


def run(context: Context) -> Outputs:
    """`results`: the chosen columns."""
    table = context.table("dataset")
    names = need_columns(table.frame, context.setting("columns"), "Columns")
    return {"results": table.replaced(table.frame[names])}


if __name__ == "__main__":
    main(run)
