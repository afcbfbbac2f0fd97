"""Columns that come from paths or are left out, and parquet files, through the real child."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.data.test_tables import answer, open_files
from workspaces.domain.errors import InvalidInput


@pytest.fixture
def tree(tmp_path: Path) -> Any:
    """Read files by their paths on the datastore."""

    def run(contents: dict[str, str], **definition: Any) -> Any:
        files = []
        for path, content in contents.items():
            place = tmp_path / "store" / path
            place.parent.mkdir(parents=True, exist_ok=True)
            if path.endswith(".parquet"):
                duckdb.sql(content).write_parquet(str(place))
            else:
                place.write_text(content)
            files.append({"local": str(place), "path": path})
        return answer(open_files(tmp_path, files, **definition))

    return run


DAYS = {
    "in/north/2020/01/02/a.csv": "x,y\n1,a\n",
    "in/south/2020/01/03/a.csv": "y,x\nb,2\n",
    "in/north/2020/01/03/a.csv": "x,y\n3,c\n",
}
FORM = "/{region}/{day:yyyy/MM/dd}/a.csv"


def test_the_path_gives_columns(tree: Any) -> None:
    columns, rows = tree(DAYS, partition_format=FORM)
    assert columns == {"region": "string", "day": "datetime", "x": "integer", "y": "string"}
    assert rows == [
        ["north", "2020-01-02 00:00:00", "1", "a"],
        ["south", "2020-01-03 00:00:00", "2", "b"],
        ["north", "2020-01-03 00:00:00", "3", "c"],
    ]


def test_the_path_and_what_comes_from_it_side_by_side(tree: Any) -> None:
    form, types = "/{n}.csv", {"n": "integer"}
    columns, rows = tree(
        {"in/07.csv": "1;2\n3;4\n", "in/8.csv": "5;6;7\n"},
        partition_format=form,
        set_column_types=types,
        include_path=True,
        header="NO_HEADERS",
        separator=";",
    )
    assert list(columns) == ["Path", "n", "Column1", "Column2", "Column3"]
    assert columns["n"] == "integer"
    assert rows == [
        ["in/07.csv", "7", "1", "2", ""],
        ["in/07.csv", "7", "3", "4", ""],
        ["in/8.csv", "8", "5", "6", "7"],
    ]


def test_a_record_that_is_too_wide_beside_columns_of_the_path(tree: Any) -> None:
    columns, rows = tree({"in/k.csv": "x\n1,2\n"}, partition_format="{a}.csv")
    assert list(columns) == ["a", "x", "Column2"]
    assert rows == [["k", "1", "2"]]


@pytest.mark.parametrize(
    ("definition", "kept"),
    [
        ({"keep_columns": ["y", "x"]}, ["x", "y"]),
        ({"drop_columns": ["y"]}, ["x", "z"]),
        ({"keep_columns": ["x", "y"], "drop_columns": ["y"]}, ["x"]),
        ({"keep_columns": ["x"], "include_path": True}, ["Path", "x"]),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_columns_are_kept_in_the_order_of_the_data(
    tree: Any, kind: str, definition: dict[str, Any], kept: list[str]
) -> None:
    content = "x,y,z\n1,2,3\n" if kind == "csv" else "SELECT 1 AS x, 2 AS y, 3 AS z"
    form = "parquet" if kind == "parquet" else "delimited"
    columns, (row,) = tree({f"in/a.{kind}": content}, format=form, **definition)
    assert list(columns) == kept
    assert row[-1] == {"x": "1", "y": "2", "z": "3"}[kept[-1]]


def test_parquet_keeps_its_types(tree: Any) -> None:
    columns, rows = tree(
        {
            "in/a.parquet": "SELECT 1::TINYINT AS i, 1.5::DECIMAL(5,2) AS f, true AS b, "
            "DATE '2020-01-02' AS d, TIMESTAMPTZ '2020-01-01 00:00:00+01' AS z, 'a\"b' AS s, "
            "[1, 2] AS l, 18446744073709551615::UBIGINT AS u",
            "in/b.parquet": "SELECT 2::BIGINT AS i, 'new' AS extra, NULL::VARCHAR AS s",
        },
        format="parquet",
    )
    assert columns == {
        "i": "integer",
        "f": "float",
        "b": "boolean",
        "d": "datetime",
        "z": "datetime",
        "s": "string",
        "l": "string",
        "u": "string",
        "extra": "string",
    }
    first, second = rows
    assert first[:4] == ["1", "1.5", "true", "2020-01-02 00:00:00"]
    assert first[4:] == ["2019-12-31 23:00:00", 'a"b', "[1, 2]", "18446744073709551615", ""]
    assert second == ["2", "", "", "", "", "", "", "", "new"]


def test_times_of_a_zone_are_told_in_utc_whatever_their_precision(tree: Any) -> None:
    at = "TIMESTAMPTZ '2020-01-01 00:00:00+01'"
    columns, rows = tree(
        {
            "in/a.parquet": f"SELECT {at}::TIMESTAMPTZ_NS AS z, {at}::TIMESTAMPTZ_NS AS mixed",
            "in/b.parquet": f"SELECT {at}::TIMESTAMPTZ_NS AS z, {at} AS mixed",
            "in/c.parquet": "SELECT TIMESTAMP '2020-01-01' AS mixed",
        },
        format="parquet",
    )
    assert columns == {"z": "datetime", "mixed": "datetime"}
    utc = "2019-12-31 23:00:00"
    assert rows == [[utc, utc], [utc, utc], ["", "2020-01-01 00:00:00"]]


# An empty data frame as pyarrow 26 writes it; DuckDB can't write one.
NO_COLUMNS = (
    "504152311504191c35001806736368656d611500001600191c190c1600160026001600002820706172717565742d"
    "6370702d6172726f772076657273696f6e2032362e302e31190c004500000050415231"
)


def test_a_parquet_file_without_columns_is_an_empty_table(tmp_path: Path) -> None:
    place = tmp_path / "a.parquet"
    place.write_bytes(bytes.fromhex(NO_COLUMNS))
    files = [{"local": str(place), "path": "in/a.parquet"}]
    assert answer(open_files(tmp_path, files, format="parquet")) == ({}, [])


def test_parquet_in_folders_and_other_types(tree: Any) -> None:
    columns, rows = tree(
        {"in/y=1/a.parquet": "SELECT 7 AS n", "in/y=2/a.parquet": "SELECT 8 AS n"},
        format="parquet",
        partition_format="/y={y}/a.parquet",
        set_column_types={"y": "integer", "n": "string"},
        include_path=True,
    )
    assert columns == {"Path": "string", "y": "integer", "n": "string"}
    assert rows == [["in/y=1/a.parquet", "1", "7"], ["in/y=2/a.parquet", "2", "8"]]


@pytest.mark.parametrize(
    ("contents", "definition", "words"),
    [
        ({"in/a.csv": "x\n1\n"}, {"partition_format": "/{d:yyyy}/a.csv"}, "does not end as"),
        ({"in/a.csv": "n\n1\n"}, {"partition_format": "{n}.csv"}, "column 'n' is in in/a.csv"),
        ({"in/a.csv": "n\n1\n"}, {"keep_columns": ["m"]}, "but the data has: n"),
        ({"in/a.csv": "n\n1\n"}, {"format": "parquet"}, "in/a.csv can't be read as a parquet"),
    ],
)
def test_what_does_not_fit_names_file_and_column(
    tree: Any, contents: dict[str, str], definition: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidInput) as raised:
        tree(contents, **definition)
    assert words in raised.value.detail
    assert "/tmp" not in raised.value.detail
