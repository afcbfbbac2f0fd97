"""Rows of tabular datasets: the real child process, and the oddities of real CSV files."""

from __future__ import annotations

import csv
import gzip
import json
import os
import time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from data.domain.definition import parse_definition
from data.engine import table as table_module
from data.engine.records import column_names, split_fields
from data.engine.table import TableStream, open_table
from data.selectors import default_datastore, local_path
from workspaces.domain.errors import InvalidInput

API = "/api/v1/workspaces/lab"
csv.field_size_limit(1 << 30)


@pytest.fixture
def read(tmp_path: Path) -> Any:
    """Read these contents as one dataset: ({column: type}, rows as lists of texts)."""

    def run(*contents: bytes | str, limit: int | None = None, **definition: Any) -> Any:
        files = []
        for number, content in enumerate(contents):
            place = tmp_path / f"{number}.csv"
            place.write_bytes(content.encode() if isinstance(content, str) else content)
            files.append({"local": str(place), "path": f"in/{number}.csv"})
        return answer(open_files(tmp_path, files, limit, **definition))

    return run


def open_files(
    folder: Path, files: list[dict[str, str]], limit: int | None = None, **definition: Any
) -> TableStream:
    paths = [{"datastore": "s", "path": "in"}]
    return open_table(
        files=files,
        definition=parse_definition("tabular", {"paths": paths, **definition}),
        limit=limit,
        scratch=folder / "scratch",
    )


def answer(table: TableStream) -> tuple[dict[str, str], list[list[str]]]:
    try:
        head, _, body = b"".join(table).partition(b"\n")
    finally:
        table.close()
    columns = {c["name"]: c["type"] for c in json.loads(head)["columns"]}
    return columns, list(csv.reader(StringIO(body.decode())))


def test_types_are_judged_by_every_value(read: Any) -> None:
    late = "".join(f"{n},{n},1,true,2020-01-01,x\n" for n in range(5000))
    columns, rows = read(f"i,late,f,b,d,s\n{late}-7,oops,2.5e3,FALSE,2020-01-02 03:04:05,\n")
    assert columns == {
        "i": "integer",
        "late": "string",
        "f": "float",
        "b": "boolean",
        "d": "datetime",
        "s": "string",
    }
    assert rows[-1] == ["-7", "oops", "2500.0", "false", "2020-01-02 03:04:05", ""]


def test_values_that_look_like_numbers_but_lose_digits_stay_text(read: Any) -> None:
    columns, rows = read("a,b,c\n12345678901234567890123,1_000,9223372036854775807\n")
    assert columns == {"a": "string", "b": "string", "c": "integer"}
    assert rows == [["12345678901234567890123", "1_000", "9223372036854775807"]]


def test_text_is_quoted_and_null_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('n,s\n1,"he said ""hi"", ok"\n,\n')
    table = open_files(tmp_path, [{"local": str(tmp_path / "a.csv"), "path": "a.csv"}])
    lines = b"".join(table).split(b"\n", 1)[1]
    table.close()
    assert lines == b'1,"he said ""hi"", ok"\n,\n'


def test_byte_order_mark_semicolon_and_lines_inside_quotes(read: Any) -> None:
    columns, rows = read(b'\xef\xbb\xbfa;b\r\n1;"x\ny"\r\n2;z\r\n', separator=";")
    assert list(columns) == ["a", "b"]
    assert rows == [["1", "x\ny"], ["2", "z"]]
    assert read('a,b\n1,"x\ny"\n', support_multi_line=True)[1] == [["1", "x\ny"]]


def test_old_line_ends_blank_lines_and_a_quoted_header(read: Any) -> None:
    assert read("a,b\r1,2\r3,4\r")[1] == [["1", "2"], ["3", "4"]]
    assert read("\n\na,b\n\n1,2\n\n") == ({"a": "integer", "b": "integer"}, [["1", "2"]])
    assert list(read('"a\nz","b, c"\n1,2\n')[0]) == ["a\nz", "b, c"]
    assert read("a\n1\n\n2\n")[1] == [["1"], ["2"]]


@pytest.mark.parametrize(
    ("encoding", "codec"),
    [
        ("latin1", "latin-1"),
        ("iso88591", "latin-1"),
        ("utf16", "utf-16"),
        ("windows1252", "cp1252"),
        ("utf8", "utf-8"),
    ],
)
def test_encodings(read: Any, encoding: str, codec: str) -> None:
    columns, rows = read("größe,b\ncafé,ü\n".encode(codec), encoding=encoding)
    assert list(columns) == ["größe", "b"]
    assert rows == [["café", "ü"]]


def test_scripts_of_every_direction(read: Any) -> None:
    columns, rows = read("🌊,שלום\n😀,مرحبا\n")
    assert list(columns) == ["🌊", "שלום"]
    assert rows == [["😀", "مرحبا"]]


def test_the_wrong_encoding_names_file_and_line(read: Any) -> None:
    body = "a,b\n" + "1,ok\n" * 3000 + "1,café\n"
    with pytest.raises(InvalidInput, match=r"in/1\.csv, line 3002, is not utf8 text"):
        read("a,b\n1,2\n", body.encode("latin-1"))
    with pytest.raises(InvalidInput, match=r"in/0\.csv, line 1, is not utf8 text"):
        read("é,b\n1,2\n".encode("latin-1"))
    with pytest.raises(InvalidInput, match=r"in/0\.csv, line 2, is not shiftjis text"):
        read(b"a,b\n\xff\xff,2\n", encoding="shiftjis")


def test_the_wrong_separator_gives_one_column(read: Any) -> None:
    assert read("a,b\n1,2\n", separator=";") == ({"a,b": "string"}, [["1,2"]])
    assert list(read("a||b\n1||2\n", separator="||")[0]) == ["a", "b"]
    assert list(read("a\tb\n1\t2\n", separator="\t")[0]) == ["a", "b"]


def test_no_header(read: Any) -> None:
    columns, rows = read("1,x\n2,y\n", "3,z,extra\n", header="NO_HEADERS")
    assert columns == {"Column1": "integer", "Column2": "string", "Column3": "string"}
    assert rows == [["1", "x", ""], ["2", "y", ""], ["3", "z", "extra"]]


def test_only_the_first_file_has_a_header(read: Any) -> None:
    columns, rows = read("a,b\n1,2\n", "3,4\n", header="ONLY_FIRST_FILE_HAS_HEADERS")
    assert columns == {"a": "integer", "b": "integer"}
    assert rows == [["1", "2"], ["3", "4"]]


@pytest.mark.parametrize("header", ["ALL_FILES_HAVE_SAME_HEADERS", "COMBINE_ALL_FILES_HEADERS"])
def test_files_with_other_headers_are_joined_by_name(read: Any, header: str) -> None:
    columns, rows = read("a,b\n1,2\n", "b,c,a\n4,x,3\n", "a,b\n5,6\n", header=header)
    assert columns == {"a": "integer", "b": "integer", "c": "string"}
    assert rows == [["1", "2", ""], ["3", "4", "x"], ["5", "6", ""]]


def test_ragged_rows_are_padded_and_nothing_is_cut_off(read: Any) -> None:
    columns, rows = read("a,b\n1\n2,3,4,5\n6,7,\n")
    assert list(columns) == ["a", "b", "Column3", "Column4"]
    assert rows == [["1", "", "", ""], ["2", "3", "4", "5"], ["6", "7", "", ""]]


def test_names_that_clash_or_are_empty() -> None:
    assert column_names(["a", "a", "", "A", "a_1"]) == ["a", "a_2", "Column3", "A", "a_1"]
    assert split_fields('a,"b ""c"", d",,e"f', ",") == ["a", 'b "c", d', "", 'e"f']


def test_columns_that_differ_by_case_only(read: Any) -> None:
    assert read("a,A,a\n1,2,3\n")[1] == [["1", "2", "3"]]


def test_types_as_asked(read: Any) -> None:
    columns, rows = read(
        "a,b,c\n1,01/02/2020,007\nx,03/02/2020,8\n",
        set_column_types={
            "a": "integer",
            "b": {"type": "datetime", "formats": ["%d/%m/%Y"]},
            "c": "string",
        },
    )
    assert columns == {"a": "integer", "b": "datetime", "c": "string"}
    assert rows == [["1", "2020-02-01 00:00:00", "007"], ["", "2020-02-03 00:00:00", "8"]]
    with pytest.raises(InvalidInput, match="the data has: a, b"):
        read("a,b\n1,2\n", set_column_types={"z": "integer"})
    assert set(read("a,b\n1,true\n", infer_column_types=False)[0].values()) == {"string"}


def test_path_column_limit_and_empty_as_string(read: Any) -> None:
    columns, rows = read("a\n1\n", "a\n2\n", include_path=True)
    assert columns == {"Path": "string", "a": "integer"}
    assert rows == [["in/0.csv", "1"], ["in/1.csv", "2"]]
    assert read("a\n1\n2\n3\n", limit=2)[1] == [["1"], ["2"]]
    assert read("a\n1\n", limit=0) == ({"a": "integer"}, [])
    assert read("a,b\nx,\n", empty_as_string=True)[1] == [["x", ""]]


def test_empty_files(read: Any) -> None:
    assert read("") == ({}, [])
    assert read("a,b\n") == ({"a": "string", "b": "string"}, [])
    assert read("", "a\n1\n")[1] == [["1"]]


def test_compressed_files(tmp_path: Path) -> None:
    place = tmp_path / "a.csv.gz"
    place.write_bytes(gzip.compress(b"a,b\n1,2\n"))
    files = [{"local": str(place), "path": "a.csv.gz"}]
    assert answer(open_files(tmp_path, files))[1] == [["1", "2"]]
    place.write_bytes(b"no gzip at all")
    with pytest.raises(InvalidInput, match=r"can't be read"):
        open_files(tmp_path, files)


def test_a_long_text_fits(read: Any) -> None:
    assert len(read("a,b\n1," + "x" * 5_000_000 + "\n")[1][0][1]) == 5_000_000


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    files = [{"local": str(tmp_path / "gone.csv"), "path": "in/gone.csv"}]
    with pytest.raises(InvalidInput, match=r"in/gone\.csv can't be read: No such file"):
        open_files(tmp_path, files)


def test_too_much_work_is_a_sentence(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(table_module, "CPU_SECONDS", 1)
    place = tmp_path / "big.csv"
    place.write_text("a,b,c\n" + "1,xxxxxxxxxxxxxxxxxx,2.5\n" * 4_000_000)
    with pytest.raises(InvalidInput) as caught:
        open_files(tmp_path, [{"local": str(place), "path": "big.csv"}])
    assert caught.value.code == "table_too_large"


def test_the_child_sees_neither_other_files_nor_the_servers_variables(tmp_path: Path) -> None:
    import duckdb

    from data.engine.child import open_connection

    (tmp_path / "allowed.csv").write_text("a\n1\n")
    (tmp_path / "secret.csv").write_text("a\n1\n")
    (tmp_path / "own").mkdir()
    connection = open_connection(
        {
            "folder": str(tmp_path / "own"),
            "files": [{"local": str(tmp_path / "allowed.csv"), "path": "allowed.csv"}],
            "memory_mb": 100,
            "threads": 1,
        }
    )
    query = "SELECT count(*) FROM read_csv($file)"
    allowed = connection.execute(query, {"file": str(tmp_path / "allowed.csv")}).fetchone()
    assert allowed == (1,)
    for statement in (
        f"SELECT * FROM read_csv('{tmp_path}/secret.csv')",
        f"SELECT * FROM read_csv('{tmp_path}/own/../secret.csv')",
        f"COPY (SELECT 1) TO '{tmp_path}/written.csv'",
        "SELECT * FROM read_text('/etc/passwd')",
        "SET enable_external_access=true",
        "SET memory_limit='100GB'",
        "INSTALL httpfs",
    ):
        with pytest.raises(duckdb.Error):
            connection.execute(statement)
    assert not (tmp_path / "written.csv").exists()


def test_closing_ends_the_child_and_drops_its_folder(tmp_path: Path) -> None:
    place = tmp_path / "a.csv"
    place.write_text("a,b\n" + "1,xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n" * 200_000)
    table = open_files(tmp_path, [{"local": str(place), "path": "a.csv"}])
    child = table._child
    assert child is not None
    assert next(iter(table)).startswith(b'{"columns"')
    assert child.poll() is None, "the rest waits for a reader"
    table.close()
    table.close()
    assert child.poll() is not None
    assert list((tmp_path / "scratch").iterdir()) == []


def test_rows_over_rest(api: Any, workspace: Any, data_folder: Path) -> None:
    place = local_path(default_datastore(workspace), "iris.csv")
    place.write_text("a,b\n1,x\n2,y\n")
    definition = {"paths": [{"datastore": "workspaceblobstore", "path": "iris.csv"}]}
    made = api.post(f"{API}/datasets", {"kind": "tabular", "definition": definition}).json()
    got = api.get(f"{API}/datasets/{made['id']}/rows?limit=1")
    assert got["Content-Type"] == "application/x-forebay-table"
    head, body = b"".join(got.streaming_content).split(b"\n", 1)
    assert json.loads(head)["columns"][1] == {"name": "b", "type": "string"}
    assert json.loads(head)["total_row_count"] == 2
    assert body == b'1,"x"\n'
    assert list((data_folder / "scratch").iterdir()) == []

    assert api.get(f"{API}/datasets/{made['id']}/rows?limit=-1").status_code == 422
    place.write_bytes("a,b\n1,é\n".encode("latin-1"))
    refused = api.get(f"{API}/datasets/{made['id']}/rows")
    assert refused.status_code == 422
    assert "iris.csv, line 2" in refused.json()["detail"]
    os.remove(place)
    assert api.get(f"{API}/datasets/{made['id']}/rows").json()["code"] == "missing_path"
    place.write_text("x")
    files = api.post(f"{API}/datasets", {"kind": "file", "definition": definition}).json()
    assert api.get(f"{API}/datasets/{files['id']}/rows").json()["code"] == "not_tabular"


async def test_an_asgi_server_gets_chunks_one_by_one_and_closes_on_disconnect() -> None:
    from workspaces.api.downloads import ChunkedResponse

    made, closed = [], []

    def chunks() -> Any:
        for number in range(100):
            made.append(number)
            yield b"x"

    response = ChunkedResponse(chunks(), close=lambda: closed.append(time.time()))
    stream = response.__aiter__()
    assert await anext(stream) == b"x"
    assert len(made) == 1, "not read to its end first"
    await stream.aclose()
    response.close()
    assert len(closed) == 1
