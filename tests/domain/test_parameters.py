"""Pipeline parameters as a table: accepted values, refused ones, and what a graph becomes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.domain.data_words import name_data_changes
from pipelines.domain.graph import DatasetSource, InputRef, ParameterSource, PathSource
from pipelines.domain.parameters import check_data_values, resolve_graph, resolve_parameters
from pipelines.domain.parsing import parse_graph, parse_node
from pipelines.domain.reuse import Change
from pipelines.domain.validation import World, validate_graph
from tests.support.graphs import node_json

GOLDEN = Path(__file__).parent.parent / "graphs" / "parameters.json"
WORLD = World(
    computes=frozenset({"cpu-cluster", "gpu-cluster"}),
    datastores=frozenset({"workspaceblobstore"}),
    datasets=frozenset({"titanic-1", "titanic-2"}),
    snapshots={"snap": frozenset({"main.py"})},
)


def golden() -> dict[str, Any]:
    graph: dict[str, Any] = json.loads(GOLDEN.read_text())
    return graph


PATH = {"datastore": "workspaceblobstore", "path": "raw"}


def graph_with(kind: str, default: Any = None) -> Any:
    parameter = {"name": "p", "type": kind, "default": default}
    graph, problems = parse_graph(
        {"version": 1, "parameters": [parameter], "nodes": [node_json("a")]}
    )
    return graph, problems


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        ("int", 3, 3),
        ("int", "45", 45),
        ("int", -(2**63), -(2**63)),
        ("float", 1, 1.0),
        ("float", "1e-3", 0.001),
        ("bool", "True", True),
        ("bool", False, False),
        ("string", "", ""),
        ("string", "12", "12"),
        ("datapath", PATH, PATH),
        ("datapath", {"datastore": "s", "path": ""}, {"datastore": "s", "path": ""}),
        ("dataset", {"dataset": "d"}, {"dataset": "d"}),
        ("dataset", {"name": "t", "version": 2}, {"name": "t", "version": 2}),
        ("dataset", {"name": "t", "version": "latest"}, {"name": "t", "version": "latest"}),
        ("dataset", {"name": "t", "version": "2"}, {"name": "t", "version": "2"}),
        ("dataset", {"name": "t"}, {"name": "t"}),
    ],
)
def test_a_value_of_the_type_is_taken(kind: str, given: Any, value: Any) -> None:
    graph, _ = graph_with(kind)
    assert resolve_parameters(graph, {"p": given}) == ({"p": value}, [])


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("int", 1.5),
        ("int", True),
        ("int", "x"),
        ("int", 2**63),
        ("float", "nan"),
        pytest.param("float", 10**400, id="float-beyond-all"),
        ("float", False),
        ("bool", 1),
        ("bool", "yes"),
        ("string", 1),
        ("string", PATH),
        ("datapath", "workspaceblobstore/raw"),
        ("datapath", {"datastore": "s"}),
        ("datapath", {"datastore": " ", "path": "x"}),
        ("datapath", {"datastore": "s", "path": 1}),
        ("datapath", {"dataset": "d"}),
        ("datapath", [PATH]),
        ("dataset", "titanic"),
        ("dataset", {"dataset": ""}),
        ("dataset", {"dataset": "d", "name": "t"}),
        ("dataset", {"name": "t", "version": 0}),
        ("dataset", {"name": "t", "version": True}),
        ("dataset", {"name": "t", "version": "newest"}),
        ("dataset", {"version": 1}),
        ("dataset", PATH),
    ],
)
def test_another_value_is_refused_with_name_and_accepted_form(kind: str, given: Any) -> None:
    graph, _ = graph_with(kind)
    values, (problem,) = resolve_parameters(graph, {"p": given})
    assert values == {}
    assert (problem.field, problem.code) == ("parameters.p", "invalid")
    words = {"int": "whole number", "float": "number", "bool": "true or false", "string": "text"}
    words |= {"datapath": '{"datastore": ', "dataset": '{"dataset": '}
    assert "'p'" in problem.message
    assert words[kind] in problem.message


@pytest.mark.parametrize(
    ("kind", "default"), [("int", "x"), ("datapath", "blob/x"), ("dataset", {"version": 1})]
)
def test_a_default_of_another_type_is_refused(kind: str, default: Any) -> None:
    _, (problem,) = graph_with(kind, default)
    assert problem.field == "graph.parameters[0].default"


@pytest.mark.parametrize("kind", ["int", "float", "bool", "string", "datapath", "dataset"])
def test_a_required_value_that_is_missing_is_named(kind: str) -> None:
    graph, _ = graph_with(kind)
    for given in ({}, {"p": None}):
        _, (problem,) = resolve_parameters(graph, given)
        assert (problem.field, problem.code) == ("parameters.p", "missing")
        assert "'p'" in problem.message


def test_an_unknown_name_is_refused_with_those_there_are() -> None:
    graph, _ = graph_with("int", 1)
    _, (problem,) = resolve_parameters(graph, {"q": 1})
    assert problem.message == "The pipeline has no parameter 'q'; it has: p."


def test_the_golden_graph_becomes_what_its_values_choose() -> None:
    graph, problems = parse_graph(golden())
    assert problems == []
    values, problems = resolve_parameters(graph, {"titanic": {"dataset": "titanic-2"}})
    assert problems == []
    resolved = resolve_graph(graph, values)
    assert validate_graph(resolved, WORLD) == []
    (node,) = resolved.nodes
    assert [port.source for port in node.inputs] == [
        PathSource("workspaceblobstore", "raw/2020"),
        DatasetSource("titanic-2"),
    ]
    assert node.compute == "cpu-cluster"
    assert node.arguments[:2] == ("--raw", InputRef("raw_data"))
    assert node.parameters["where"] == InputRef("raw_data")
    assert node.raw["inputs"][0]["parameter"] == "raw"
    assert node.raw["compute_parameter"] == "target"
    assert node.runconfig_parameters == {"NodeCount": "nodes"}
    assert parse_node(node.raw).compute == "cpu-cluster", "what a step row stores is read again"
    assert graph.nodes[0].raw["inputs"][0]["source"] == {"parameter": "raw"}, "sent stays as sent"
    assert graph.nodes[0].inputs[0].source == ParameterSource("raw")


def test_a_graph_without_data_parameters_stays_the_same_object() -> None:
    graph, _ = graph_with("int", 1)
    assert resolve_graph(graph, {"p": 1}) is graph


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"inputs": [{"name": "i", "source": {"parameter": "n"}}]}, "inputs[0].source", "invalid"),
        (
            {"inputs": [{"name": "i", "source": {"parameter": "row"}}]},
            "inputs[0].source",
            "unknown_parameter",
        ),
        ({"compute": {"parameter": "n"}}, "compute", "invalid"),
        ({"compute": {"parameter": "who"}}, "compute", "unknown_parameter"),
        ({"compute": {"parameter": "text"}}, "compute", "unknown_compute"),
        ({"arguments": [{"parameter": "raw"}]}, "arguments[0]", "unknown_input"),
        ({"parameters": {"x": {"parameter": "raw"}}}, "parameters.x", "unknown_input"),
        ({"parameters": {"x": {"input": "zip"}}}, "parameters.x", "unknown_input"),
        (
            {"runconfig_parameters": {"NodeCount": {"parameter": "who"}}},
            "runconfig_parameters.NodeCount",
            "unknown_parameter",
        ),
        ({"runconfig_parameters": {"NodeCount": 2}}, "runconfig_parameters.NodeCount", "invalid"),
        ({"inputs": [{"name": "i", "source": {"parameter": 3}}]}, "inputs[0].source", "invalid"),
    ],
)
def test_a_wrong_use_is_named_by_node_and_field(
    changes: dict[str, Any], field: str, code: str
) -> None:
    graph, problems = parse_graph(
        {
            "version": 1,
            "parameters": [
                {"name": "raw", "type": "datapath", "default": PATH},
                {"name": "n", "type": "int", "default": 1},
                {"name": "text", "type": "string", "default": "moon"},
            ],
            "nodes": [node_json("a", **{"compute": "cpu-cluster", **changes})],
        }
    )
    values, _ = resolve_parameters(graph, {})
    problems += validate_graph(resolve_graph(graph, values), WORLD)
    assert [(p.node, p.field, p.code) for p in problems] == [("a", field, code)]


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("datapath", {"datastore": "moon", "path": "x"}, "no datastore 'moon'"),
        ("dataset", {"dataset": "gone"}, "no dataset 'gone'"),
    ],
)
def test_data_that_does_not_exist_is_named_by_its_parameter(
    kind: str, value: Any, words: str
) -> None:
    graph, _ = graph_with(kind, value)
    (problem,) = check_data_values(
        graph, {"p": value}, datastores=WORLD.datastores, datasets=WORLD.datasets
    )
    assert problem.field == "parameters.p"
    assert words in problem.message


NAMES = {"t1": ("titanic", 1), "t2": ("titanic", 2), "i1": ("iris", 1)}


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (
            {"datastore": "blob", "path": "old"},
            {"datastore": "blob", "path": "new"},
            "data path raw: old -> new",
        ),
        (
            {"datastore": "blob", "path": "x"},
            {"datastore": "files", "path": "x"},
            "data path raw: blob/x -> files/x",
        ),
        (
            {"datastore": "blob", "path": "x"},
            {"datastore": "blob", "path": "x"},
            "files of raw (blob/x) changed",
        ),
        ({"dataset": "t1"}, {"dataset": "t2"}, "dataset titanic: version 1 -> 2"),
        (
            {"dataset": "t2"},
            {"dataset": "i1"},
            "input raw: titanic, version 2 -> iris, version 1",
        ),
        ({"dataset": "u1"}, {"dataset": "u2"}, "dataset raw is another one"),
        (
            {"dataset": "t1"},
            {"datastore": "blob", "path": "x"},
            "input raw: titanic, version 1 -> blob/x",
        ),
        ({"dataset": "t1"}, {"node": "a", "output": "out"}, "input port changed"),
    ],
)
def test_changed_data_is_told_by_path_or_version(before: Any, after: Any, words: str) -> None:
    change = Change("input", "port", "input port changed", "mount c1", "mount c2")
    (told,) = name_data_changes(
        [change],
        {"inputs": [{"name": "port", "source": before, "parameter": "raw"}]},
        {"inputs": [{"name": "port", "source": after, "parameter": "raw"}]},
        NAMES,
    )
    assert told.text == words


def test_a_changed_mode_is_told_as_such() -> None:
    change = Change("input", "port", "input port changed", "mount c1", "download c1")
    node = {"inputs": [{"name": "port", "source": {"dataset": "t1"}}]}
    (told,) = name_data_changes([change], node, node, NAMES)
    assert told.text == "input port: mount -> download"
