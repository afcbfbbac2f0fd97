"""The process that reads users' tables: `python -m data.engine.child`, never the server itself.

Reads one request (JSON) from standard input and writes the table to standard output: a line of
JSON, then CSV without header in which every text is quoted and a null is nothing at all.
A sentence for the user goes to standard error with exit code 2. No Django here.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from data.domain.definition import ColumnType
from data.engine.inference import cast, column_types
from data.engine.loading import PATH_COLUMN, load_rows
from data.engine.parquet import Picked, load_parquet
from data.engine.partitions import read_format
from data.engine.records import TableError

REFUSED = 2  # exit code: standard error holds a sentence for the user


def main() -> int:
    """Answer the one request on standard input."""
    request = json.load(sys.stdin)
    limit_process(request)
    try:
        write_table(request)
    except BrokenPipeError:
        return 1  # the reader went away
    except (TableError, OSError) as error:
        text = str(error) if isinstance(error, TableError) else _about_disk(error, request)
        sys.stderr.write(json.dumps({"message": text}))
        return REFUSED
    return 0


def limit_process(request: Mapping[str, Any]) -> None:
    """Hard limits of the kernel, under the softer ones that DuckDB keeps."""
    space = request["memory_mb"] * 4 * 2**20 + 2**31  # address space: threads reserve much
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    resource.setrlimit(resource.RLIMIT_CPU, (request["cpu_seconds"], request["cpu_seconds"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def open_connection(request: Mapping[str, Any]) -> duckdb.DuckDBPyConnection:
    """DuckDB that reaches the request's files and its own folder, and nothing else ever."""
    folder = request["folder"]
    connection = duckdb.connect(":memory:")
    connection.execute(f"SET memory_limit='{int(request['memory_mb'])}MB'")
    connection.execute(f"SET threads={int(request['threads'])}")
    connection.execute("SET temp_directory=$folder", {"folder": folder})
    connection.execute("SET autoinstall_known_extensions=false")
    connection.execute("SET autoload_known_extensions=false")
    paths = [*(file["local"] for file in request["files"]), "/dev/stdout"]
    connection.execute("SET allowed_paths=$paths", {"paths": paths})
    connection.execute("SET allowed_directories=$folders", {"folders": [folder]})
    connection.execute("SET enable_external_access=false")
    connection.execute("SET lock_configuration=true")
    return connection


def write_table(request: Mapping[str, Any]) -> None:
    """Load, find the types, write the first line and the rows.

    Everything that can be wrong with the files shows while loading, before a byte is written.
    """
    definition = request["definition"]
    connection = open_connection(request)
    if definition["format"] == "parquet":
        picked = load_parquet(connection, request["files"], definition, request.get("sample"))
    else:
        picked = load_delimited(connection, request)
    picked = keep_and_drop(picked, definition)
    if definition["include_path"]:
        picked.insert(0, (PATH_COLUMN, ColumnType.STRING, "path"))
    counted = connection.execute("SELECT count(*) FROM rows").fetchone()
    total = counted[0] if counted else 0
    limit = request["limit"]
    head = {
        "columns": [{"name": name, "type": kind.value} for name, kind, _ in picked],
        "row_count": total if limit is None else min(total, limit),
        "total_row_count": total,
    }
    _write_all(json.dumps(head).encode() + b"\n")
    if not picked or not head["row_count"]:
        return
    selected = ", ".join(f"{sql} AS v{number}" for number, (_, _, sql) in enumerate(picked))
    texts = [f"v{n}" for n, (_, kind, _) in enumerate(picked) if kind is ColumnType.STRING]
    quoted = f", FORCE_QUOTE ({', '.join(texts)})" if texts else ""
    few = "" if limit is None else f" LIMIT {int(limit)}"
    connection.execute(
        f"COPY (SELECT {selected} FROM rows{few}) TO '/dev/stdout' "
        f"(FORMAT csv, HEADER false{quoted})"
    )


def load_delimited(
    connection: duckdb.DuckDBPyConnection, request: Mapping[str, Any]
) -> list[Picked]:
    """Fill the table `rows`; its columns with types that were asked for or found."""
    definition = dict(request["definition"])
    form = read_format(definition)
    # What comes from the path is text, or a moment, unless another type is asked for.
    from_path = {
        column.name: (ColumnType.DATETIME if column.moment else ColumnType.STRING).value
        for column in (form.columns if form else ())
    }
    definition["set_column_types"] = {**from_path, **definition["set_column_types"]}
    names = load_rows(
        connection,
        request["files"],
        definition,
        Path(request["folder"]),
        request.get("sample"),
    )
    types = column_types(connection, names, definition)
    return [
        (name, kind, cast(number, kind, formats, empty_as_string=definition["empty_as_string"]))
        for number, (name, (kind, formats)) in enumerate(zip(names, types, strict=True))
    ]


def keep_and_drop(picked: list[Picked], definition: Mapping[str, Any]) -> list[Picked]:
    """The columns that the dataset keeps, in the order of the data."""
    names = [name for name, _, _ in picked]
    keep, drop = definition.get("keep_columns"), definition.get("drop_columns") or []
    unknown = [name for name in (*(keep or ()), *drop) if name not in names]
    if unknown:
        raise TableError(
            f"The dataset keeps or drops the column {unknown[0]!r}, but the data has: "
            f"{', '.join(names) or 'none'}."
        )
    return [one for one in picked if (keep is None or one[0] in keep) and one[0] not in drop]


def _write_all(data: bytes) -> None:
    while data:
        data = data[os.write(1, data) :]


def _about_disk(error: OSError, request: Mapping[str, Any]) -> str:
    names = {file["local"]: file["path"] for file in request["files"]}
    what = names.get(str(error.filename), "The dataset's files")
    return f"{what} can't be read: {error.strerror or 'the file is damaged'}."


if __name__ == "__main__":
    sys.exit(main())
