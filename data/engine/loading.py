"""Delimited files into one DuckDB table of texts, columns joined by name or by position."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

from data.domain.definition import Header, codec_of
from data.domain.partitions import PartitionFormat
from data.engine.partitions import partition_values, read_format
from data.engine.records import (
    FirstRecord,
    SourceFile,
    TableError,
    column_names,
    first_record,
    transcode,
    undecodable,
    widest_record,
)

PATH_COLUMN = "Path"
MOST_COLUMNS = 10_000


@dataclass
class Part:
    """One file, with the table's columns that its fields go to, in order."""

    source: SourceFile
    columns: tuple[int, ...]
    has_header: bool
    skipped: int
    keys: tuple[str, ...] = ()  # values of the columns that come from its path


@dataclass
class Layout:
    """The table's columns, those of the files' paths first, and what goes where."""

    names: list[str] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    keys: int = 0  # how many columns come from the paths

    def position(self, name: str) -> int:
        if name not in self.names:
            self.names.append(name)
        return self.names.index(name)


def load_rows(
    connection: duckdb.DuckDBPyConnection,
    files: Sequence[Mapping[str, str]],
    definition: Mapping[str, Any],
    folder: Path,
    sample: int | None = None,
) -> list[str]:
    """Fill the table `rows` (c0, c1, … texts, and `path`); answers the columns' names.

    `sample`: so many rows are enough of files that are laid out alike.
    """
    sources = _utf8_sources(files, definition["encoding"], folder)
    records = [
        (source, first_record(source, definition["separator"], definition["encoding"]))
        for source in sources
    ]
    present = [(source, record) for source, record in records if record]
    layout = _lay_out(present, Header(definition["header"]), read_format(definition))
    if _fill(connection, layout, definition, sample):
        # Some records are wider than the first one: look how wide, and read again.
        _widen(layout, definition)
        _fill(connection, layout, definition, sample)
    return layout.names


def _utf8_sources(
    files: Sequence[Mapping[str, str]], encoding: str, folder: Path
) -> list[SourceFile]:
    codec = codec_of(encoding) or "utf-8"
    sources = [SourceFile(Path(file["local"]), file["path"]) for file in files]
    if codec == "utf-8":
        return sources
    return [
        transcode(source, codec, encoding, folder / f"{number}.csv")
        for number, source in enumerate(sources)
    ]


def _lay_out(
    present: Sequence[tuple[SourceFile, FirstRecord]],
    header: Header,
    form: PartitionFormat | None,
) -> Layout:
    keys = [column.name for column in form.columns] if form else []
    layout = Layout(names=list(keys), keys=len(keys))
    for number, (source, record) in enumerate(present):
        if len(record.fields) > MOST_COLUMNS:
            raise TableError(
                f"{source.shown} has {len(record.fields):,} columns; at most {MOST_COLUMNS:,} "
                "are read. Is the separator right?"
            )
        has_header = header in (Header.SAME, Header.COMBINE) or (
            header is Header.FIRST_FILE and number == 0
        )
        if has_header:
            names = column_names(record.fields)
            if twice := sorted(set(names) & set(keys)):
                raise TableError(
                    f"The column {twice[0]!r} is in {source.shown} and in partition_format: "
                    "name it otherwise there."
                )
            columns = tuple(layout.position(name) for name in names)
        else:
            for index in range(len(layout.names) - len(keys), len(record.fields)):
                layout.names.append(f"Column{index + 1}")
            columns = tuple(range(len(keys), len(keys) + len(record.fields)))
        values = tuple(partition_values(form, source.shown))
        layout.parts.append(Part(source, columns, has_header, record.skipped, values))
    return layout


def _widen(layout: Layout, definition: Mapping[str, Any]) -> None:
    for part in layout.parts:
        width = widest_record(part.source, definition["separator"], definition["encoding"])
        for index in range(len(part.columns), min(width, MOST_COLUMNS)):
            name = f"Column{index + 1}"
            part.columns += (layout.position(name),)


def _fill(
    connection: duckdb.DuckDBPyConnection,
    layout: Layout,
    definition: Mapping[str, Any],
    sample: int | None,
) -> bool:
    """Read every part into `rows`; whether fields were left over at the end of a record."""
    columns = "".join(f", c{number} VARCHAR" for number in range(len(layout.names)))
    connection.execute(f"CREATE OR REPLACE TABLE rows (path VARCHAR, extra VARCHAR{columns})")
    by_file = definition["include_path"]

    def alike(part: Part) -> object:
        shown = part.source.shown if by_file else ""
        return (part.columns, part.has_header, part.skipped, part.keys, shown)

    for _, group in groupby(layout.parts, key=alike):
        _insert(connection, list(group), definition, sample)
    found = connection.execute("SELECT count(extra) FROM rows").fetchone()
    return bool(found and found[0])


def _insert(
    connection: duckdb.DuckDBPyConnection,
    parts: Sequence[Part],
    definition: Mapping[str, Any],
    sample: int | None,
) -> None:
    first = parts[0]
    width = len(first.columns)
    fields = "".join(f"'f{number}': 'VARCHAR', " for number in range(width))
    keys = range(len(first.keys))
    target = "".join(f", c{number}" for number in (*keys, *first.columns))
    picked = "".join(f", $k{number}" for number in keys)
    picked += "".join(f", f{number}" for number in range(width))
    # A blank line of a file with one column is no record; elsewhere DuckDB skips it itself.
    blank = " WHERE f0 IS NOT NULL" if width == 1 else ""
    few = "" if sample is None else f" LIMIT {int(sample)}"
    options = {"parallel": "false"} if definition["support_multi_line"] else {}
    while True:
        settings = "".join(f", {name}={value}" for name, value in options.items())
        statement = (
            f"INSERT INTO rows (path, extra{target}) SELECT $path, fx{picked} FROM read_csv("
            f"$files, auto_detect=false, columns={{{fields}'fx': 'VARCHAR'}}, "
            f"header={str(first.has_header).lower()}, skip={first.skipped}, delim=$delim, "
            "quote='\"', escape='\"', null_padding=true, strict_mode=false"
            f"{settings}){blank}{few}"
        )
        parameters = {
            "path": first.source.shown,
            "files": [str(part.source.local) for part in parts],
            "delim": definition["separator"],
            **{f"k{number}": value for number, value in enumerate(first.keys)},
        }
        try:
            connection.execute(statement, parameters)
            return
        except duckdb.Error as error:
            more = _remedy(str(error), options)
            if not more:
                raise explain(error, [p.source for p in parts], definition["encoding"]) from error
            options = {**options, **more}


def _remedy(message: str, options: Mapping[str, str]) -> dict[str, str]:
    """Settings that mend what DuckDB can't do in its fast way; empty when there are none."""
    if "quoted new lines" in message and "parallel" not in options:
        return {"parallel": "false"}
    if "Maximum line size" in message and "max_line_size" not in options:
        return {"max_line_size": str(1 << 25), "buffer_size": str(1 << 26), "parallel": "false"}
    return {}


def explain(error: Exception, sources: Sequence[SourceFile], encoding: str) -> TableError:
    """DuckDB's error as a sentence that names the user's file and line."""
    message = str(error)
    line = re.search(r"on Line: (\d+)", message)
    number = int(line[1]) if line else None
    place = re.search(r"^\s*file = (.*)$", message, re.MULTILINE)
    source = next((s for s in sources if place and str(s.local) == place[1].strip()), sources[0])
    where = f"{source.shown}, line {number}" if number else source.shown
    if "unicode" in message.lower() or "utf-8" in message:
        return undecodable(source, encoding, number)
    if "Maximum line size" in message:
        return TableError(f"{where}: a record is longer than 32 MB. Is a quote left open?")
    if "Out of Memory" in message or "out of memory" in message:
        return TableError(f"{where}: reading the dataset needs more memory than is allowed for it.")
    first = message.splitlines()[0].replace(str(source.local), source.shown)
    return TableError(f"{where} can't be read: {first}")
