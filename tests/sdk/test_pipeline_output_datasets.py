"""`PipelineData.as_dataset()`: what becomes of it in the graph."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from azureml.exceptions import UserErrorException
from azureml.pipeline.core import PipelineData
from azureml.pipeline.core.pipeline_output_dataset import (
    PipelineOutputFileDataset,
    PipelineOutputTabularDataset,
)

from tests.sdk.programs import build, make_step, script_folder


def nodes_of(*steps: Any) -> dict[str, dict[str, Any]]:
    built = build(*steps)
    assert built.problems == []
    return {node["name"]: node for node in built.graph["nodes"]}


@pytest.fixture
def two_steps(tmp_path: Path) -> Any:
    """The first input of a second step, and the port of the first."""

    def build_them(given: Any, output: Any, arguments: Any = ()) -> Any:
        folder = script_folder(tmp_path / "code")
        first = make_step(folder, "first", outputs=[output], arguments=["--out", output])
        second = make_step(folder, "second", inputs=[given], arguments=list(arguments))
        nodes = nodes_of(second)
        assert nodes["first"]["arguments"] == ["--out", {"output": "made"}]
        assert first._outputs == [output]
        return nodes["second"]["inputs"], nodes["first"]["outputs"][0], nodes["second"]

    return build_them


FILES = {"kind": "file", "definition": {}}


@pytest.mark.parametrize(
    ("form", "name", "mode", "path", "reading"),
    [
        (lambda d: d, "made", "mount", None, None),
        (lambda d: d.as_named_input("raw"), "raw", "mount", None, None),
        (lambda d: d.as_named_input("raw").as_mount("in/raw"), "raw", "mount", "in/raw", None),
        (lambda d: d.as_download("/tmp/x").as_named_input("r"), "r", "download", "/tmp/x", None),
        (lambda d: d.as_direct(), "made", "direct", None, FILES),
        (lambda d: d.as_download().create_input_binding(), "made", "download", None, None),
        (
            lambda d: d.parse_parquet_files().as_named_input("rows"),
            "rows",
            "direct",
            None,
            {
                "kind": "tabular",
                "definition": {
                    "format": "parquet",
                    "include_path": False,
                    "set_column_types": {},
                },
                "path_glob": "**/*.parquet",
            },
        ),
    ],
)
def test_the_forms_of_an_input(
    two_steps: Any, form: Any, name: str, mode: str, path: str | None, reading: Any
) -> None:
    output = PipelineData("made").as_dataset()
    (given,), port, _ = two_steps(form(output), output)
    assert (given["name"], given["mode"], given["path_on_compute"]) == (name, mode, path)
    assert given["source"] == {"node": "first", "output": "made"}
    assert given.get("as_dataset") == reading
    assert "register_on_complete" not in port


def test_a_table_with_its_columns(two_steps: Any) -> None:
    output = PipelineData("made").as_dataset()
    table = output.parse_delimited_files(
        separator=";",
        partition_format="/{city}.csv",
        file_extension=".csv",
        quoted_line_breaks=True,
    )
    (given,), _, _ = two_steps(table.drop_columns("a").drop_columns(["b"]), output)
    assert given["as_dataset"]["path_glob"] == "**/*.csv"
    definition = given["as_dataset"]["definition"]
    assert definition["separator"] == ";"
    assert definition["partition_format"] == "/{city}.csv"
    assert definition["support_multi_line"] is True
    assert definition["drop_columns"] == ["a", "b"]
    assert isinstance(table, PipelineOutputTabularDataset)
    assert (table.name, table.input_name) == ("made", "made")


@pytest.mark.parametrize("assigned", [True, False])
def test_registering_is_of_the_output(two_steps: Any, assigned: bool) -> None:
    data = PipelineData("made")
    table = data.as_dataset().parse_delimited_files()
    made = table.register("rows", create_new_version=False)
    _, port, _ = two_steps(table.as_named_input("x"), made if assigned else data)
    registered = port["register_on_complete"]
    assert (registered["name"], registered["create_new_version"]) == ("rows", False)
    assert registered["kind"] == "tabular"


def test_an_argument_alone_is_an_input_when_it_is_named(two_steps: Any) -> None:
    output = PipelineData("made").as_dataset()
    other = output.as_download().as_named_input("copy")
    inputs, _, node = two_steps(output.as_named_input("raw"), output, ["--in", other])
    assert [(one["name"], one["mode"]) for one in inputs] == [
        ("raw", "mount"),
        ("copy", "download"),
    ]
    assert node["arguments"] == ["--in", {"input": "copy"}]


def test_what_it_can_not_be() -> None:
    output = PipelineData("made").as_dataset()
    with pytest.raises(UserErrorException, match="as_dataset"):
        PipelineOutputFileDataset("made")
    with pytest.raises(UserErrorException, match="parse_…_files"):
        PipelineOutputTabularDataset(PipelineData("made"), None)
    with pytest.raises(UserErrorException, match="input name"):
        output.as_named_input("1 x")
    with pytest.raises(UserErrorException, match="name of a dataset"):
        output.register("")
    with pytest.raises(NotImplementedError, match="data frame"):
        output.parse_delimited_files().random_split(0.5)
