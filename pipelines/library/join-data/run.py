"""Join Data: two tables by their keys."""

from __future__ import annotations

import pandas as pd
from forebay_modules.columns import column_type, free_name, need_columns
from forebay_modules.errors import ModuleError
from forebay_modules.run import Context, Outputs, main
from forebay_modules.tables import Table

KEY = "__key{}__"


def run(context: Context) -> Outputs:
    """`results`: left columns, then right ones; of two with one name the right gets "_right"."""
    left, right = context.table("left"), context.table("right")
    left_keys = need_columns(left.frame, context.setting("left_keys"), "Left keys")
    right_keys = need_columns(right.frame, context.setting("right_keys"), "Right keys")
    if len(left_keys) != len(right_keys):
        raise ModuleError(
            f"There are {len(left_keys)} left and {len(right_keys)} right key columns; "
            "choose as many of both."
        )
    keys = [KEY.format(number) for number in range(len(left_keys))]
    fold = not context.setting("match_case")
    one = left.frame.assign(**_keys(left.frame, left_keys, keys, fold))
    how, keep = context.setting("how"), context.setting("keep_right_keys")
    two = right.frame.assign(**_keys(right.frame, right_keys, keys, fold))
    for key, mine, other in zip(keys, left_keys, right_keys, strict=True):
        _need_alike(one[key], two[key], mine, other)
    if how in ("semi", "anti"):
        there = one[keys].merge(two[keys].drop_duplicates(), on=keys, how="left", indicator=True)
        match = (there["_merge"] == "both").to_numpy()
        return {"results": left.replaced(left.frame[match if how == "semi" else ~match])}
    if not keep and how != "outer":
        two = two.drop(columns=right_keys)
    renamed = _right_names(left.frame, two.drop(columns=keys))
    frame = one.merge(two.rename(columns=renamed), on=keys, how=how)
    if how == "outer" and not keep:
        frame = _one_key_each(frame, left_keys, [renamed[name] for name in right_keys])
    roles = {**{renamed[k]: v for k, v in right.roles.items() if k in renamed}, **left.roles}
    return {"results": Table(frame.drop(columns=keys), roles)}


def _need_alike(mine: pd.Series, other: pd.Series, left: str, right: str) -> None:
    kinds = column_type(mine), column_type(other)
    if kinds[0] != kinds[1] and mine.notna().any() and other.notna().any():
        raise ModuleError(
            f"The keys can't be compared: {left!r} of the left dataset holds {kinds[0]} and "
            f"{right!r} of the right one {kinds[1]}. Change one with Edit Metadata."
        )


def _right_names(left: pd.DataFrame, right: pd.DataFrame) -> dict[str, str]:
    """What the right columns are called in the result."""
    taken, renamed = set(left.columns), {}
    for name in right.columns:
        renamed[name] = name if name not in taken else free_name(f"{name}_right", taken)
        taken.add(renamed[name])
    return renamed


def _keys(
    frame: pd.DataFrame, names: list[str], keys: list[str], fold: bool
) -> dict[str, pd.Series]:
    found = {}
    for name, key in zip(names, keys, strict=True):
        values = frame[name]
        if fold and column_type(values) in ("text", "categorical"):
            values = values.map(lambda one: one.lower() if isinstance(one, str) else one)
        if column_type(values) == "categorical":  # two lists of categories are never one type
            values = values.astype(values.cat.categories.dtype if values.notna().all() else object)
            values = values.infer_objects()
        found[key] = values
    return found


def _one_key_each(frame: pd.DataFrame, left: list[str], right: list[str]) -> pd.DataFrame:
    """Rows that are only right have their key in the right column: it goes to the left one."""
    for one, other in zip(left, right, strict=True):
        values = frame[one]
        if column_type(values) == "categorical":
            values = values.astype(object)
        frame[one] = values.where(values.notna(), frame[other])
        frame = frame.drop(columns=other)
    return frame


if __name__ == "__main__":
    main(run)
