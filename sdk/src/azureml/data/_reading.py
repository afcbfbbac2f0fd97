"""How files are read as a table, in the words of the server: shared by datasets and outputs."""

from __future__ import annotations

from typing import Any, Optional, Union

from azureml.data.dataset_type_definitions import PromoteHeadersBehavior
from azureml.exceptions import UserErrorException

Definition = dict[str, Any]


def delimited_definition(
    *,
    separator: str,
    header: Union[bool, PromoteHeadersBehavior],
    include_path: bool,
    set_column_types: Optional[dict[str, Any]],
    partition_format: Optional[str],
) -> Definition:
    """CSV and its like. What was not asked for is left out: the server has the same defaults."""
    definition: Definition = {
        "separator": separator,
        "header": header_name(header),
        "include_path": bool(include_path),
        "set_column_types": column_types(set_column_types),
    }
    if partition_format:
        definition["partition_format"] = partition_format
    return definition


def parquet_definition(
    *,
    include_path: bool,
    set_column_types: Optional[dict[str, Any]],
    partition_format: Optional[str],
) -> Definition:
    """Parquet files, which know their columns and types."""
    definition: Definition = {
        "format": "parquet",
        "include_path": bool(include_path),
        "set_column_types": column_types(set_column_types),
    }
    if partition_format:
        definition["partition_format"] = partition_format
    return definition


def column_types(given: Optional[dict[str, Any]]) -> dict[str, Any]:
    """`set_column_types` for the server: each a `DataType`, or the name of a type."""
    return {
        column: kind._to_wire() if hasattr(kind, "_to_wire") else kind
        for column, kind in (given or {}).items()
    }


def header_name(header: Union[bool, PromoteHeadersBehavior]) -> str:
    """Which files begin with the names of the columns."""
    if isinstance(header, PromoteHeadersBehavior):
        return header.name
    if isinstance(header, bool):
        return "ALL_FILES_HAVE_SAME_HEADERS" if header else "NO_HEADERS"
    raise UserErrorException(f"header must be True, False or a PromoteHeadersBehavior: {header!r}.")


def keep(definition: Definition, columns: Any) -> Definition:
    """The same with only `columns`, of those that it has so far."""
    names = _names(columns)
    before = definition.get("keep_columns")
    if before is not None:
        _refuse_unknown(names, before)
    return {**definition, "keep_columns": names}


def drop(definition: Definition, columns: Any) -> Definition:
    """The same without `columns`."""
    names = _names(columns)
    before = definition.get("keep_columns")
    if before is not None:
        _refuse_unknown(names, before)
        left = [name for name in before if name not in names]
        if not left:
            raise UserErrorException("No column is left: drop fewer of them.")
        return {**definition, "keep_columns": left}
    dropped = list(dict.fromkeys([*definition.get("drop_columns", []), *names]))
    return {**definition, "drop_columns": dropped}


def _names(columns: Any) -> list[str]:
    names = list(columns) if isinstance(columns, (list, tuple, set)) else [columns]
    if not names or not all(isinstance(name, str) and name for name in names):
        raise UserErrorException("columns must be a column's name, or a list of names.")
    return names


def _refuse_unknown(names: list[str], known: list[str]) -> None:
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UserErrorException(
            f"There is no column {unknown[0]!r} among those that are kept: {', '.join(known)}."
        )
