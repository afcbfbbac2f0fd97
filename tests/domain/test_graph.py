"""Graph JSON: what is wrong with it is said whole, with node and field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.domain.graph import ParameterRef
from pipelines.domain.parameters import resolve_parameters
from pipelines.domain.parsing import parse_graph
from pipelines.domain.validation import (
    World,
    topological_order,
    validate_graph,
)
from tests.support.graphs import edges_of, graph_json, node_json

WORLD = World(
    computes=frozenset({"cpu", "cpu-cluster"}),
    datastores=frozenset({"workspaceblobstore"}),
    datasets=frozenset({"data-1"}),
    snapshots={"snap": frozenset({"main.py", "lib/tools.py"})},
)
GRAPHS = Path(__file__).parent.parent / "graphs"


def problems_of(graph: dict[str, Any]) -> list[tuple[str | None, str, str]]:
    parsed, form = parse_graph(graph)
    return [(p.node, p.field, p.code) for p in [*form, *validate_graph(parsed, WORLD)]]


def test_a_diamond_has_no_problems_and_runs_in_order():
    #      b
    #    /   \
    #  a       d
    #    \   /
    #      c
    graph = graph_json("a -> b c -> d")
    assert problems_of(graph) == []
    parsed, _ = parse_graph(graph)
    assert [node.id for node in topological_order(parsed)] == ["a", "b", "c", "d"]


def test_a_cycle_is_told_as_a_path():
    graph = graph_json("a -> b -> c\nc -> a")
    parsed, _ = parse_graph(graph)
    (problem,) = validate_graph(parsed, WORLD)
    assert problem.code == "cycle"
    assert problem.message.count("->") == 3
    assert {"a.py", "b.py", "c.py"} <= set(problem.message.replace(".", " .").split()) or all(
        f"{name}.py" in problem.message for name in "abc"
    )


def test_every_problem_is_found_at_once():
    graph = {
        "version": 1,
        "parameters": [{"name": "lr", "type": "float", "default": 0.1}],
        "nodes": [
            node_json("one", compute="cpu-clutser", script="mian.py"),
            node_json(
                "two",
                arguments=[{"input": "nothing"}, {"parameter": "rl"}],
                outputs=[
                    {"name": "o", "datastore": "workspaceblobstore"},
                    {"name": "o", "datastore": "elsewhere"},
                ],
                inputs=[
                    {"name": "i", "source": {"node": "one", "output": "missing"}},
                    {"name": "j", "source": {"node": "ghost", "output": "x"}},
                    {"name": "k", "source": {"dataset": "data-2"}},
                ],
                snapshot="other",
            ),
        ],
    }
    assert set(problems_of(graph)) == {
        ("one", "compute", "unknown_compute"),
        ("one", "script", "missing_script"),
        ("two", "arguments[0]", "unknown_input"),
        ("two", "arguments", "unknown_parameter"),
        ("two", "outputs", "duplicate_output"),
        ("two", "outputs[1].datastore", "unknown_datastore"),
        ("two", "inputs[0].source", "unknown_output"),
        ("two", "inputs[1].source", "unknown_node"),
        ("two", "inputs[2].source", "unknown_dataset"),
        ("two", "snapshot", "unknown_snapshot"),
    }


def test_a_misspelt_name_is_guessed():
    parsed, _ = parse_graph({"version": 1, "nodes": [node_json("a", script="mian.py")]})
    (problem,) = validate_graph(parsed, WORLD)
    assert "Did you mean 'main.py'?" in problem.message


@pytest.mark.parametrize(
    ("graph", "field"),
    [
        ([], "graph"),
        ({"version": 2, "nodes": []}, "graph.version"),
        ({"version": 1, "nodes": []}, "graph.nodes"),
        ({"version": 1, "nodes": [3]}, "graph.nodes[0]"),
        ({"version": 1, "nodes": [{"id": ""}]}, "graph.nodes[0].id"),
        ({"version": 1, "nodes": [node_json("a", kind="r_script")]}, "kind"),
        ({"version": 1, "nodes": [node_json("a", arguments=[None])]}, "arguments[0]"),
        ({"version": 1, "nodes": [node_json("a", arguments=[{"inptu": "x"}])]}, "arguments[0]"),
        ({"version": 1, "nodes": [node_json("a", allow_reuse="yes")]}, "allow_reuse"),
        ({"version": 1, "nodes": [node_json("a", inputs=[{"name": "x"}])]}, "inputs[0].source"),
        (
            {"version": 1, "nodes": [node_json("a", outputs=[{"name": "../x", "datastore": "d"}])]},
            "outputs[0].name",
        ),
        (
            {"version": 1, "nodes": [node_json("a")], "parameters": [{"name": "n", "type": "x"}]},
            "graph.parameters[0].type",
        ),
    ],
)
def test_a_form_problem_names_its_field(graph: Any, field: str):
    _, problems = parse_graph(graph)
    assert field in [problem.field for problem in problems]


# In a random name the fields of a graph would never be met.
NAMED = """nodes parameters version id kind name type default compute after retry environment
    arguments inputs outputs source node output input parameter dataset datastore path mode
    is_directory overwrite as_dataset register_on_complete destination path_on_compute hash_paths
    timeout_seconds runconfig_parameters"""
SOME = st.text(max_size=5) | st.sampled_from(NAMED.split())
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | SOME,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SOME, inner, max_size=4),
    max_leaves=12,
)


@given(JSON_VALUES)
def test_no_json_makes_the_parser_raise(value: Any):
    parse_graph(value)
    parse_graph({"version": 1, "nodes": [value], "parameters": [value]})
    node = node_json("a", arguments=value, inputs=value, outputs=value, parameters=value)
    parse_graph({"version": 1, "nodes": [node]})
    fields = value if isinstance(value, dict) else {"environment": value}
    inputs = [{"name": "i", "source": {"dataset": "d"}, **fields}]
    outputs = [{"name": "o", "datastore": "d", **fields}]
    parse_graph({"version": 1, "nodes": [node_json("a", inputs=inputs, outputs=outputs)]})
    parse_graph({"version": 1, "nodes": [{**node_json("a"), **fields}]})


def test_parameters_take_what_was_given_else_their_default():
    graph, _ = parse_graph(
        {
            "version": 1,
            "parameters": [
                {"name": "n", "type": "int", "default": 10},
                {"name": "lr", "type": "float", "default": 0.1},
                {"name": "name", "type": "string"},
            ],
            "nodes": [node_json("a", arguments=[{"parameter": "n"}])],
        }
    )
    assert graph.nodes[0].arguments == (ParameterRef("n"),)
    values, problems = resolve_parameters(graph, {"n": "45", "name": "x"})
    assert (values, problems) == ({"n": 45, "lr": 0.1, "name": "x"}, [])
    _, problems = resolve_parameters(graph, {"n": 1.5, "who": 1})
    assert {(p.field, p.code) for p in problems} == {
        ("parameters.n", "invalid"),
        ("parameters.who", "unknown_parameter"),
        ("parameters.name", "missing"),
    }


def test_golden_graphs_are_valid_in_form():
    paths = sorted(GRAPHS.glob("*.json"))
    assert paths
    for path in paths:
        parsed, problems = parse_graph(json.loads(path.read_text()))
        assert problems == [], path.name
        assert len(topological_order(parsed)) == len(parsed.nodes)


def test_pictures_read_as_drawn():
    assert edges_of("a -> b c -> d\ne") == {
        "a": [],
        "b": ["a"],
        "c": ["a"],
        "d": ["b", "c"],
        "e": [],
    }
