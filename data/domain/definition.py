"""What a dataset says: which paths and, for a tabular one, how their text becomes columns.

    {"paths": [{"datastore": "workspaceblobstore", "path": "iris/*.csv"}],
     "format": "delimited", "separator": ",", "header": "ALL_FILES_HAVE_SAME_HEADERS",
     "encoding": "utf8", "infer_column_types": true, "set_column_types": {"when": "datetime"},
     "include_path": false, "partition_format": null, "support_multi_line": false,
     "empty_as_string": false, "keep_columns": ["a"], "drop_columns": ["b"]}

A definition is parsed once, when the dataset is made; what is stored has every default filled
in, so equal meanings have equal digests; `keep_columns` and `drop_columns` are there only when
they were given. A file dataset has `paths` alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, cast

from data.domain.partitions import parse_partition_format
from data.domain.paths import clean_path
from workspaces.domain.errors import InvalidInput, Problem

MAX_PATHS = 1000
FORMATS = ("delimited", "parquet")


class Header(StrEnum):
    """Where the column names come from; v1's PromoteHeadersBehavior."""

    NONE = "NO_HEADERS"  # Column1, Column2, …; every line is data
    FIRST_FILE = "ONLY_FIRST_FILE_HAS_HEADERS"  # the others follow it by position
    COMBINE = "COMBINE_ALL_FILES_HEADERS"  # each file its own; columns joined by name
    SAME = "ALL_FILES_HAVE_SAME_HEADERS"  # each file repeats it; columns joined by name too


class ColumnType(StrEnum):
    """Types of columns as they travel."""

    INTEGER = "integer"  # 64 bits
    FLOAT = "float"
    BOOLEAN = "boolean"
    STRING = "string"
    DATETIME = "datetime"


# v1's spellings (lower case, without - and _) -> Python's codec.
ENCODINGS = {
    "utf8": "utf-8",
    "utf8bom": "utf-8",
    "ascii": "utf-8",
    "latin1": "latin-1",
    "iso88591": "latin-1",
    "utf16": "utf-16",
    "utf32": "utf-32",
    "windows1252": "cp1252",
    "cp1252": "cp1252",
    "windows1250": "cp1250",
    "windows1251": "cp1251",
    "iso885915": "iso-8859-15",
    "shiftjis": "shift_jis",
    "gb18030": "gb18030",
    "big5": "big5",
    "euckr": "euc_kr",
}

TABULAR_DEFAULTS: dict[str, Any] = {
    "format": "delimited",
    "separator": ",",
    "header": Header.SAME.value,
    "encoding": "utf8",
    "infer_column_types": True,
    "set_column_types": {},
    "include_path": False,
    "partition_format": None,
    "support_multi_line": False,
    "empty_as_string": False,
}
OPTIONAL = ("keep_columns", "drop_columns")  # of a tabular dataset: absent means all


def parse_definition(kind: object, raw: object) -> dict[str, Any]:
    """The definition with every default filled in; InvalidInput lists all that is wrong."""
    if kind not in ("file", "tabular"):
        raise InvalidInput.field("kind", "'kind' must be 'file' or 'tabular'.")
    if not isinstance(raw, Mapping):
        raise InvalidInput.field("definition", "'definition' must be an object with 'paths'.")
    problems: list[Problem] = []
    parsed: dict[str, Any] = {"paths": _parse_paths(raw.get("paths"), problems)}
    defaults = TABULAR_DEFAULTS if kind == "tabular" else {}
    optional = OPTIONAL if kind == "tabular" else ()
    for name in raw:
        if name not in defaults and name not in (*optional, "paths"):
            known = ", ".join(["paths", *defaults, *optional])
            problems.append(
                _wrong(str(name), f"A {kind} dataset has no field {name!r}; it has {known}.")
            )
    for name in (*defaults, *(name for name in optional if raw.get(name) is not None)):
        parsed[name] = raw.get(name, defaults.get(name))
        message = CHECKS[name](parsed[name])
        if message:
            problems.append(_wrong(name, f"{name!r} {message}."))
    if problems:
        raise InvalidInput.of(problems)
    return parsed


def definition_digest(kind: str, definition: Mapping[str, Any]) -> str:
    """SHA-256 of a parsed definition: equal meanings, equal digests."""
    body = json.dumps([kind, definition], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(body.encode()).hexdigest()


def codec_of(encoding: str) -> str | None:
    """Python's name of an encoding in v1's spelling; None when it is not taken."""
    return ENCODINGS.get(encoding.lower().replace("-", "").replace("_", ""))


def column_type(value: object) -> tuple[ColumnType, list[str]]:
    """(type, strptime formats) of one entry of `set_column_types`; ValueError otherwise.

    An entry is a type's name or {"type": name, "formats": [...]} (formats of a datetime).
    """
    name, formats = value, cast(list[str], [])
    if isinstance(value, Mapping):
        name, formats = value.get("type"), value.get("formats") or []
    if not isinstance(formats, list) or not all(isinstance(f, str) for f in formats):
        raise ValueError("formats must be a list of texts")
    return ColumnType(str(name)), formats


def _wrong(name: str, message: str) -> Problem:
    return Problem(message, field=f"definition.{name}")


def _parse_paths(raw: object, problems: list[Problem]) -> list[dict[str, str]]:
    if not isinstance(raw, list) or not raw:
        problems.append(
            _wrong("paths", "'paths' must be a list of {datastore, path} with at least one entry.")
        )
        return []
    if len(raw) > MAX_PATHS:
        problems.append(
            _wrong("paths", f"'paths' has {len(raw)} entries; at most {MAX_PATHS}. Name a folder.")
        )
        return []
    parsed = []
    for index, entry in enumerate(raw):
        field = f"paths.{index}"
        if not isinstance(entry, Mapping) or not isinstance(entry.get("datastore"), str):
            problems.append(_wrong(field, f"Path {index} must be {{datastore, path}}."))
            continue
        try:
            path = clean_path(entry.get("path", ""), pattern=True)
        except ValueError as error:
            problems.append(_wrong(field, str(error)))
            continue
        parsed.append({"datastore": str(entry["datastore"]), "path": path})
    return parsed


def _is_flag(value: object) -> str:
    return "" if isinstance(value, bool) else "must be true or false"


def _is_separator(value: object) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= 4:
        return "must be 1 to 4 characters, such as ',' or a tab"
    return "can't hold a quote, a line feed or NUL" if set(value) & set('"\r\n\0') else ""


def _is_encoding(value: object) -> str:
    if isinstance(value, str) and codec_of(value):
        return ""
    return f"must be one of {', '.join(sorted(ENCODINGS))}"


def _is_header(value: object) -> str:
    names = [h.value for h in Header]
    return "" if value in names else f"must be one of {', '.join(names)}"


def _are_column_types(value: object) -> str:
    if not isinstance(value, Mapping):
        return "must be an object of column name and type"
    for column, asked in value.items():
        try:
            column_type(asked)
        except ValueError:
            types = ", ".join(t.value for t in ColumnType)
            return f"gives {column!r} an unknown type; there are {types}"
    return ""


def _is_partition_format(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or not value or len(value) > 1000:
        return "must be a text of at most 1,000 characters, or null"
    try:
        parse_partition_format(value)
    except ValueError as error:
        return str(error)
    return ""


def _are_columns(value: object) -> str:
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        return ""
    return "must be a list of column names with at least one"


CHECKS: dict[str, Callable[[object], str]] = {
    "format": lambda value: "" if value in FORMATS else f"must be one of {', '.join(FORMATS)}",
    "separator": _is_separator,
    "header": _is_header,
    "encoding": _is_encoding,
    "infer_column_types": _is_flag,
    "set_column_types": _are_column_types,
    "include_path": _is_flag,
    "partition_format": _is_partition_format,
    "support_multi_line": _is_flag,
    "empty_as_string": _is_flag,
    "keep_columns": _are_columns,
    "drop_columns": _are_columns,
}
