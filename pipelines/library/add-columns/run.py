"""Add Columns: one table beside the other."""

from __future__ import annotations

import pandas as pd
from forebay_modules.columns import free_name
from forebay_modules.errors import ModuleError
from forebay_modules.run import Context, Outputs, main
from forebay_modules.tables import Table


def run(context: Context) -> Outputs:
    """`results`: all columns; of two with one name the second gets " (1)"."""
    first, second = context.table("dataset1"), context.table("dataset2")
    if len(first.frame) != len(second.frame):
        raise ModuleError(
            f"Dataset 1 has {len(first.frame):,} rows and dataset 2 has {len(second.frame):,}: "
            "rows can be put beside one another only if there are as many. Use Join Data."
        )
    taken = list(first.frame.columns)
    renamed: dict[str, str] = {}
    for name in second.frame.columns:
        renamed[name] = free_name(name, taken)
        taken.append(renamed[name])
    other = second.frame.rename(columns=renamed).reset_index(drop=True)
    roles = {**{renamed[k]: v for k, v in second.roles.items()}, **first.roles}
    frame = pd.concat([first.frame.reset_index(drop=True), other], axis=1)
    return {"results": Table(frame, roles)}


if __name__ == "__main__":
    main(run)
