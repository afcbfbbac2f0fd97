"""`OutputFileDatasetConfig`: what becomes of it in the graph."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from azureml.data import OutputFileDatasetConfig
from azureml.exceptions import UserErrorException

from tests.sdk.programs import Store, build, make_step, script_folder


def graph_of(*steps: Any) -> dict[str, dict[str, Any]]:
    built = build(*steps)
    assert built.problems == []
    return {node["name"]: node for node in built.graph["nodes"]}


def test_an_output_of_arguments_alone_joins_two_steps(tmp_path: Path) -> None:
    folder = script_folder(tmp_path / "code")
    out = OutputFileDatasetConfig("prepared", (Store("lake"), "prep/{run-id}/{output-name}"))
    first = make_step(folder, "first", arguments=["--out", out.as_upload(overwrite=True)])
    second = make_step(folder, "second", arguments=["--in", out.as_input("raw").as_download()])
    nodes = graph_of(second)
    assert nodes["first"]["arguments"] == ["--out", {"output": "prepared"}]
    assert nodes["first"]["outputs"] == [
        {
            "kind": "output_file_dataset",
            "name": "prepared",
            "datastore": "lake",
            "destination": "prep/{run-id}/{output-name}",
            "mode": "upload",
            "path_on_compute": None,
            "overwrite": True,
            "is_directory": True,
        }
    ]
    assert nodes["second"]["arguments"] == ["--in", {"input": "raw"}]
    (given,) = nodes["second"]["inputs"]
    assert (given["name"], given["mode"]) == ("raw", "download")
    assert given["source"] == {"node": "first", "output": "prepared"}
    assert first._outputs


def test_all_forms_are_one_output(tmp_path: Path) -> None:
    folder = script_folder(tmp_path / "code")
    out = OutputFileDatasetConfig("prepared")
    step = make_step(
        folder,
        "first",
        arguments=["--out", out.as_mount()],
        outputs=[out.register_on_complete("clean", "of today", {"by": "me"})],
    )
    (port,) = graph_of(step)["first"]["outputs"]
    assert port["destination"] == "dataset/{run-id}/{output-name}"
    assert port["register_on_complete"] == {
        "name": "clean",
        "description": "of today",
        "tags": {"by": "me"},
        "kind": "file",
        "definition": {},
    }


def test_a_table_is_given_as_a_dataset(tmp_path: Path) -> None:
    folder = script_folder(tmp_path / "code")
    table = OutputFileDatasetConfig("rows").read_delimited_files(separator=";")
    table = table.register_on_complete("rows")
    first = make_step(folder, "first", outputs=[table], arguments=[table])
    second = make_step(folder, "second", inputs=[table.as_input("rows")])
    nodes = graph_of(first, second)
    (port,) = nodes["first"]["outputs"]
    assert port["register_on_complete"]["kind"] == "tabular"
    assert port["register_on_complete"]["definition"]["separator"] == ";"
    (given,) = nodes["second"]["inputs"]
    assert given["mode"] == "direct"
    assert given["as_dataset"]["definition"]["separator"] == ";"


def test_names_are_the_same_in_every_run_of_a_program() -> None:
    one, two = OutputFileDatasetConfig(), OutputFileDatasetConfig()
    assert one.name.startswith("output_")
    assert int(two.name.partition("_")[2]) == int(one.name.partition("_")[2]) + 1


def test_a_source_and_columns_out_of_paths(tmp_path: Path) -> None:
    folder = script_folder(tmp_path / "code")
    out = OutputFileDatasetConfig("a", source="report/new", partition_format="/{day:yyyy}.csv")
    table = out.read_parquet_files(path_glob="*.parquet").keep_columns(["x", "day"])
    table = table.drop_columns("x").register_on_complete("rows")
    step = make_step(folder, "first", outputs=[table])
    (port,) = graph_of(step)["first"]["outputs"]
    assert port["source"] == "report/new"
    assert {key: port["register_on_complete"][key] for key in ("kind", "path_glob")} == {
        "kind": "tabular",
        "path_glob": "*.parquet",
    }
    assert port["register_on_complete"]["definition"] == {
        "format": "parquet",
        "include_path": False,
        "set_column_types": {},
        "partition_format": "/{day:yyyy}.csv",
        "keep_columns": ["day"],
    }


def test_a_format_of_the_table_goes_before_that_of_the_files() -> None:
    out = OutputFileDatasetConfig("a", partition_format="/{a}.csv")
    assert out.read_delimited_files()._definition["partition_format"] == "/{a}.csv"
    table = out.read_delimited_files(partition_format="/{b}.csv")
    assert table._definition["partition_format"] == "/{b}.csv"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda table: table.keep_columns([]), "list of names"),
        (lambda table: table.drop_columns(3), "list of names"),
        (lambda table: table.keep_columns("a").keep_columns("b"), "no column 'b'"),
        (lambda table: table.keep_columns("a").drop_columns("b"), "no column 'b'"),
        (lambda table: table.keep_columns("a").drop_columns("a"), "No column is left"),
    ],
)
def test_columns_that_can_not_be(change: Any, words: str) -> None:
    table = OutputFileDatasetConfig("a").read_delimited_files()
    with pytest.raises(UserErrorException, match=words):
        change(table)


def test_what_is_not_there_says_so() -> None:
    out = OutputFileDatasetConfig("a")
    with pytest.raises(NotImplementedError, match="data frame"):
        out.read_delimited_files().random_split(0.5)
    with pytest.raises(UserErrorException, match="name of a dataset"):
        out.register_on_complete("")
    with pytest.raises(UserErrorException, match="destination"):
        OutputFileDatasetConfig("a", "somewhere")
