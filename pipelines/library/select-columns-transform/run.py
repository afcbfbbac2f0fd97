"""Select Columns Transform."""

from __future__ import annotations

from forebay_modules.columns import need_columns
from forebay_modules.models import Transform
from forebay_modules.run import Context, Outputs, main
from forebay_modules.transforms import apply_transform


def run(context: Context) -> Outputs:
    """`results`, and `transform` that chooses the same columns by name."""
    table = context.table("dataset")
    names = need_columns(table.frame, context.setting("columns"), "Columns")
    transform = Transform("select", {"columns": names})
    return {"results": apply_transform(transform, table), "transform": transform}


if __name__ == "__main__":
    main(run)
