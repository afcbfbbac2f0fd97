"""Which type each column of texts has, judged by every value, and how it is written out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from data.domain.definition import ColumnType, column_type
from data.engine.records import TableError

SAMPLE = 2000  # rows that rule most types out before all rows are looked at

INTEGER = r"\s*[+-]?[0-9]+\s*"
NUMBER = r"(?i)\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]+)?\s*|\s*(nan|[+-]?inf(inity)?)\s*"
DATE = r"\s*[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([T ].*)?\s*"

# Narrowest first. A whole number beyond 64 bits stays a text: as a float it would lose digits.
TESTS: dict[ColumnType, str] = {
    ColumnType.INTEGER: f"TRY_CAST({{c}} AS BIGINT) IS NOT NULL AND "
    f"regexp_full_match({{c}}, '{INTEGER}')",
    ColumnType.FLOAT: f"TRY_CAST({{c}} AS DOUBLE) IS NOT NULL AND "
    f"regexp_full_match({{c}}, '{NUMBER}') AND (length({{c}}) < 19 OR "
    f"TRY_CAST({{c}} AS BIGINT) IS NOT NULL OR NOT regexp_full_match({{c}}, '{INTEGER}'))",
    ColumnType.BOOLEAN: "lower(trim({c})) IN ('true', 'false')",
    ColumnType.DATETIME: f"TRY_CAST({{c}} AS TIMESTAMP) IS NOT NULL AND "
    f"regexp_full_match({{c}}, '{DATE}')",
}

CASTS: dict[ColumnType, str] = {
    ColumnType.INTEGER: "CASE WHEN TRY_CAST({c} AS BIGINT) = TRY_CAST({c} AS DOUBLE) "
    "OR regexp_full_match({c}, '" + INTEGER + "') THEN TRY_CAST({c} AS BIGINT) END",
    ColumnType.FLOAT: "TRY_CAST({c} AS DOUBLE)",
    ColumnType.BOOLEAN: "TRY_CAST(trim({c}) AS BOOLEAN)",
    ColumnType.STRING: "{c}",
    ColumnType.DATETIME: "TRY_CAST({c} AS TIMESTAMP)",
}


def column_types(
    connection: duckdb.DuckDBPyConnection, names: Sequence[str], definition: Mapping[str, Any]
) -> list[tuple[ColumnType, list[str]]]:
    """(type, strptime formats) of each column of the table `rows`: as asked, else inferred."""
    asked = definition["set_column_types"]
    unknown = sorted(set(asked) - set(names))
    if unknown:
        raise TableError(
            f"set_column_types names the column {unknown[0]!r}, but the data has: "
            f"{', '.join(names)}."
        )
    found: list[tuple[ColumnType, list[str]]] = [(ColumnType.STRING, [])] * len(names)
    open_columns = []
    for number, name in enumerate(names):
        if name in asked:
            found[number] = column_type(asked[name])
        elif definition["infer_column_types"]:
            open_columns.append(number)
    candidates = {number: list(TESTS) for number in open_columns}
    candidates = _narrow(connection, f"(SELECT * FROM rows LIMIT {SAMPLE})", candidates)
    candidates = _narrow(connection, "rows", candidates)
    for number, types in candidates.items():
        if types:
            found[number] = (types[0], [])
    return found


def _narrow(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    candidates: dict[int, list[ColumnType]],
) -> dict[int, list[ColumnType]]:
    """Keep the types that every value of a column passes; none for a column without values."""
    tests = [(number, kind) for number, kinds in candidates.items() for kind in kinds]
    if not tests:
        return candidates
    counts = ", ".join(
        f"count(*) FILTER (c{number} IS NOT NULL AND NOT ({_about(TESTS[kind], number)}))"
        for number, kind in tests
    )
    values = ", ".join(f"count(c{number})" for number in candidates)
    row = connection.execute(f"SELECT {values}, {counts} FROM {table}").fetchone() or ()
    filled = dict(zip(candidates, row, strict=False))
    failed = dict(zip(tests, row[len(candidates) :], strict=True))
    # A sample without a value says nothing; the whole column without one is a text.
    return {
        number: [
            kind
            for kind in kinds
            if not failed[number, kind] and (filled[number] or table != "rows")
        ]
        for number, kinds in candidates.items()
    }


def cast(number: int, kind: ColumnType, formats: Sequence[str], *, empty_as_string: bool) -> str:
    """SQL that turns the text of column `c<number>` into its type; what can't be is null."""
    column = f"c{number}"
    if kind is ColumnType.STRING and empty_as_string:
        return f"coalesce({column}, '')"
    if formats:
        listed = ", ".join("'" + text.replace("'", "''") + "'" for text in formats)
        return f"CAST(try_strptime({column}, [{listed}]) AS TIMESTAMP)"
    return _about(CASTS[kind], number)


def _about(expression: str, number: int) -> str:
    return expression.replace("{c}", f"c{number}")
