"""Run by test_frames.py in interpreters with different releases of pandas; prints JSON."""

from __future__ import annotations

import json
from typing import Any

from azureml._forebay.frames import frame_from_table


def table(columns: dict[str, str], body: str) -> Any:
    head = {"columns": [{"name": name, "type": kind} for name, kind in columns.items()]}
    return frame_from_table(json.dumps(head).encode() + b"\n" + body.encode())


def describe(frame: Any) -> dict[str, Any]:
    kinds = [str(kind).partition("[")[0] for kind in frame.dtypes]
    missing = frame.isna().values.tolist()
    rows = [list(row) for row in frame.itertuples(index=False)]
    return {
        "columns": list(frame.columns),
        "kinds": ["text" if kind in ("object", "str") else kind for kind in kinds],
        "values": [
            [None if gap else cell for cell, gap in zip(row, gaps, strict=True)]
            for row, gaps in zip(rows, missing, strict=True)
        ],
    }


CASES = {
    "types": (
        {"i": "integer", "f": "float", "b": "boolean", "s": "string", "d": "datetime"},
        '1,0.1,true,"x",2020-01-01\n-9007199254740993,1e300,false,"y",2021-02-03 04:05:06.5\n',
    ),
    "missing": (
        {"i": "integer", "f": "float", "b": "boolean", "s": "string", "d": "datetime"},
        '1,1.5,true,"x",2020-01-01\n,,,,\n',
    ),
    "empty_is_not_missing": ({"s": "string", "n": "integer"}, '"",1\n,2\n'),
    "awkward_text": (
        {"s": "string", "t": "string"},
        '"a,""b"", c","line\none"\n"","NA"\n"x,"",y","null"\n"🚀","  "\n',
    ),
    "awkward_text_without_empties": ({"s": "string"}, '"NA"\n"null"\n"1"\n"a\nb"\n"1,2"\n'),
    "one_column_of_gaps": ({"s": "string"}, '"a"\n\n"b"\n'),
    "all_missing": ({"s": "string", "d": "datetime", "b": "boolean"}, ",,\n,,\n"),
    "no_rows": ({"i": "integer", "s": "string", "b": "boolean", "d": "datetime"}, ""),
    "not_a_date": ({"d": "datetime"}, "2020-01-01\n9999999-01-01\n"),
}

if __name__ == "__main__":
    print(json.dumps({name: describe(table(*case)) for name, case in CASES.items()}, default=str))
