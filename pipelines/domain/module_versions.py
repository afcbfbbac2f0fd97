"""Which version of a module is meant when nobody names one."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Up to three numbers, as in semantic versioning; one or two are read with zeros behind them.
_SEMANTIC = re.compile(r"(\d{1,9}(?:\.\d{1,9}){0,2})(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?")
_Key = tuple[tuple[int, ...], bool, tuple[tuple[bool, int, str], ...]]


def resolve_version(newest_first: Sequence[str]) -> str:
    """The highest where all of them are semantic versions, else the newest; "" of none."""
    keys = [_semantic_key(version) for version in newest_first]
    known = [(key, version) for key, version in zip(keys, newest_first, strict=True) if key]
    if len(known) == len(newest_first) and known:
        return max(known)[1]
    return newest_first[0] if newest_first else ""


def _semantic_key(version: str) -> _Key | None:
    """What orders semantic versions: a release comes after its pre-releases."""
    found = _SEMANTIC.fullmatch(version)
    if found is None:
        return None
    numbers = [int(one) for one in found[1].split(".")]
    before = tuple(
        (not one.isdigit(), int(one) if one.isdigit() else 0, one)
        for one in (found[2] or "").split(".")
        if one
    )
    return (*numbers, 0, 0)[:3], not before, before
