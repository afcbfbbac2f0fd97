"""What JSON from outside must not hold: text that can't be stored, and depth without end.

No recursion here: JSON that was read may be nested more deeply than functions may call each other.
"""

from __future__ import annotations

import re
from typing import Any

MOST_LEVELS = 100  # a graph has ten; what is stored has to be written and compared again
# What no database and no UTF-8 file takes: NUL and halves of surrogate pairs.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """Whether a database takes it."""
    return _UNSTORABLE.search(text) is None


def holds_unstorable(value: Any) -> bool:
    """Whether some text in a JSON value can't be stored, keys among them."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            if not is_storable(one):
                return True
        elif isinstance(one, dict):
            waiting += one
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return False


def is_too_deep(value: Any, levels: int = MOST_LEVELS) -> bool:
    """Whether lists and objects are in each other more often than that."""
    inside = [value] if isinstance(value, (dict, list)) else []
    while inside and levels > 0:
        levels -= 1
        inside = [
            child
            for one in inside
            for child in (one.values() if isinstance(one, dict) else one)
            if isinstance(child, (dict, list))
        ]
    return bool(inside)
