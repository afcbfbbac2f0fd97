"""Evaluate Model: metrics of one or two scored datasets, as a table, metrics and pictures."""

from __future__ import annotations

import pandas as pd
from forebay_modules.evaluation import evaluate
from forebay_modules.run import Context, Outputs, main
from forebay_modules.tables import Table


def run(context: Context) -> Outputs:
    """`results`: a row for each scored dataset."""
    rows = []
    for port in ("scored", "compared"):
        if context.has(port):
            measured = evaluate(
                context.table(port), context.setting("label"), context.setting("positive")
            )
            prefix = "" if port == "scored" else "compared: "
            measured.log(context, prefix)
            rows.append({"dataset": port, **measured.metrics})
    return {"results": Table(pd.DataFrame(rows))}


if __name__ == "__main__":
    main(run)
