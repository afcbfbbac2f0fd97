"""What differs between two versions, in lines; callers' snippets that run as pasted."""

from __future__ import annotations

import ast
import json
import shlex
from typing import Any

import pytest

from endpoints.domain.call_samples import as_curl, as_python, as_sdk, call_body, sample_values
from endpoints.domain.version_diff import Block, Line, Side, compare_versions
from pipelines.domain.reuse import canonical
from tests.support.graphs import graph_json, node_json

ENV = {"packages": ["x"]}


def side(*nodes: dict[str, Any], parameters: Any = (), **rest: Any) -> Side:
    graph = {"version": 1, "parameters": list(parameters), "nodes": list(nodes)}
    return Side(graph=graph, **rest)


def only(before: Side, after: Side) -> list[Line]:
    (block,) = compare_versions(before, after)
    return block.lines


def test_equal_versions_have_no_difference_whatever_their_ids() -> None:
    assert compare_versions(side(node_json("a")), side(node_json("a"))) == []
    other = node_json("n7") | {"name": "a.py"}
    assert compare_versions(side(node_json("a")), side(other)) == []
    joined = graph_json("a -> b")
    text = json.dumps(joined).replace('"node": "a"', '"node": "n1"')
    renamed = json.loads(text.replace('"id": "a"', '"id": "n1"'))
    assert compare_versions(Side(graph=joined), Side(graph=renamed)) == []


def test_steps_come_and_go_and_namesakes_are_told_apart() -> None:
    two = side(node_json("a", name="x.py"), node_json("b", name="x.py", script="b.py"))
    assert compare_versions(side(node_json("a", name="x.py")), two) == [
        Block("Step x.py (2)", "added", [Line("added", "the step, with its script b.py")])
    ]
    assert [b.kind for b in compare_versions(two, side(node_json("c")))] == [
        "removed", "removed", "added"
    ]  # fmt: skip


def test_parameters_of_every_kind() -> None:
    before = side(
        node_json("a"),
        parameters=[
            {"name": "rows", "type": "int", "default": 1},
            {"name": "gone", "type": "string", "default": "x"},
            {"name": "raw", "type": "datapath", "default": {"datastore": "d", "path": "2019"}},
        ],
    )
    after = side(
        node_json("a"),
        parameters=[
            {"name": "rows", "type": "float", "default": None},
            {"name": "raw", "type": "datapath", "default": {"datastore": "d", "path": "2020"}},
            {"name": "new", "type": "dataset", "default": {"dataset": "u1"}},
        ],
        datasets={"u1": ("titanic", 3)},
    )
    assert only(before, after) == [
        Line("removed", "gone (string) = x"),
        Line("changed", "type of rows", "int", "float"),
        Line("changed", "default of rows", "1", "none, it is required"),
        Line("changed", "default of raw", "d/2019", "d/2020"),
        Line("added", "new (dataset) = titanic, version 3"),
    ]


def test_fields_files_and_packages_of_a_step() -> None:
    asked = canonical(ENV)
    before = side(
        node_json("a", environment=ENV, arguments=["--rate", {"parameter": "rate"}, 1]),
        packages={asked: ["numpy==1.0", "old==1"]},
        files={"snap": {"main.py": "1", "gone.py": "1"}},
    )
    after = side(
        node_json("a", environment=ENV, arguments=["--rate", 2], compute={"parameter": "c"},
                  script="other.py"),
        packages={asked: ["numpy==2.0", "new==1"]},
        files={"snap": {"main.py": "2", "new.py": "1"}},
    )  # fmt: skip
    assert only(before, after) == [
        Line("changed", "script", "main.py", "other.py"),
        Line("changed", "arguments", "--rate <parameter rate> 1", "--rate 2"),
        Line("changed", "compute", "cpu", "<parameter c>"),
        Line("removed", "package old 1"),
        Line("changed", "package numpy", "1.0", "2.0"),
        Line("added", "package new 1"),
        Line("removed", "file gone.py"),
        Line("added", "file new.py"),
        Line("changed", "content of main.py"),
    ]


PARAMETERS = [
    {"name": 'it\'s "odd" $HOME', "type": "string", "default": "a'b\"c\n$(id) `x` \\"},
    {"name": "rows", "type": "int", "default": None},
    {"name": "fast", "type": "bool", "default": False},
    {"name": "raw", "type": "datapath", "default": {"datastore": "d", "path": "in"}},
    {"name": "people", "type": "dataset", "default": {"dataset": "u1"}},
    {"name": "named", "type": "dataset", "default": {"name": "titanic", "version": 2}},
]


@pytest.fixture
def body() -> dict[str, Any]:
    return call_body(PARAMETERS, sample_values(PARAMETERS), "score")


def test_the_body_has_v1_s_sections(body: dict[str, Any]) -> None:
    odd = PARAMETERS[0]
    assert body == {
        "ExperimentName": "score",
        "ParameterAssignments": {odd["name"]: odd["default"], "rows": 1, "fast": False},
        "DataPathAssignments": {"raw": {"DataStoreName": "d", "RelativePath": "in"}},
        "DataSetDefinitionValueAssignments": {
            "people": {"SavedDataSetReference": {"Id": "u1"}},
            "named": {"DataSetReference": {"Name": "titanic", "Version": "2"}},
        },
    }


def test_snippets_say_what_they_mean_whatever_the_names(body: dict[str, Any]) -> None:
    address = "https://studio.example/Pipel%49d's/Id/1"
    words = shlex.split(as_curl(address, body))
    assert json.loads(words[words.index("-d") + 1]) == body
    assert address in words
    call = next(
        one
        for one in ast.walk(ast.parse(as_python(address, body)))
        if isinstance(one, ast.Call) and ast.unparse(one.func) == "requests.post"
    )
    assert ast.literal_eval(call.args[0]) == address
    sent = {one.arg: one.value for one in call.keywords}
    assert ast.literal_eval(sent["json"]) == body
    text = as_sdk("sc'ore", PARAMETERS, sample_values(PARAMETERS), "x", 3)
    ast.parse(text)
    assert 'Dataset.get_by_name(ws, "titanic", version=2)' in text
    assert 'DataPath(ws.datastores["d"], "in")' in text
    assert 'pipeline_version="3"' in text
    ast.parse(as_sdk("plain", [], {}, "x"))
