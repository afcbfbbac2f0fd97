"""What a path from a user may look like: relative, below its root, the same on every system."""

from __future__ import annotations

import re

MAX_PATH_LENGTH = 1000  # characters of a whole path
MAX_PART_BYTES = 255  # of one name: what Linux file systems take

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def path_fault(path: object) -> str | None:
    """Why this path can't be used, as the end of a sentence ("… contains '..'"), or None.

    A usable path has `/` between its parts, no empty part, no `.` and `..`, no backslash and no
    control character; it is never absolute. Letter case and Unicode form are kept as they are.
    """
    if not isinstance(path, str):
        return "is not a text"
    if not path:
        return "is empty"
    if len(path) > MAX_PATH_LENGTH:
        return f"is longer than {MAX_PATH_LENGTH} characters"
    if path.startswith("/"):
        return "is absolute; give it relative to its folder"
    if "\\" in path:
        return "contains a backslash; use / between folders"
    if _CONTROL.search(path):
        return "contains a NUL or another control character"
    for part in path.split("/"):
        fault = _part_fault(part)
        if fault:
            return fault
    return None


def _part_fault(part: str) -> str | None:
    if not part:
        return "contains an empty name (// or a / at its end)"
    if part in (".", ".."):
        return f"contains {part!r}"
    try:
        size = len(part.encode())
    except UnicodeEncodeError:
        return "contains half a Unicode character"
    if size > MAX_PART_BYTES:
        return f"contains a name longer than {MAX_PART_BYTES} bytes"
    return None


def shown(path: object, limit: int = 120) -> str:
    """A path for a sentence: quoted, shortened, nothing unprintable."""
    text = repr(path)
    return text if len(text) <= limit else text[: limit - 2] + "…'"
