"""Parquet files into one DuckDB table: their own types, columns joined by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from data.domain.definition import ColumnType, column_type
from data.engine.inference import cast
from data.engine.partitions import partition_values, read_format
from data.engine.records import TableError

WHOLE = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}
# Folders named "y=1" are names like others here; partition_format says what they mean.
READ = "read_parquet($file, hive_partitioning=false)"
NO_COLUMNS = "at least one non-root column"  # DuckDB of an empty table, as pandas may write one
_IN_UTC = " AT TIME ZONE 'UTC'"
Picked = tuple[str, ColumnType, str]  # name, type, SQL of the value


def load_parquet(
    connection: duckdb.DuckDBPyConnection,
    files: Sequence[Mapping[str, str]],
    definition: Mapping[str, Any],
    sample: int | None = None,
) -> list[Picked]:
    """Fill the table `rows`; its columns, those of the path first. With `sample` no row is read:
    the files say what their columns are."""
    form = read_format(definition)
    columns = _columns(connection, files)
    keys = [column.name for column in form.columns] if form else []
    twice = sorted(set(keys) & set(columns))
    if twice:
        raise TableError(f"The column {twice[0]!r} is in the files and in partition_format.")
    names = [*keys, *columns]
    types = ["VARCHAR"] * len(keys) + list(columns.values())
    made = "".join(f", c{number} {kind}" for number, kind in enumerate(types))
    connection.execute(f"CREATE TABLE rows (path VARCHAR{made})")
    for file in files if sample is None else ():
        _insert(connection, file, names, types, partition_values(form, file["path"]))
    asked = definition["set_column_types"]
    unknown = sorted(set(asked) - set(names))
    if unknown:
        raise TableError(
            f"set_column_types names the column {unknown[0]!r}, but the data has: "
            f"{', '.join(names)}."
        )
    moments = {column.name for column in form.columns if column.moment} if form else set()
    return [
        (name, *_value(number, "TIMESTAMP" if name in moments else kind, asked.get(name)))
        for number, (name, kind) in enumerate(zip(names, types, strict=True))
    ]


def _columns(
    connection: duckdb.DuckDBPyConnection, files: Sequence[Mapping[str, str]]
) -> dict[str, str]:
    """Name -> DuckDB's type, over all files in their order."""
    found: dict[str, str] = {}
    for file in files:
        for name, kind in _own_columns(connection, file).items():
            if found.setdefault(name, kind) != kind:
                found[name] = _wider(found[name], kind)
    return found


def _own_columns(connection: duckdb.DuckDBPyConnection, file: Mapping[str, str]) -> dict[str, str]:
    """Name -> DuckDB's type in one file."""
    try:
        rows = connection.execute(
            f"DESCRIBE SELECT * FROM {READ}", {"file": file["local"]}
        ).fetchall()
    except duckdb.Error as error:
        if NO_COLUMNS in str(error):
            return {}
        raise _explain(error, file) from error
    return {name: kind for name, kind, *_ in rows}


def _wider(one: str, other: str) -> str:
    """A type that holds both: numbers stay numbers, all else becomes text."""
    kinds = {_kind(one), _kind(other)}
    if kinds == {ColumnType.INTEGER}:
        return "BIGINT"
    if kinds <= {ColumnType.INTEGER, ColumnType.FLOAT}:
        return "DOUBLE"
    return "TIMESTAMP" if kinds == {ColumnType.DATETIME} else "VARCHAR"


def _insert(
    connection: duckdb.DuckDBPyConnection,
    file: Mapping[str, str],
    names: Sequence[str],
    types: Sequence[str],
    values: Sequence[str],
) -> None:
    own = _own_columns(connection, file)
    if not own:
        return
    parameters: dict[str, Any] = {"path": file["path"], "file": file["local"]}
    target, picked = "", ""
    for number, name in enumerate(names):
        if number < len(values):
            parameters[f"v{number}"] = values[number]
            picked += f", $v{number}"
        elif name in own:
            picked += ', "' + name.replace('"', '""') + '"'
            if _has_zone(own[name]) and types[number] == "TIMESTAMP":
                picked += _IN_UTC
        else:
            continue
        target += f", c{number}"
    try:
        connection.execute(
            f"INSERT INTO rows (path{target}) SELECT $path{picked} FROM {READ}",
            parameters,
        )
    except duckdb.Error as error:
        raise _explain(error, file) from error


def _kind(kind: str) -> ColumnType:
    """The type under which a column travels."""
    if kind in WHOLE:
        return ColumnType.INTEGER
    if kind in ("FLOAT", "DOUBLE") or kind.startswith("DECIMAL"):
        return ColumnType.FLOAT
    if kind == "BOOLEAN":
        return ColumnType.BOOLEAN
    if kind == "DATE" or kind.startswith("TIMESTAMP"):
        return ColumnType.DATETIME
    return ColumnType.STRING


def _has_zone(kind: str) -> bool:
    """Of "TIMESTAMP WITH TIME ZONE" and, in nanoseconds as pandas writes them, TIMESTAMPTZ_NS."""
    return "ZONE" in kind or "TZ" in kind


def _value(number: int, kind: str, asked: Any) -> tuple[ColumnType, str]:
    """Type and SQL of a column, in the type that was asked for if one was."""
    found = _kind(kind)
    if asked is not None:
        wanted, formats = column_type(asked)
        if wanted is not found:
            text = cast(number, wanted, formats, empty_as_string=False)
            return wanted, text.replace(f"c{number}", f"CAST(c{number} AS VARCHAR)")
    if found is ColumnType.FLOAT:
        return found, f"CAST(c{number} AS DOUBLE)"
    if found is ColumnType.DATETIME:
        zone = _IN_UTC if _has_zone(kind) else ""
        return found, f"CAST(c{number}{zone} AS TIMESTAMP)"
    if found is ColumnType.STRING and kind != "VARCHAR":
        return found, f"CAST(c{number} AS VARCHAR)"
    return found, f"c{number}"


def _explain(error: Exception, file: Mapping[str, str]) -> TableError:
    first = str(error).splitlines()[0].replace(file["local"], file["path"])
    return TableError(f"{file['path']} can't be read as a parquet file: {first}")
