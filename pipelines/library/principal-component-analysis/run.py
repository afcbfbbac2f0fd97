"""Principal Component Analysis."""

from __future__ import annotations

from forebay_modules.columns import need_columns, need_finite, need_numeric
from forebay_modules.errors import ModuleError
from forebay_modules.models import Transform
from forebay_modules.run import Context, Outputs, main
from forebay_modules.transforms import apply_transform
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

WHAT = "Principal Component Analysis"


def run(context: Context) -> Outputs:
    """`results` with columns PC1, PC2, … and `transform`; logs the share of variance of each."""
    table, wanted = context.table("dataset"), context.setting("components")
    names = need_columns(table.frame, context.setting("columns"), "Columns")
    need_finite(table.frame, need_numeric(table.frame, names, WHAT), WHAT)
    values = table.frame[names].astype(float)
    if values.isna().any().any():
        raise ModuleError("Principal components need numbers in every row: clean missing data.")
    most = min(len(names), len(values))
    if wanted > most:
        raise ModuleError(f"There are at most {most} components of this data, not {wanted}.")
    scaler = StandardScaler(with_std=context.setting("scale")).fit(values.to_numpy())
    pca = PCA(n_components=wanted, svd_solver="full").fit(scaler.transform(values.to_numpy()))
    for number, share in enumerate(pca.explained_variance_ratio_, start=1):
        context.metric(f"Variance explained by PC{number}", float(share))
    width = scaler.scale_ if context.setting("scale") else [1.0] * len(names)
    state = {
        "columns": names,
        "mean": [float(one) for one in scaler.mean_],
        "width": [float(one) for one in width],
        "directions": pca.components_.tolist(),
        "keep": context.setting("keep"),
    }
    transform = Transform("components", state)
    return {"results": apply_transform(transform, table), "transform": transform}


if __name__ == "__main__":
    main(run)
