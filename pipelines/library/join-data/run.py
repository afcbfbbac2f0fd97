"""Join Data: two tables by their keys."""

from __future__ import annotations

import pandas as pd
from forebay_modules.columns import column_type, need_columns
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
    two = right.frame.assign(**_keys(right.frame, right_keys, keys, fold))
    how = context.setting("how")
    if how in ("semi", "anti"):
        there = one[keys].merge(two[keys].drop_duplicates(), on=keys, how="left", indicator=True)
        match = (there["_merge"] == "both").to_numpy()
        return {"results": left.replaced(left.frame[match if how == "semi" else ~match])}
    if not context.setting("keep_right_keys") and how != "outer":
        two = two.drop(columns=right_keys)
    try:
        frame = one.merge(two, on=keys, how=how, suffixes=("", "_right"))
    except ValueError as error:
        raise ModuleError(f"The keys can't be compared: {error}") from error
    if how == "outer" and not context.setting("keep_right_keys"):
        frame = _one_key_each(frame, left_keys, right_keys)
    roles = {**right.roles, **left.roles}
    return {"results": Table(frame.drop(columns=keys), roles)}


def _keys(
    frame: pd.DataFrame, names: list[str], keys: list[str], fold: bool
) -> dict[str, pd.Series]:
    found = {}
    for name, key in zip(names, keys, strict=True):
        values = frame[name]
        if fold and column_type(values) in ("text", "categorical"):
            values = values.map(lambda one: one.lower() if isinstance(one, str) else one)
        found[key] = values.astype(object) if column_type(values) == "categorical" else values
    return found


def _one_key_each(frame: pd.DataFrame, left: list[str], right: list[str]) -> pd.DataFrame:
    """Rows that are only right have their key in the right column: it goes to the left one."""
    for one, other in zip(left, right, strict=True):
        place = f"{other}_right" if f"{other}_right" in frame.columns else other
        if place != one:
            frame[one] = frame[one].where(frame[one].notna(), frame[place])
            frame = frame.drop(columns=place)
    return frame


if __name__ == "__main__":
    main(run)
