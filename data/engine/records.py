"""The first record of a delimited file, and how wide its records get: before DuckDB reads it."""

from __future__ import annotations

import codecs
import csv
import gzip
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

LONGEST_HEADER = 1 << 22  # characters
CHUNK = 1 << 20


class TableError(Exception):
    """A sentence for the user: the file, the line when known, and what to do."""


@dataclass(frozen=True)
class SourceFile:
    """One file: where its UTF-8 bytes are, and what the user calls it."""

    local: Path
    shown: str


@dataclass(frozen=True)
class FirstRecord:
    """The fields of the first record that isn't blank, after `skipped` blank lines."""

    fields: tuple[str, ...]
    skipped: int


def open_bytes(path: Path) -> BinaryIO:
    """The file's bytes, unpacked when its name ends in .gz."""
    if path.name.endswith(".gz"):
        return cast(BinaryIO, gzip.open(path, "rb"))
    return path.open("rb")


def transcode(source: SourceFile, codec: str, encoding: str, target: Path) -> SourceFile:
    """A UTF-8 copy of a file in another encoding; TableError names the line that isn't in it."""
    decoder = codecs.getincrementaldecoder(codec)()
    lines = 1
    with open_bytes(source.local) as stream, target.open("wb") as copy:
        while True:
            chunk = stream.read(CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                line = lines + error.object[: error.start].count(b"\n")
                raise undecodable(source, encoding, line) from None
            copy.write(text.encode("utf-8", "surrogatepass"))
            lines += text.count("\n")
            if not chunk:
                return SourceFile(target, source.shown)


def undecodable(source: SourceFile, encoding: str, line: int | None) -> TableError:
    """The error for bytes that aren't text in the dataset's encoding."""
    where = f", line {line}," if line else ""
    return TableError(
        f"{source.shown}{where} is not {encoding} text. Make the dataset with the encoding "
        "that the file was written in, for example encoding='latin1' or 'utf16'."
    )


def first_record(source: SourceFile, separator: str, encoding: str) -> FirstRecord | None:
    """None for a file without any text."""
    skipped, record = 0, ""
    for line in _lines(source, encoding):
        if not record and not line.strip("\r\n"):
            skipped += 1
            continue
        record += line
        if record.count('"') % 2 == 0 or len(record) > LONGEST_HEADER:
            break
    if not record:
        return None
    return FirstRecord(tuple(split_fields(record.rstrip("\r\n"), separator)), skipped)


def widest_record(source: SourceFile, separator: str, encoding: str) -> int:
    """The number of fields of the widest record."""
    lines = _lines(source, encoding)
    if len(separator) == 1:
        csv.field_size_limit(1 << 30)
        return max((len(record) for record in csv.reader(lines, delimiter=separator)), default=0)
    return max((len(split_fields(line.rstrip("\r\n"), separator)) for line in lines), default=0)


def _lines(source: SourceFile, encoding: str) -> Iterator[str]:
    """The file's lines with their ends: line feed, both, or carriage return alone."""
    number = 0
    with open_bytes(source.local) as stream:
        while raw := stream.readline(LONGEST_HEADER):
            number += 1
            try:
                text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                raise undecodable(source, encoding, number) from None
            yield from re.split(r"(?<=\r)(?!\n|$)", text)


def split_fields(record: str, separator: str) -> list[str]:
    """The fields of one record; `""` inside quotes is one quote."""
    fields, start = [], 0
    while True:
        text, place = "", start
        if record.startswith('"', start):
            place += 1
            while place < len(record):
                end = record.find('"', place)
                end = len(record) if end < 0 else end
                text += record[place:end]
                place = end + 1
                if not record.startswith('"', place):
                    break
                text += '"'
                place += 1
        following = record.find(separator, place)
        fields.append(text + record[place : following if following >= 0 else len(record)])
        if following < 0:
            return fields
        start = following + len(separator)


def column_names(fields: Sequence[str]) -> list[str]:
    """Names that differ: an empty one becomes Column3, a second `a` becomes `a_1`."""
    names: list[str] = []
    taken = set(fields)
    seen: set[str] = set()
    for number, field in enumerate(fields, 1):
        name = field or f"Column{number}"
        suffix = 0
        while name in seen or (suffix and name in taken):
            suffix += 1
            name = f"{field or f'Column{number}'}_{suffix}"
        seen.add(name)
        names.append(name)
    return names
