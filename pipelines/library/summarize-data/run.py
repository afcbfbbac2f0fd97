"""Summarize Data."""

from __future__ import annotations

from typing import Any

import pandas as pd
from forebay_modules.columns import column_type
from forebay_modules.run import Context, Outputs, main
from forebay_modules.tables import Table

QUANTILES = {"1st quartile": 0.25, "Median": 0.5, "3rd quartile": 0.75}


def run(context: Context) -> Outputs:
    """`results`: counts for every column, moments and quantiles for those of numbers."""
    frame = context.table("dataset").frame
    return {"results": Table(pd.DataFrame([_summary(frame[name]) for name in frame.columns]))}


def _summary(values: pd.Series) -> dict[str, Any]:
    kind, known = column_type(values), values.dropna()
    row: dict[str, Any] = {
        "Feature": values.name,
        "Type": kind,
        "Count": len(known),
        "Missing": int(values.isna().sum()),
        "Unique": known.nunique(),
    }
    if kind != "numeric":
        return row
    numbers = known.astype(float)
    row |= {"Min": numbers.min(), "Max": numbers.max(), "Mean": numbers.mean()}
    row |= {name: numbers.quantile(share) for name, share in QUANTILES.items()}
    row |= {
        "Mean deviation": (numbers - numbers.mean()).abs().mean(),
        "Mode": numbers.mode().iloc[0] if len(numbers) else float("nan"),
        "Range": numbers.max() - numbers.min(),
        "Variance": numbers.var(),
        "Std": numbers.std(),
        "Skewness": numbers.skew(),
        "Kurtosis": numbers.kurt(),
    }
    return row


if __name__ == "__main__":
    main(run)
