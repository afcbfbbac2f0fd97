"""Edit Metadata: names, types and roles of columns."""

from __future__ import annotations

from typing import Any

import pandas as pd
from forebay_modules.columns import need_columns
from forebay_modules.errors import ModuleError
from forebay_modules.run import Context, Outputs, main
from forebay_modules.tables import Table

TRUE, FALSE = {"true", "yes", "1", "1.0"}, {"false", "no", "0", "0.0"}


def run(context: Context) -> Outputs:
    """`results`: the same rows with changed columns."""
    table = context.table("dataset")
    frame, roles = table.frame.copy(), dict(table.roles)
    names = need_columns(frame, context.setting("columns"), "Columns")
    kind, role = context.setting("type"), context.setting("role")
    for name in names:
        if kind not in (None, "unchanged"):
            frame[name] = _converted(frame[name], kind, context.setting("format"))
        if role not in (None, "unchanged"):
            roles[name] = "" if role == "feature" else role
    renamed = _new_names(context.setting("names"), names, list(frame.columns))
    return {
        "results": Table(
            frame.rename(columns=renamed),
            {renamed.get(name, name): one for name, one in roles.items() if one},
        )
    }


def _new_names(text: str | None, names: list[str], columns: list[str]) -> dict[str, str]:
    if not text:
        return {}
    given = [one.strip() for one in text.split(",")]
    if len(given) != len(names):
        raise ModuleError(f"There are {len(given)} new names for {len(names)} columns.")
    renamed = dict(zip(names, given, strict=True))
    after = [renamed.get(name, name) for name in columns]
    twice = next((name for name in after if after.count(name) > 1 or not name), None)
    if twice is not None:
        raise ModuleError(
            f"Two columns would be called {twice!r}." if twice else "A name is empty."
        )
    return renamed


def _converted(values: pd.Series, kind: str, pattern: str | None) -> pd.Series:
    """The column in another type; a ModuleError names the first value that does not fit."""
    if kind == "string":
        return values.map(lambda one: None if pd.isna(one) else str(one))
    if kind == "categorical":
        return values.astype("category")
    if kind == "not_categorical":
        return pd.Series(list(values), index=values.index)
    if kind == "boolean":
        made = values.map(_truth)
    elif kind == "datetime":
        made = pd.to_datetime(values, format=pattern or None, errors="coerce")
    else:
        made = pd.to_numeric(values, errors="coerce")
    wrong = values[made.isna() & values.notna()]
    if not wrong.empty:
        raise ModuleError(f"Column {values.name!r}: {wrong.iloc[0]!r} can't become {kind}.")
    if kind == "integer":
        if (made.dropna() % 1 != 0).any():
            raise ModuleError(f"Column {values.name!r} holds numbers that are not whole.")
        return made.astype("Int64" if made.isna().any() else "int64")
    return made.astype("float64") if kind == "float" else made


def _truth(one: Any) -> Any:
    text = str(one).strip().lower()
    return True if text in TRUE else False if text in FALSE else None


if __name__ == "__main__":
    main(run)
