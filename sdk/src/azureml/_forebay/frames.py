"""The server's table format as a pandas data frame.

A table is one line of JSON, ``{"columns": [{"name", "type"}]}``, then CSV without a header:
missing values are empty and unquoted, text is always quoted. Types: integer, float, boolean,
string, datetime. pandas is the caller's (1.5 and newer) and imported only here.
"""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING, Any, Optional

from azureml.exceptions import UserErrorException

if TYPE_CHECKING:
    import pandas

# One field with what ends it. Quotes within quoted text are doubled.
_FIELD = re.compile(rb'(?:"((?:[^"]|"")*)"|([^,"\r\n]*))(,|\r?\n|\Z)')


def frame_from_table(content: bytes, *, strict_dates: bool = False) -> pandas.DataFrame:
    """The data frame of a table; ``strict_dates`` raises for dates that pandas can't hold."""
    pd = _import_pandas()
    head, _, body = content.partition(b"\n")
    columns = json.loads(head.decode("utf-8"))["columns"]
    names = [str(column["name"]) for column in columns]
    kinds = [str(column["type"]) for column in columns]
    if not columns:
        return pd.DataFrame()
    if not body.strip():
        frame = pd.DataFrame({i: [] for i in range(len(kinds))}, dtype=object)
    elif _may_confuse(body, kinds):
        frame = pd.DataFrame(_read_exactly(body, len(kinds)), columns=range(len(kinds)))
    else:
        frame = pd.read_csv(
            io.BytesIO(body),
            header=None,
            names=range(len(kinds)),
            dtype={i: _read_as(kind) for i, kind in enumerate(kinds)},
            keep_default_na=False,
            na_values=[""],
            skip_blank_lines=False,
            low_memory=False,
            **({} if _release(pd) >= 3 else {"float_precision": "round_trip"}),
        )
    converted = [
        _convert(pd, frame[i], kind, strict_dates=strict_dates) for i, kind in enumerate(kinds)
    ]
    if not converted:
        return pd.DataFrame()
    result = pd.concat(converted, axis=1)
    result.columns = pd.Index(names)
    return result


def _import_pandas() -> Any:
    try:
        import pandas
    except ImportError as error:
        raise UserErrorException(
            "to_pandas_dataframe() needs pandas, which is not installed here:"
            " pip install pandas. In a step, add it to the step's environment."
        ) from error
    return pandas


def _release(pd: Any) -> int:
    return int(pd.__version__.partition(".")[0])


def _may_confuse(body: bytes, kinds: list[str]) -> bool:
    """Whether empty text and missing text both may occur: ``read_csv`` can't tell them apart."""
    return "string" in kinds and b'""' in body


def _read_as(kind: str) -> Optional[str]:
    return "str" if kind in ("string", "boolean", "datetime", "integer") else "float64"


def _read_exactly(body: bytes, width: int) -> list[list[Optional[str]]]:
    """Rows of texts and Nones; slower than ``read_csv``, but it knows quoted from unquoted."""
    rows: list[list[Optional[str]]] = []
    row: list[Optional[str]] = []
    position, size = 0, len(body)
    while position < size:
        found = _FIELD.match(body, position)
        if found is None:
            raise UserErrorException("The server sent a table that can't be read.")
        quoted, plain, end = found.groups()
        if quoted is not None:
            row.append(quoted.replace(b'""', b'"').decode("utf-8"))
        else:
            row.append(plain.decode("utf-8") or None)
        position = found.end()
        if end != b",":
            rows.append(row)
            row = []
    if any(len(one) != width for one in rows):
        raise UserErrorException("The server sent a table whose rows differ in length.")
    return rows


def _convert(pd: Any, column: Any, kind: str, *, strict_dates: bool) -> Any:
    if kind == "float":
        return pd.to_numeric(column, errors="coerce").astype("float64")
    if kind == "integer":
        if column.isna().any():
            return pd.to_numeric(column).astype("float64")
        return pd.to_numeric(column).astype("int64")
    if kind == "boolean":
        values = column.map({"true": True, "false": False, "True": True, "False": False})
        return values.astype(object if column.isna().any() else "bool")
    if kind == "datetime":
        errors = "raise" if strict_dates else "coerce"
        iso = {} if _release(pd) < 2 else {"format": "ISO8601"}
        return pd.to_datetime(column, errors=errors, **iso)
    # Text: what this pandas makes of text by default (object before 3, str since).
    if _release(pd) < 3:
        return column.astype(object).where(column.notna(), None)
    return column.astype("str")
