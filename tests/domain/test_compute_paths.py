"""`path_on_compute` and `source`: which places a port may have while its step runs."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.domain.compute_paths import is_absolute, read_compute_path
from pipelines.domain.parsing import parse_graph
from pipelines.domain.validation import World, validate_graph
from tests.support.graphs import graph_json


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("foo/bar", "foo/bar"),
        ("./x", "x"),
        ("x/", "x"),
        ("a//b/./c/..", "a/b"),
        ("/tmp/data", "tmp/data"),
        ("//tmp/data", "tmp/data"),
        ("/tmp/../../data", "data"),
        ("\\data\\new", "data/new"),
        (".", "."),
        ("/", "."),
        ("./", "."),
        ("Größe/データ", "Größe/データ"),
    ],
)
def test_a_place_below_the_working_folder(given: str, path: str) -> None:
    assert read_compute_path(given) == path
    assert is_absolute(given) == given.startswith(("/", "\\"))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("..", "leaves"),
        ("../x", "leaves"),
        ("a/../../x", "leaves"),
        ("a\0b", "NUL"),
        ("a\nb", "control character"),
        ("x" * 300, "longer than 255 bytes"),
    ],
)
def test_a_place_that_can_not_be(given: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_compute_path(given)


def problems_of(inputs: dict[str, str], outputs: list[dict[str, Any]]) -> list[Any]:
    graph = graph_json("a")
    source = {"datastore": "workspaceblobstore", "path": "a"}
    (node,) = graph["nodes"]
    node["inputs"] = [
        {"name": name, "mode": "mount", "source": source, "path_on_compute": path}
        for name, path in inputs.items()
    ]
    node["outputs"] = [{"datastore": "workspaceblobstore", **port} for port in outputs]
    node["arguments"] = []
    parsed, problems = parse_graph(graph)
    assert problems == []
    world = World(
        frozenset({"cpu"}),
        frozenset({"workspaceblobstore"}),
        snapshots={"snap": frozenset({"main.py"})},
    )
    return [(one.field, one.message) for one in validate_graph(parsed, world)]


@pytest.mark.parametrize(
    ("inputs", "outputs", "field", "words"),
    [
        ({"raw": "../x"}, [], "inputs[0].path_on_compute", "leaves the step's working folder"),
        ({}, [{"name": "o", "path_on_compute": "/"}], "outputs[0].path_on_compute", "itself"),
        ({}, [{"name": "o", "source": "a/../.."}], "outputs[0].source", "leaves"),
        (
            {"raw": "data"},
            [{"name": "o", "path_on_compute": "/data/new"}],
            "outputs[0].path_on_compute",
            "is where 'raw' is already",
        ),
        (
            {},
            [{"name": "o", "path_on_compute": "x/y"}, {"name": "p", "source": "./x"}],
            "outputs[1].source",
            "is where 'o' is already",
        ),
    ],
)
def test_bad_places_are_named_at_submit(
    inputs: dict[str, str], outputs: list[dict[str, Any]], field: str, words: str
) -> None:
    ((where, message),) = problems_of(inputs, outputs)
    assert where == field
    assert words in message


def test_good_places() -> None:
    outputs = [{"name": "o", "path_on_compute": "data2"}, {"name": "p", "source": "out/p"}]
    assert problems_of({"raw": "data", "more": "."}, outputs) == []
