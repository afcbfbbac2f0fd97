"""Graphs as Python programs: each is executed, and what it sends is the graph it was written of."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.domain.drafting import compile_graph
from pipelines.domain.graph import Node
from pipelines.domain.parsing import parse_graph
from pipelines.domain.program.canon import canonical_node, differences
from pipelines.domain.program.subject import DatasetName, Program, Subject, Surroundings
from pipelines.domain.program.write import write_program
from tests.support.drafts import classification
from tests.support.drawings import CATALOG, drawings
from tests.support.program_graphs import PARAMETERS, graphs, texts, titles
from tests.support.programs import by_id, run_program

GRAPHS = sorted((Path(__file__).parent.parent / "graphs").glob("*.json"))
AROUND = Surroundings(
    "lab",
    "workspaceblobstore",
    datasets={
        "data-1": DatasetName("iris", 2, is_table=True),
        "files-1": DatasetName("pictures", 1),
        "titanic-1": DatasetName(is_table=True),
    },
    catalog=CATALOG,
    modules_by_name={
        face.name: face.uid for face in CATALOG.faces.values() if face.key != "split-data"
    },
)


def write(graph: dict[str, Any], around: Surroundings = AROUND, **more: Any) -> Program:
    return write_program(Subject("Draft 'x'", "", "exp", graph, **more), around)


def data_parameters(graph: dict[str, Any]) -> frozenset[str]:
    return frozenset(
        one["name"]
        for one in graph.get("parameters") or []
        if one["type"] in ("datapath", "dataset")
    )


def losses(given: dict[str, Any], sent: dict[str, Any]) -> list[Any]:
    """(node, field, given, sent) where two graphs mean something else."""
    data = data_parameters(given)
    before, after = by_id(given), by_id(sent)
    assert before.keys() == after.keys()
    return [
        (node_id, *difference)
        for node_id, node in before.items()
        for difference in differences(
            canonical_node(node, data), canonical_node(after[node_id], data)
        )
    ]


def what_runs(graph: dict[str, Any]) -> dict[str, Node]:
    """By id the steps of a drawing, as fingerprints see them."""
    compiled, _ = compile_graph(graph, CATALOG)
    return {node.id: replace(node, raw={}) for node in parse_graph(compiled)[0].nodes}


@pytest.mark.parametrize("path", GRAPHS, ids=lambda path: path.stem)
def test_a_golden_graph_comes_back_from_its_program(path: Path) -> None:
    graph = json.loads(path.read_text("utf-8"))
    program = write(graph)
    sent = run_program(program, AROUND)["graph"]
    assert program.notes == ()
    assert sent == program.graph
    assert losses(graph, sent) == []
    assert sent["parameters"] == graph["parameters"]


def test_a_drawing_of_modules_comes_back_and_compiles_to_the_same() -> None:
    graph = classification()
    program = write(graph, default_compute="cpu")
    sent = run_program(program, AROUND)["graph"]
    assert program.notes == ()
    assert sent == program.graph
    assert compile_graph(graph, CATALOG)[1] == []
    assert what_runs(sent) == what_runs(graph)
    text = program.text
    assert 'Module.get(workspace, name="Train Model")' in text
    assert 'Module.get(workspace, module_id="id-split-data")' in text  # another one has its name


@given(graphs(), titles, texts, st.dictionaries(texts, texts, max_size=2))
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_any_graph_comes_back_from_its_program_or_it_says_what_does_not(
    graph: dict[str, Any], title: str, description: str, tags: dict[str, str]
) -> None:
    """The generated code is executed. A text that got out of its literal would be a NameError of
    INJECTED, a SyntaxError, or a different graph."""
    values = {"rate": 0.5, "it's": title, "flag": True, "open": {"dataset": "files-1"}}
    subject = Subject(title, description, title, graph, values, "cpu", tags)
    program = write_program(subject, AROUND)
    body = run_program(program, AROUND)
    sent = body["graph"]
    assert sent == program.graph
    assert body["description"] == description
    assert body["tags"] == tags
    defaults = {one["name"]: one["default"] for one in PARAMETERS}
    assert {**defaults, **body["parameters"]} == {**defaults, **values}
    assert [one["name"] for one in sent["parameters"]] == [
        one["name"] for one in graph["parameters"]
    ]
    told = "\n".join(program.notes)
    resolved = {
        **graph,
        "nodes": [{**one, "compute": one["compute"] or "cpu"} for one in graph["nodes"]],
    }
    for difference in losses(resolved, sent):
        assert difference[1] in told, difference
    for node in graph["nodes"]:
        for key in ("ui", "odd", "comment"):
            assert by_id(sent)[node["id"]].get(key) == node.get(
                key, "" if key == "comment" else None
            )
    for key in graph.keys() - {"nodes", "parameters", "version"}:
        assert sent[key] == graph[key]


def test_a_whole_number_is_one_however_json_writes_it() -> None:
    graph = classification()
    by_id(graph)["split"]["settings"]["seed"] = 2.0
    assert compile_graph(graph, CATALOG)[1] == []
    written = what_runs(graph)["split"].arguments
    by_id(graph)["split"]["settings"]["seed"] = 2
    assert what_runs(graph)["split"].arguments == written
    assert "2" in written


@given(drawings())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_drawing_comes_back_from_its_program_or_it_says_what_does_not(
    graph: dict[str, Any],
) -> None:
    graph["parameters"] = PARAMETERS
    program = write(graph, default_compute="cpu")
    sent = run_program(program, AROUND)["graph"]
    assert sent == program.graph
    before, after = by_id(graph), by_id(sent)
    assert before.keys() == after.keys()
    told = "\n".join(program.notes)
    for node_id, node in before.items():
        made = after[node_id]
        for name, value in node["settings"].items():
            assert made["settings"].get(name) == value or f"settings.{name}" in told
        for key in ("ui", "comment"):
            assert made.get(key) == node.get(key, "" if key == "comment" else None)
        assert made["allow_reuse"] == node.get("allow_reuse", True)
    if not told:
        # A step that can't run as it is drawn may come back with less that is wrong.
        faulty = {problem.node for problem in compile_graph(graph, CATALOG)[1]}
        runs, drawn = what_runs(sent), what_runs(graph)
        assert {key: runs[key] for key in runs.keys() - faulty} == {
            key: drawn[key] for key in drawn.keys() - faulty
        }
