"""Tables between modules: a folder with `data.parquet` and `_schema.json`.

Folders and files of CSV, TSV, JSON lines and Parquet are read too, as a dataset may be any.
"""

from __future__ import annotations

import csv
import json
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from pandas.api import types

from .columns import column_type, is_gap
from .errors import ModuleError

DATA, SCHEMA = "data.parquet", "_schema.json"
ROLES = ("feature", "label", "score", "weight")


def read_text(
    source: Any, separator: str | None = ",", *, header: bool = True, trim: bool = False
) -> pd.DataFrame:
    """Separated values as a frame. Without `separator` it is found out, for a file.

    Raises ModuleError when a row has more values than there are columns: pandas would take the
    first of them for the names of rows, and every other one for its neighbour's.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        try:
            frame = pd.read_csv(
                source,
                sep=separator or _separator(source),
                index_col=False,
                header=0 if header else None,
                skipinitialspace=trim,
            )
        except pd.errors.ParserWarning:
            raise ModuleError("A row has more values than there are columns.") from None
        except UnicodeDecodeError:
            raise ModuleError(
                "It is not UTF-8 text. Save it as UTF-8, or register it as a dataset with its "
                "encoding and connect that."
            ) from None
    return frame if header else frame.rename(columns=lambda number: f"Column {number + 1}")


def _separator(file: Path) -> str:
    """What stands between the values of a file: pandas would take a letter for it, too."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        begin = lines.read(65_536)
    try:
        return csv.Sniffer().sniff(begin, ",;\t|").delimiter
    except csv.Error:
        return ","


READERS = {
    ".parquet": pd.read_parquet,
    ".csv": read_text,
    ".tsv": lambda path: read_text(path, "\t"),
    ".txt": lambda path: read_text(path, None),
    ".jsonl": lambda path: pd.read_json(path, lines=True),
    ".json": pd.read_json,
}


@dataclass
class Table:
    """A data frame, and the role of those columns that have one (label, score, weight)."""

    frame: pd.DataFrame
    roles: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = [str(name) for name in self.frame.columns]
        twice = next((name for name in set(names) if names.count(name) > 1), None)
        if twice is not None:
            raise ModuleError(f"Two columns of a table would be called {twice!r}: rename one.")
        self.frame.columns = names
        for name in names:
            if _is_truths(self.frame[name]):
                self.frame[name] = self.frame[name].astype("boolean")
        self.roles = {k: v for k, v in self.roles.items() if k in self.frame.columns}

    def replaced(self, frame: pd.DataFrame) -> Table:
        """Other data with the roles of the columns that stay."""
        return Table(frame.reset_index(drop=True), dict(self.roles))

    def with_role(self, role: str) -> list[str]:
        """Names of the columns with this role."""
        return [name for name, one in self.roles.items() if one == role]


def _is_truths(values: pd.Series) -> bool:
    """Whether a column of Python objects holds truth values, and gaps, only."""
    return bool(values.dtype == object and types.infer_dtype(values, skipna=True) == "boolean")


def read_table(path: str | Path) -> Table:
    """The table at a path. Raises ModuleError when there is none."""
    place = Path(path)
    if not place.exists():
        raise ModuleError(f"There is no data at {place.name!r}.")
    if (place / DATA).is_file():
        schema = place / SCHEMA
        roles = {}
        if schema.is_file():
            columns = json.loads(schema.read_text(encoding="utf-8"))["columns"]
            roles = {one["name"]: one["role"] for one in columns if one.get("role")}
        return Table(pd.read_parquet(place / DATA), roles)
    files = [place] if place.is_file() else sorted(p for p in place.rglob("*") if p.is_file())
    files = [file for file in files if not file.name.startswith((".", "_"))]
    if not files:
        raise ModuleError("The dataset has no files.")
    frames = [_read_file(file) for file in files]
    return Table(frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True))


def _read_file(file: Path) -> pd.DataFrame:
    reader = READERS.get(file.suffix.lower(), READERS[".txt"])
    try:
        return reader(file)
    except (ModuleError, ValueError, OSError) as error:
        raise ModuleError(f"{file.name} can't be read as a table: {error}") from error


def write_table(table: Table, folder: str | Path) -> None:
    """Write the table and what its columns are."""
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    try:
        _storable(table.frame).to_parquet(place / DATA, index=False)
    except (ValueError, TypeError, NotImplementedError) as error:
        reason = " ".join(str(error).split())
        raise ModuleError(f"The table can't be kept: {reason}") from error
    (place / SCHEMA).write_text(json.dumps(describe(table), ensure_ascii=False), encoding="utf-8")


def describe(table: Table) -> dict[str, Any]:
    """`_schema.json`: rows, and of each column its name, type, role and categories."""
    columns = []
    for name in table.frame.columns:
        values = table.frame[name]
        one = {"name": name, "type": column_type(values), "role": table.roles.get(name, "")}
        if one["type"] == "categorical":
            one["categories"] = [str(category) for category in values.cat.categories][:1000]
        columns.append(one)
    return {"rows": len(table.frame), "columns": columns}


def _storable(frame: pd.DataFrame) -> pd.DataFrame:
    """Columns of mixed Python values become texts: Parquet has one type a column."""
    mixed = {}
    for name in frame.columns:
        if frame[name].dtype == object:
            kinds = {type(value) for value in frame[name] if not is_gap(value)}
            if len(kinds) > 1 or not kinds <= {str, bytes, bool}:
                mixed[name] = frame[name].map(lambda one: None if is_gap(one) else str(one))
    return frame.assign(**mixed) if mixed else frame
