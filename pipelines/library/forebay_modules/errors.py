"""What a module says when it can't do its work."""

from __future__ import annotations

import difflib
import sys
import traceback
from collections.abc import Callable, Iterable
from typing import Any


class ModuleError(Exception):
    """A sentence for the person who set the module up; it ends the step without a traceback."""


def attempt(work: Callable[[], Any], what: str, *, of_user: bool = False) -> Any:
    """The work's answer, or a ModuleError when it has something against the data.

    `of_user`: the code is the user's own (Create Python Model), so every error of it is told.
    """
    try:
        return work()
    except ModuleError:
        raise
    except ValueError as error:
        if not of_user:
            raise ModuleError(f"{what}: {reason(error)}") from error
        raise _of_user(error) from error
    except Exception as error:
        if not of_user:
            raise
        raise _of_user(error) from error


def _of_user(error: Exception) -> ModuleError:
    sys.stderr.write("".join(traceback.format_exception(error)))
    return ModuleError(f"The Python model fails: {type(error).__name__}: {error}")


def reason(error: Exception) -> str:
    """The first line of an error that says something."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__


def unknown_column(name: str, columns: Iterable[str], where: str = "") -> ModuleError:
    """The error for a column that the data does not have, with the nearest name there is."""
    known = [str(column) for column in columns]
    near = difflib.get_close_matches(str(name), known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else f" It has: {_some(known)}."
    return ModuleError(f"{where or 'The dataset'} has no column {name!r}.{hint}")


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:20])
    return f"{shown} and {len(names) - 20} more" if len(names) > 20 else shown or "no columns"
