"""Filter Based Feature Selection."""

from __future__ import annotations

import numpy as np
import pandas as pd
from forebay_modules.columns import column_type, need_column, need_finite, need_numeric
from forebay_modules.errors import ModuleError, attempt
from forebay_modules.run import Context, Outputs, main
from forebay_modules.tables import Table
from sklearn.feature_selection import chi2, f_classif, mutual_info_classif, mutual_info_regression


def run(context: Context) -> Outputs:
    """`results`: the best features and the label; `features`: every number column's score."""
    table, count = context.table("dataset"), context.setting("count")
    label = need_column(table.frame, context.setting("label"))
    names = [
        name
        for name in table.frame.columns
        if name != label and column_type(table.frame[name]) in ("numeric", "boolean")
    ]
    if not names:
        raise ModuleError("The dataset has no number column besides the label.")
    frame = table.frame[[*names, label]].dropna()  # gaps elsewhere do not matter
    if len(frame) < 2:
        raise ModuleError("Fewer than two rows are without a gap: clean missing data first.")
    need_finite(frame, [*names, label], "Filter Based Feature Selection")
    method, seed = context.setting("method"), context.setting("seed")
    scores = attempt(
        lambda: _scores(frame, names, label, method, seed), "The features can't be scored"
    )
    made = pd.DataFrame({"Feature": names, "Score": np.nan_to_num(scores)})
    made = made.sort_values("Score", ascending=False, ignore_index=True, kind="stable")
    best = set(made["Feature"].head(count))
    kept = [name for name in table.frame.columns if name in best or name == label]
    return {"results": table.replaced(table.frame[kept]), "features": Table(made)}


def _scores(
    frame: pd.DataFrame, names: list[str], label: str, method: str, seed: int
) -> np.ndarray:
    values, target = frame[names].astype(float), frame[label]
    if method in ("pearson", "spearman"):
        need_numeric(frame, [label], "A correlation")
        return values.corrwith(target.astype(float), method=method).abs().to_numpy()
    if method == "mutual":
        continuous = column_type(target) == "numeric" and target.nunique() > 20
        measure = mutual_info_regression if continuous else mutual_info_classif
        return measure(values, target if continuous else target.astype(str), random_state=seed)
    if method == "chi2":
        if (values < 0).any().any():
            raise ModuleError("Chi squared needs numbers from 0 up.")
        return chi2(values, target.astype(str))[0]
    return f_classif(values, target.astype(str))[0]


if __name__ == "__main__":
    main(run)
