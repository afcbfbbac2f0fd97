"""`partition_format`: columns that are taken out of the paths of a dataset's files.

"/{department}/{day:yyyy/MM/dd}/data.csv" fits the end of "sales/accounts/2019/01/31/data.csv" and
makes the text column `department` and the moment `day` of it. `*` stands for any part of a name.
Plain Python: the server and the process that reads tables both use it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

_PLACE = re.compile(r"\{([^{}:]*)(?::([^{}]*))?\}|(\*)|([^{}*]+)|([{}])")
_MOMENT = re.compile(r"yyyy|MM|dd|HH|mm|ss|f+|[^A-Za-z]+|[A-Za-z]+")
# Part of a moment -> its expression, and strptime's directive.
_PARTS = {
    "yyyy": (r"\d{4}", "%Y"),
    "MM": (r"\d{2}", "%m"),
    "dd": (r"\d{2}", "%d"),
    "HH": (r"\d{2}", "%H"),
    "mm": (r"\d{2}", "%M"),
    "ss": (r"\d{2}", "%S"),
}


@dataclass(frozen=True)
class Partition:
    """One column of the path; `moment` is the strptime format of a date, else None."""

    name: str
    moment: str | None = None


@dataclass(frozen=True)
class PartitionFormat:
    """A parsed format: its columns in order, and how a path is taken apart."""

    text: str
    columns: tuple[Partition, ...]
    pattern: re.Pattern[str]

    def values(self, path: str) -> list[str]:
        """The columns' values for a file, moments as ISO 8601. ValueError: it does not fit."""
        found = self.pattern.search("/" + path.lstrip("/"))
        if found is None:
            raise ValueError(f"The path {path!r} does not end as partition_format {self.text!r}")
        values = []
        for text, column in zip(found.groups(), self.columns, strict=True):
            if column.moment is not None:
                try:
                    text = datetime.strptime(text, column.moment).isoformat(sep=" ")
                except ValueError:
                    raise ValueError(
                        f"The path {path!r} has {text!r} for {column.name!r}, which is no date"
                    ) from None
            values.append(text)
        return values


def parse_partition_format(text: str) -> PartitionFormat:
    """ValueError with the end of a sentence ("… names the column 'a' twice")."""
    columns: list[Partition] = []
    body = ""
    for name, moment, star, literal, brace in _PLACE.findall(text):
        if brace:
            raise ValueError(f"has a {brace!r} without its other half")
        if literal:
            body += re.escape(literal)
        elif star:
            body += "[^/]*"
        else:
            if not name.strip() or name != name.strip():
                raise ValueError("has a {} without a column's name")
            if name in [column.name for column in columns]:
                raise ValueError(f"names the column {name!r} twice")
            expression, directives = _read_moment(name, moment) if moment else ("[^/]+", None)
            columns.append(Partition(name, directives))
            body += f"({expression})"
    if not columns:
        raise ValueError("names no column: write {name} or {name:yyyy/MM/dd}")
    start = "" if text.startswith("/") else "/"
    return PartitionFormat(text, tuple(columns), re.compile(start + body + r"\Z", re.DOTALL))


def _read_moment(name: str, moment: str) -> tuple[str, str]:
    expression = directives = ""
    for part in _MOMENT.findall(moment):
        if part in _PARTS:
            expression += _PARTS[part][0]
            directives += _PARTS[part][1]
        elif part[0].isalpha():
            raise ValueError(
                f"has {part!r} in the date {name!r}: it may have yyyy, MM, dd, HH, mm and ss"
            )
        else:
            expression += re.escape(part)
            directives += part.replace("%", "%%")
    if "%Y" not in directives:
        raise ValueError(f"has no year (yyyy) in the date {name!r}")
    return expression, directives
