"""Convert to Indicator Values."""

from __future__ import annotations

from forebay_modules.columns import need_columns
from forebay_modules.errors import ModuleError
from forebay_modules.models import Transform
from forebay_modules.run import Context, Outputs, main
from forebay_modules.transforms import apply_transform

MOST = 1000


def run(context: Context) -> Outputs:
    """`results`, and `transform` that makes the same columns of other data."""
    table = context.table("dataset")
    names = need_columns(table.frame, context.setting("columns"), "Columns to convert")
    values = {
        name: sorted({str(one) for one in table.frame[name].dropna().unique()}) for name in names
    }
    for name, found in values.items():
        if len(found) > MOST:
            raise ModuleError(f"Column {name!r} has {len(found):,} values; {MOST:,} are the most.")
    state = {"columns": names, "values": values, "replace": context.setting("replace")}
    transform = Transform("indicators", state)
    return {"results": apply_transform(transform, table), "transform": transform}


if __name__ == "__main__":
    main(run)
