"""The lines of a log that say what went wrong."""

from __future__ import annotations

import os
from pathlib import Path

TAIL_BYTES = 64 * 1024
LINES = 20
LINE_LENGTH = 500
TRACEBACK = "Traceback (most recent call last):"


def read_error_lines(log: Path) -> list[str]:
    """The last traceback with what follows it, or the last 20 lines; always valid text."""
    try:
        with open(log, "rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - TAIL_BYTES))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return []
    return pick_error_lines(text.replace("\0", "\N{REPLACEMENT CHARACTER}"))


def pick_error_lines(text: str) -> list[str]:
    """Those lines of a log's end. A long traceback keeps its first line and its last ones."""
    lines = [line.rsplit("\r", 1)[-1][:LINE_LENGTH] for line in text.rstrip().split("\n")]
    starts = [n for n, line in enumerate(lines) if line.strip() == TRACEBACK]
    if starts and len(lines) - starts[-1] <= 3 * LINES:
        lines = lines[starts[-1] :]
        if len(lines) > LINES:
            lines = [lines[0], "  …", *lines[-(LINES - 2) :]]
    return [line for line in lines[-LINES:] if line.strip()]
