"""Sizes, times and tables the way people read them."""

from __future__ import annotations

import shutil
import sys
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Optional, TextIO

_NARROWEST = 8  # columns a cut column of a table keeps


def format_size(size: float) -> str:
    """Bytes with a decimal unit: ``1.4 MB``."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


def format_duration(seconds: float) -> str:
    """``0.4 s``, ``12 s``, ``3 min 20 s``, ``2 h 5 min``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def parse_time(text: Optional[str]) -> Optional[datetime]:
    """An ISO 8601 time of the server, aware, in UTC; None for none."""
    if not text:
        return None
    if text.endswith("Z"):  # Python 3.9 and 3.10 do not read it
        text = text[:-1] + "+00:00"
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def format_age(text: Optional[str], now: Optional[datetime] = None) -> str:
    """How long ago a time of the server was: ``5 min ago``; ``-`` for none."""
    moment = parse_time(text)
    if moment is None:
        return "-"
    seconds = max(0.0, ((now or datetime.now(timezone.utc)) - moment).total_seconds())
    for limit, unit, size in ((60, "s", 1), (3600, "min", 60), (86400, "h", 3600)):
        if seconds < limit:
            return f"{int(seconds // size)} {unit} ago"
    return f"{int(seconds // 86400)} d ago"


def count_columns(text: str) -> int:
    """How many columns of a terminal ``text`` takes: wide letters two, combining marks none."""
    return sum(_columns_of(letter) for letter in text)


def pad(text: str, columns: int) -> str:
    """``text`` with spaces after it, ``columns`` wide; longer text stays what it is."""
    return text + " " * (columns - count_columns(text))


def cut(text: str, columns: int) -> str:
    """``text`` if it fits, else its beginning and ``…``."""
    if count_columns(text) <= columns:
        return text
    kept, left = "", columns - 1
    for letter in text:
        left -= _columns_of(letter)
        if left < 0:
            break
        kept += letter
    return kept + "…"


def format_table(
    header: Sequence[str], rows: Sequence[Sequence[str]], columns: Optional[int] = None
) -> str:
    """Left-aligned columns, two spaces apart; the widest is cut to make them fit ``columns``."""
    lines = [header, *rows]
    widths = [max(count_columns(line[i]) for line in lines) for i in range(len(header))]
    if columns is not None:
        widest = max(range(len(widths)), key=lambda i: widths[i])
        excess = sum(widths) + 2 * (len(widths) - 1) - columns
        widths[widest] = max(widths[widest] - max(excess, 0), _NARROWEST)
    return "\n".join(
        "  ".join(pad(cut(cell, width), width) for cell, width in zip(line, widths)).rstrip()
        for line in lines
    )


def terminal_columns() -> Optional[int]:
    """The width of the terminal; None when standard output is none."""
    return shutil.get_terminal_size().columns if is_terminal(sys.stdout) else None


def _columns_of(letter: str) -> int:
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Cf", "Me", "Mn"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in ("W", "F") else 1


def is_terminal(stream: Optional[TextIO] = None) -> bool:
    """Whether the stream (standard output) is a terminal."""
    stream = stream or sys.stdout
    try:
        return stream.isatty()
    except (AttributeError, ValueError):  # replaced by a notebook, or closed
        return False
