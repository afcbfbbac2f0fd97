"""What a module says when it can't do its work."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class ModuleError(Exception):
    """A sentence for the person who set the module up; it ends the step without a traceback."""


def unknown_column(name: str, columns: Iterable[str], where: str = "") -> ModuleError:
    """The error for a column that the data does not have, with the nearest name there is."""
    known = [str(column) for column in columns]
    near = difflib.get_close_matches(str(name), known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else f" It has: {_some(known)}."
    return ModuleError(f"{where or 'The dataset'} has no column {name!r}.{hint}")


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:20])
    return f"{shown} and {len(names) - 20} more" if len(names) > 20 else shown or "no columns"
