"""Forebay's own of a pipeline: what the designer keeps beside it, and limits of a step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from azureml.exceptions import UserErrorException
from azureml.pipeline.core import Pipeline, PipelineParameter
from azureml.pipeline.core._graph_wire import BuiltGraph

from pipelines.domain.parsing import parse_graph
from tests.sdk.programs import FakeWorkspace, make_step, script_folder


@pytest.fixture
def steps(tmp_path: Path) -> list[Any]:
    folder = script_folder(tmp_path / "src")
    return [make_step(folder, "load"), make_step(folder, "train")]


def built(monkeypatch: pytest.MonkeyPatch, steps: list[Any], **own: Any) -> dict[str, Any]:
    """The graph that a pipeline of these steps would send."""
    submission = Pipeline(FakeWorkspace(), steps, **own)._prepare({})
    monkeypatch.setattr(submission, "_send_snapshot", lambda folder: "snapshot")
    made = submission._build()
    assert isinstance(made, BuiltGraph)
    assert made.problems == []
    return made.graph


def test_a_layout_gives_ids_and_places_and_changes_nothing_that_runs(
    monkeypatch: pytest.MonkeyPatch, steps: list[Any]
) -> None:
    load, train = steps
    train.run_after(load)
    plain = built(monkeypatch, steps)
    notes = [{"text": "look here"}]
    layout = {
        "nodes": {load: {"id": "train", "ui": {"x": 3}, "script": "other.py"}},
        "ui": {"notes": notes},
        "version": 7,
    }
    drawn = built(monkeypatch, steps, layout=layout)
    assert [node["id"] for node in drawn["nodes"]] == ["train", "train-2"]
    assert drawn["nodes"][1]["after"] == ["train"]
    assert drawn["nodes"][0]["ui"] == {"x": 3}
    assert drawn["ui"] == {"notes": notes}
    for before, after in zip(plain["nodes"], drawn["nodes"], strict=True):
        assert {**after, "id": "", "after": [], "ui": None} == {
            **before,
            "id": "",
            "after": [],
            "ui": None,
        }
    assert drawn["version"] == 1


@pytest.mark.parametrize(
    ("nodes", "told"),
    [
        ({"x": {}}, "no step of the pipeline"),
        ({0: {"id": ""}}, "1 to 64"),
        ({0: {"id": "a"}, 1: {"id": "a"}}, "Two steps"),
        ({0: {"ui": {1, 2}}}, "no JSON"),
        ({0: 5}, "dictionary"),
    ],
)
def test_a_layout_that_can_t_be_says_why(
    monkeypatch: pytest.MonkeyPatch, steps: list[Any], nodes: Any, told: str
) -> None:
    by_step = {steps[key] if isinstance(key, int) else key: kept for key, kept in nodes.items()}
    with pytest.raises(UserErrorException, match=told):
        built(monkeypatch, steps, layout={"nodes": by_step})
    with pytest.raises(UserErrorException, match="layout must be"):
        built(monkeypatch, steps, layout=[1])


def test_parameters_keep_their_order_and_those_without_use_or_default_stay(
    monkeypatch: pytest.MonkeyPatch, steps: list[Any]
) -> None:
    rate, unused = PipelineParameter("rate", 0.5), PipelineParameter("unused", None, type="int")
    steps[0]._arguments = [rate]
    graph = built(monkeypatch, steps, parameters=[unused, rate])
    assert graph["parameters"] == [
        {"name": "unused", "type": "int", "default": None},
        {"name": "rate", "type": "float", "default": 0.5},
    ]
    with pytest.raises(ValueError, match="not of type float"):
        PipelineParameter("rate", 1, type="float")
    with pytest.raises(ValueError, match="use one of bool, int"):
        PipelineParameter("rate", None, type="number")


def test_limits_and_comments_of_a_step(monkeypatch: pytest.MonkeyPatch, steps: list[Any]) -> None:
    load, train = steps
    load.comment = "from the lake"
    load.retry = {"count": 2}
    load.timeout_seconds, load.reuse_max_age_seconds = 60, 3600
    graph = built(monkeypatch, [load, train])
    node, problems = parse_graph(graph)
    assert problems == []
    assert node.nodes[0].retry is not None and node.nodes[0].retry.count == 2
    assert (node.nodes[0].timeout_seconds, node.nodes[0].reuse_max_age_seconds) == (60, 3600)
    assert graph["nodes"][0]["comment"] == "from the lake"
    assert "retry" not in graph["nodes"][1]
