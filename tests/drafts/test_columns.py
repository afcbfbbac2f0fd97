"""Which columns the ports of a draft have, and what is said of those that are not there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from data.models import Datastore, TableColumns
from data.selectors import local_path
from data.services import columns as data_columns
from data.services.datasets import create_dataset, register_dataset
from pipelines.domain.columns import Column, typed_table
from pipelines.domain.drafting import compile_graph, graph_columns
from pipelines.domain.reuse import digest_of
from pipelines.models import PipelineDraft, Run
from tests.support.drafts import library_catalog, node, wire
from tests.support.submitting import finish, make_target

API = "/api/v1/workspaces/lab"
TEXT = "size,kind,when\n1.5,small,2020-01-02\n2,large,2020-01-03\n"


def names(answer: dict[str, Any], node_id: str, port: str, side: str = "outputs") -> Any:
    known = answer[side][node_id][port]
    return None if known is None else [one["name"] for one in known["columns"]]


def traced(*nodes: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Names of the columns at the outputs, without a database."""
    found = graph_columns({"nodes": list(nodes)}, library_catalog(), {})
    return {
        node_id: {
            port: None if known is None else [one.name for one in known.columns]
            for port, known in ports.items()
        }
        for node_id, ports in found.outputs.items()
    }


def faults(*nodes: dict[str, Any]) -> list[tuple[str | None, str, str]]:
    _, problems = compile_graph({"version": 1, "nodes": list(nodes)}, library_catalog())
    missing = [one for one in problems if one.code == "missing_column"]
    return [(one.node, one.field, one.message) for one in missing]


def typed(text: str = TEXT, **settings: Any) -> dict[str, Any]:
    return node("data", "enter-data-manually", data=text, **settings)


def after(node_id: str, key: str, before: str = "data", port: str = "results", **settings: Any):
    return node(node_id, key, [wire("dataset", before, port)], **settings)


def test_rules_carry_columns_as_far_as_they_are_certain() -> None:
    found = traced(
        typed(),
        after("split", "split-data"),
        after("kept", "select-columns", "split", "results1", columns={"include": ["kind", "size"]}),
        after("numbers", "select-columns", columns={"types": ["numeric"]}),
        after("rest", "select-columns", columns={"all": True, "except": ["when"]}),
        after("bound", "select-columns", columns={"parameter": "p"}),
        after("clean", "clean-missing-data"),
        after("noted", "clean-missing-data", indicators=True),
        after("dropped", "clean-missing-data", mode="remove_columns"),
        after("sql", "apply-math-operation"),
        after("more", "normalize-data", "sql"),
        after("renamed", "edit-metadata", columns=["size"], names="length"),
    )
    assert found["split"] == {
        "results1": ["size", "kind", "when"],
        "results2": ["size", "kind", "when"],
    }
    assert found["kept"] == {"results": ["size", "kind"]}  # in the order of the table
    assert found["numbers"] == {"results": ["size"]}
    assert found["rest"] == {"results": ["size", "kind"]}
    assert found["bound"] == {"results": None}
    assert found["clean"] == {"cleaned": ["size", "kind", "when"]}
    assert found["noted"] == found["dropped"] == {"cleaned": None}
    assert found["sql"] == found["more"] == found["renamed"] == {"results": None}


def test_a_cycle_and_a_lost_wire_are_unknown() -> None:
    one, two = after("one", "split-data", "two", "results1"), after("two", "split-data", "one", "x")
    assert traced(one, two, after("three", "split-data", "gone")) == {
        "three": {"results1": None, "results2": None}
    }


@pytest.mark.parametrize(
    ("text", "header", "columns"),  # as pandas 2.3 and column_type of forebay_modules say
    [
        (TEXT, True, {"size": "numeric", "kind": "text", "when": "text"}),
        (
            "1,a,true\n2,b,false\n",
            False,
            {"Column 1": "numeric", "Column 2": "text", "Column 3": "boolean"},
        ),
        ("a, b ,c\n1,NA,x\n,2,NA\n", True, {"a": "numeric", "b ": "numeric", "c": "text"}),
        ('"a,b",c\n"x\ny",1\n', True, {"a,b": "text", "c": "numeric"}),
        ("\n\na,b\n\n1,2\n", True, {"a": "numeric", "b": "numeric"}),
        ("a,,b\n1,2,3\n", True, {"a": "numeric", "Unnamed: 1": "numeric", "b": "numeric"}),
        ("only\n", True, {"only": "text"}),
        ("yes,no\ntrue,1_0\nfalse,3\n", True, {"yes": "boolean", "no": "text"}),
        ("flag,x\ntrue,1\nNA,2\n", True, {"flag": "boolean", "x": "numeric"}),
        ("a,b\n1\n", True, {"a": "numeric", "b": "numeric"}),
    ],
)
def test_typed_text_has_the_columns_that_pandas_reads(
    text: str, header: bool, columns: dict[str, str]
) -> None:
    found = typed_table(text.strip("\n"), header)
    assert found is not None
    assert dict(found.columns) == columns


@pytest.mark.parametrize("text", ["", "a,a\n1,2\n", "a,b\n1,2,3\n", 'a,"open\n1,2'])
def test_typed_text_that_pandas_would_change_is_unknown(text: str) -> None:
    assert typed_table(text, True) is None


def test_a_column_that_is_not_there_is_told_with_the_near_name() -> None:
    train = node(
        "train",
        "train-model",
        [wire("dataset", "split", "results1")],
        label="knid",
        features={"include": ["size", "weight"]},
    )
    told = faults(typed(), after("split", "split-data", stratify="kind"), train)
    assert told == [
        ("train", "settings.label", "Dataset has no column 'knid'. Did you mean 'kind'?"),
        (
            "train",
            "settings.features",
            "Dataset has no column 'weight'. It has: size, kind, when.",
        ),
    ]


def test_nothing_is_said_where_it_is_not_certain() -> None:
    assert (
        faults(
            typed(),
            after("sql", "apply-sql-transformation"),
            after("one", "select-columns", "sql", columns=["x"]),
            after("numbers", "select-columns", columns={"types": ["numeric"]}),
            after("two", "select-columns", "numbers", columns=["kind"]),
            after("three", "split-data", mode="expression", expression="a > 1", stratify="x"),
            after("four", "select-columns", columns={"all": True, "except": ["x"]}),
            after("five", "split-data", stratify={"parameter": "p"}),
        )
        == []
    )


@pytest.fixture
def draft(api: Any, workspace: Any, owner: Any) -> dict[str, Any]:
    make_target(workspace, owner)
    return dict(api.post(f"{API}/drafts", {"name": "d", "default_compute": "cpu"}).json())


@pytest.fixture
def table(workspace: Any, actor: Any) -> Any:
    """A registered tabular dataset of one CSV file, and the file."""
    store = Datastore.objects.get(workspace=workspace, is_default=True)
    path = local_path(store, "in/a.csv")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(TEXT)
    data_columns._looked.clear()
    made = create_dataset(
        workspace=workspace,
        actor=actor,
        kind="tabular",
        definition={"paths": [{"datastore": store.name, "path": "in/a.csv"}]},
        validate=True,
    )
    return register_dataset(workspace=workspace, actor=actor, version=made, name="things"), path


def problems_of(api: Any, draft: dict[str, Any], **body: Any) -> list[tuple[Any, str, str]]:
    answer = api.post(f"{API}/drafts/{draft['id']}/validate", body).json()
    return [(one["node"], one["field"], one["code"]) for one in answer["problems"]]


def schema_of(api: Any, draft: dict[str, Any], **body: Any) -> dict[str, Any]:
    answer = api.post(f"{API}/drafts/{draft['id']}/schema", body)
    assert answer.status_code == 200, answer.json()
    return dict(answer.json())


def test_a_dataset_is_read_once_and_again_when_its_files_change(
    api: Any, draft: dict[str, Any], table: Any, monkeypatch: Any
) -> None:
    version, path = table
    source = {"name": "dataset", "source": {"dataset": version.uid}}
    graph = {
        "version": 1,
        "nodes": [node("split", "split-data", [source], stratify="knid")],
        "parameters": [{"name": "p", "type": "dataset", "default": {"name": "things"}}],
    }
    assert problems_of(api, draft, graph=graph) == []  # a check reads no files
    answer = schema_of(api, draft, graph=graph)
    assert answer["inputs"]["split"]["dataset"] == {
        "columns": [
            {"name": "size", "type": "numeric"},
            {"name": "kind", "type": "text"},
            {"name": "when", "type": "datetime"},
        ],
        "from": "dataset",
    }
    assert answer["outputs"]["split"]["results2"]["from"] == "rule"
    missing = [("split", "settings.stratify", "missing_column")]
    assert problems_of(api, draft, graph=graph) == missing
    graph["nodes"][0]["inputs"][0]["source"] = {"parameter": "p"}
    assert names(schema_of(api, draft, graph=graph), "split", "dataset", "inputs")[0] == "size"
    assert problems_of(api, draft, graph=graph) == missing
    path.write_text("knid\n1\n")
    monkeypatch.setattr(data_columns, "FRESH", 0.0)
    assert problems_of(api, draft, graph=graph) == []  # what was read is of other files
    assert names(schema_of(api, draft, graph=graph), "split", "results1") == ["knid"]
    assert TableColumns.objects.count() == 1
    path.unlink()
    assert names(schema_of(api, draft, graph=graph), "split", "results1") is None


def test_of_a_large_dataset_the_first_rows_are_looked_at(
    api: Any, draft: dict[str, Any], table: Any, monkeypatch: Any
) -> None:
    version, path = table
    monkeypatch.setattr(data_columns, "WHOLE", 10)
    monkeypatch.setattr(data_columns, "SAMPLE", 2)
    path.write_text("a,b\n1,2\n3,4\nx,y\n")
    source = {"name": "dataset", "source": {"dataset": version.uid}}
    graph = {"version": 1, "nodes": [node("s", "split-data", [source], stratify="c")]}
    known = schema_of(api, draft, graph=graph)["inputs"]["s"]["dataset"]["columns"]
    assert known == [{"name": "a", "type": "numeric"}, {"name": "b", "type": "numeric"}]
    assert problems_of(api, draft, graph=graph) == []  # later rows may have more columns


def test_parquet_says_its_columns_itself(
    api: Any, draft: dict[str, Any], workspace: Any, actor: Any, monkeypatch: Any
) -> None:
    store = Datastore.objects.get(workspace=workspace, is_default=True)
    path = local_path(store, "in/a.parquet")
    path.parent.mkdir(parents=True, exist_ok=True)
    duckdb.sql("SELECT 1 AS n, 'x' AS t, true AS b").write_parquet(str(path))
    monkeypatch.setattr(data_columns, "WHOLE", 10)
    made = create_dataset(
        workspace=workspace,
        actor=actor,
        kind="tabular",
        definition={
            "paths": [{"datastore": store.name, "path": "in/a.parquet"}],
            "format": "parquet",
        },
        validate=True,
    )
    source = {"name": "dataset", "source": {"dataset": made.uid}}
    answer = schema_of(api, draft, graph={"version": 1, "nodes": [node("s", "smote", [source])]})
    assert answer["outputs"]["s"]["results"]["columns"] == [
        {"name": "n", "type": "numeric"},
        {"name": "t", "type": "text"},
        {"name": "b", "type": "boolean"},
    ]


def write_output(run: Run, node_id: str, port: str, files: dict[str, bytes]) -> None:
    output = run.steps.get(node_id=node_id).outputs.get(name=port)
    place = local_path(output.datastore, output.path)
    for old in place.iterdir() if place.is_dir() else ():
        old.unlink()
    for name, content in files.items():
        (place / name).write_bytes(content)
    output.content_id = digest_of([[name, content.hex()] for name, content in files.items()])
    output.save()


def test_what_no_rule_says_is_what_the_last_run_made(
    api: Any, draft: dict[str, Any], workspace: Any, tmp_path: Path
) -> None:
    graph = {
        "version": 1,
        "nodes": [
            typed(),
            after("sql", "apply-sql-transformation"),
            after("split", "split-data", "sql"),
            after("select", "select-columns", "sql", columns=["y"]),
        ],
    }
    graph["nodes"][1]["inputs"][0]["name"] = "dataset1"
    path = f"{API}/drafts/{draft['id']}"
    assert api.patch(path, {"revision": 1, "graph": graph}).status_code == 200
    assert schema_of(api, draft)["outputs"]["sql"] == {"results": None}
    assert api.post(f"{path}/submit", {}).status_code == 201
    run = PipelineDraft.objects.get().last_run
    for one in ("data", "sql"):
        finish(run, one)
    described = {"columns": [{"name": "x", "type": "categorical", "role": "label"}]}
    write_output(run, "sql", "results", {"_schema.json": json.dumps(described).encode()})
    answer = schema_of(api, draft)
    made = {"columns": [{"name": "x", "type": "categorical"}], "from": "run"}
    assert answer["outputs"]["sql"]["results"] == answer["inputs"]["split"]["dataset"] == made
    assert answer["outputs"]["split"]["results1"] == {**made, "from": "rule"}
    assert problems_of(api, draft) == []  # the next run may make others
    for files, expected in (
        ({"a.csv": b"p,q\n1,2\n"}, ["p", "q"]),
        ({"a.txt": b"p,q\n1,2\n"}, None),
        ({"_schema.json": b"[]"}, None),
    ):
        write_output(run, "sql", "results", files)
        assert names(schema_of(api, draft), "sql", "results") == expected
    duckdb.sql("SELECT 1 AS n").write_parquet(str(tmp_path / "a.parquet"))
    write_output(run, "sql", "results", {"a.parquet": (tmp_path / "a.parquet").read_bytes()})
    assert names(schema_of(api, draft), "sql", "results") == ["n"]
    graph["nodes"][1]["module"] = {"key": "execute-python-script"}
    assert names(schema_of(api, draft, graph=graph), "sql", "results1") is None


def test_a_schema_is_of_some_nodes_and_of_what_can_be_read(
    api: Any, draft: dict[str, Any], workspace: Any
) -> None:
    graph = {"version": 1, "nodes": [typed(), after("split", "split-data")]}
    answer = schema_of(api, draft, graph=graph, nodes=["split"])
    assert list(answer["outputs"]) == list(answer["inputs"]) == ["split"]
    path = f"{API}/drafts/{draft['id']}/schema"
    told = api.post(path, {"graph": 3, "nodes": "split", "colour": 1})
    fields = {one["field"] for one in told.json()["problems"]}
    assert (told.status_code, fields) == (422, {"graph", "nodes", "colour"})
    lost = {"version": 1, "nodes": [{"id": "x", "module": {"id": "gone"}}, {"id": "y"}]}
    assert schema_of(api, draft, graph=lost) == {
        "outputs": {"x": {}, "y": {}},
        "inputs": {"x": {}, "y": {}},
    }
    assert typed_table("a\n1", True).columns == (Column("a", "numeric"),)
