"""Modules that bring data in and out."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
from forebay_modules.errors import ModuleError
from forebay_modules.run import Context, read_input
from forebay_modules.tables import Table, read_table, write_table
from run_cases import LIBRARY
from using import refused, use

FRAME = pd.DataFrame(
    {"city": ["Köln", "Łódź", float("nan")], "people": [1.0, 2.5, 3.0], "big": [True, False, True]}
)


def case_import_data_reads_a_folder_of_files() -> None:
    with tempfile.TemporaryDirectory() as folder:
        FRAME.head(1).to_csv(f"{folder}/a.csv", index=False, sep=";")
        FRAME.tail(2).to_csv(f"{folder}/b.csv", index=False, sep=";")
        made = use("import-data", source=folder, delimiter="semicolon")["results"].frame
    pd.testing.assert_frame_equal(made, FRAME)


def case_import_data_without_a_header() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "a.csv").write_text("1,2\n3,4\n")
        made = use("import-data", source=f"{folder}/a.csv", header=False)["results"].frame
    assert made.to_dict("list") == {"Column 1": [1, 3], "Column 2": [2, 4]}


def case_import_data_says_what_it_can_not_read() -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert "has no files" in refused("import-data", source=folder)
        Path(folder, "a.json").write_text("{no json")
        assert "a.json can't be read" in refused("import-data", source=folder)


def case_a_dataset_that_can_not_be_read_is_told() -> None:
    sys.path.append(str(LIBRARY.parent.parent / "sdk" / "src"))
    from azureml.exceptions import UserErrorException

    class Broken:
        def to_pandas_dataframe(self) -> pd.DataFrame:
            raise UserErrorException("a.csv, line 1, is not utf8 text.")

    port = {"name": "dataset", "label": "Dataset", "type": "table"}
    context = Context(log=SimpleNamespace(input_datasets={"dataset": Broken()}))
    try:
        read_input(port, "no-such-place", context)
    except ModuleError as error:
        assert (
            str(error) == "The dataset of Dataset can't be read: a.csv, line 1, is not utf8 text."
        )
    else:
        raise AssertionError


def case_a_text_of_another_encoding_is_told() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "a.csv").write_bytes("n\u00e4me,b\n1,2\n".encode("latin-1"))
        for delimiter in ("auto", "comma"):
            said = refused("import-data", source=f"{folder}/a.csv", delimiter=delimiter)
            assert "a.csv can't be read as a table: It is not UTF-8 text" in said


def case_enter_data_manually() -> None:
    made = use("enter-data-manually", data="name, age\nAda, 36\nAlan, 41\n")["results"].frame
    pd.testing.assert_frame_equal(made, pd.DataFrame({"name": ["Ada", "Alan"], "age": [36, 41]}))


def case_tables_come_back_as_they_were_written() -> None:
    frame = FRAME.assign(
        kind=pd.Categorical(["a", "b", "a"]),
        day=pd.to_datetime(["2026-01-01", None, "2026-03-01"]),
        mixed=[1, "x", None],
    )
    with tempfile.TemporaryDirectory() as folder:
        write_table(Table(frame, {"big": "label"}), folder)
        back = read_table(folder)
    expected = frame.assign(mixed=["1", "x", None], city=["Köln", "Łódź", None])
    pd.testing.assert_frame_equal(back.frame, expected)
    assert back.roles == {"big": "label"}


def case_export_data_in_each_format() -> None:
    """As a step runs it: in a process, with arguments."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_table(Table(FRAME), folder / "in")
        for kind, reader in (
            ("csv", pd.read_csv),
            ("parquet", pd.read_parquet),
            ("jsonl", lambda path: pd.read_json(path, lines=True)),
        ):
            command = [
                sys.executable,
                LIBRARY / "export-data/run.py",
                "--in-dataset",
                folder / "in",
            ]
            command += ["--out-exported", folder / "out", "--name", "people", "--format", kind]
            command += ["--path", "somewhere"]
            done = subprocess.run(
                command,
                env={"PYTHONPATH": str(LIBRARY)},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            back = reader(folder / f"out/people.{kind}")
            back["city"] = back["city"].fillna(float("nan"))
            pd.testing.assert_frame_equal(back, FRAME)
    assert use("enter-data-manually", data="a\n1")["results"].frame["a"].tolist() == [1]


def case_export_data_refuses_paths_as_names() -> None:
    assert "no file name" in refused("export-data", {"dataset": FRAME}, name="../x", path="p")


def case_a_module_ends_with_a_sentence_and_no_traceback() -> None:
    command = [sys.executable, LIBRARY / "enter-data-manually/run.py", "--data", ""]
    done = subprocess.run(
        command, env={"PYTHONPATH": str(LIBRARY)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr == "Enter Data Manually: Data needs a value.\n"
