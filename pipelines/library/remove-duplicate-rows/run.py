"""Remove Duplicate Rows."""

from __future__ import annotations

from forebay_modules.columns import need_columns
from forebay_modules.run import Context, Outputs, main


def run(context: Context) -> Outputs:
    """`results`: one row of each key."""
    table = context.table("dataset")
    names = need_columns(table.frame, context.setting("columns"), "Key columns")
    keep = "first" if context.setting("keep_first") else "last"
    return {"results": table.replaced(table.frame.drop_duplicates(subset=names, keep=keep))}


if __name__ == "__main__":
    main(run)
