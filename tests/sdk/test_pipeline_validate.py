"""Validating and submitting: what is sent, when, and what the program is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from azureml._forebay.errors import Conflict
from azureml._forebay.snapshots import forget_snapshots
from azureml._forebay.unsupported import NotSupportedError
from azureml.core import Experiment, RunConfiguration, ScriptRunConfig
from azureml.exceptions import UserErrorException
from azureml.pipeline.core import (
    Pipeline,
    PipelineData,
    PipelineParameter,
    PipelineRun,
    StepSequence,
)

from tests.sdk.programs import FakeWorkspace, data_between, make_step, script_folder


@pytest.fixture(autouse=True)
def _fresh_snapshots():
    forget_snapshots()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return script_folder(tmp_path / "src")


RUN = {
    "id": "run-1",
    "name": "Run 1",
    "number": 1,
    "experiment": "exp",
    "status": "Running",
    "url": "http://studio.test/w/lab/runs/run-1/",
    "steps": [
        {
            "id": "s1",
            "name": "a",
            "status": "Completed",
            "reused": True,
            "why": {"sentence": "Reused from Run 0"},
        },
        {
            "id": "s2",
            "name": "b",
            "status": "Queued",
            "reused": False,
            "why": {"sentence": "main.py changed"},
        },
    ],
}


def workspace_with(**answers: Any) -> FakeWorkspace:
    return FakeWorkspace(answers={"POST /api/v1/workspaces/lab/runs": RUN, **answers})


def test_defining_a_pipeline_sends_nothing(folder: Path):
    workspace = workspace_with()
    Pipeline(workspace, [data_between(folder, {"a": [], "b": ["a"]})])
    assert workspace._transport.requests == []


def test_a_valid_pipeline_has_no_problems_and_says_so(folder: Path, capsys: Any):
    pipeline = Pipeline(workspace_with(), [make_step(folder, "a")])
    assert pipeline.validate() == []
    assert "valid" in capsys.readouterr().out


def test_problems_of_both_sides_are_listed_once(folder: Path, capsys: Any):
    answered = [
        {"node": "a", "node_name": "a", "field": "snapshot", "code": "invalid", "message": "x"},
        {"node": "a", "node_name": "a", "field": "compute", "code": "unknown_compute",
         "message": "The workspace has no compute target 'cpu'."},
    ]  # fmt: skip
    workspace = FakeWorkspace(**{"runs/validate": {"problems": answered}})
    problems = Pipeline(workspace, [make_step(folder, "a", script_name="mian.py")]).validate()
    assert [(one.field, one.code) for one in problems] == [
        ("script", "missing_script"),
        ("compute", "unknown_compute"),
    ]
    assert "mian.py" in capsys.readouterr().out


def test_a_source_directory_is_sent_once_for_all_its_steps(folder: Path):
    workspace = workspace_with()
    Pipeline(workspace, data_between(folder, {"a": [], "b": ["a"], "c": ["b"]})).validate()
    assert len(workspace.asked("/snapshots")) == 1


def test_submit_sends_parameters_tags_and_switches(folder: Path, capsys: Any):
    workspace = workspace_with()
    step = make_step(folder, "a", arguments=[PipelineParameter("n", 5)])
    run = Experiment(workspace, "exp").submit(
        Pipeline(workspace, [step], description="about"),
        tags={"who": 1},
        pipeline_parameters={"n": 7},
        regenerate_outputs=True,
        continue_on_step_failure=True,
    )
    (body,) = workspace.asked("/runs")
    assert (body["experiment"], body["parameters"], body["tags"]) == ("exp", {"n": 7}, {"who": "1"})
    assert body["regenerate_outputs"] is body["continue_on_step_failure"] is True
    assert (body["description"], body["source"]) == ("about", "SDK")
    told = capsys.readouterr().out
    assert "Reused from Run 0" in told
    assert "main.py changed" in told
    assert RUN["url"] in told
    assert run.id == "run-1"
    assert run.id in told


def test_retries_and_limits_are_passed_on(folder: Path, capsys: Any):
    workspace = workspace_with()
    config = RunConfiguration()
    config.max_run_duration_seconds = 90
    steps = [make_step(folder, "a", runconfig=config), make_step(folder, "b")]
    retry = {"count": 2, "on": ["timed_out"]}
    Experiment(workspace, "exp").submit(
        Pipeline(workspace, steps), retry=retry, timeout_seconds=600
    )
    (body,) = workspace.asked("/runs")
    assert (body["retry"], body["timeout_seconds"]) == (retry, 600)
    assert [n.get("timeout_seconds") for n in body["graph"]["nodes"]] == [90, None]
    assert "no effect" not in capsys.readouterr().err


def test_submit_of_a_broken_pipeline_raises_with_all_problems(folder: Path):
    workspace = workspace_with()
    step = make_step(folder, "a", inputs=[PipelineData("x")], script_name="no.py")
    with pytest.raises(UserErrorException) as caught:
        Pipeline(workspace, [step]).submit("exp")
    assert "No step writes 'x'" in str(caught.value)
    assert "no.py" in str(caught.value)
    assert workspace.asked("/runs") == []


def test_blobs_that_the_server_dropped_are_sent_again_once(folder: Path):
    conflict = Conflict("gone")
    conflict._fill(409, "missing_blobs", {"missing": ["ab"]}, [])
    answers = [conflict, RUN]
    workspace = workspace_with(**{"POST /api/v1/workspaces/lab/runs": lambda body: answers.pop(0)})
    Pipeline(workspace, [make_step(folder, "a")]).submit("exp")
    assert len(workspace.asked("/runs")) == 2
    assert len(workspace.asked("/snapshots")) == 2


def test_without_closure_a_step_left_out_is_a_problem(folder: Path):
    first, second = data_between(folder, {"a": [], "b": ["a"]})
    pipeline = Pipeline(workspace_with(), [second], resolve_closure=False)
    assert ["a.py" in one.message for one in pipeline.validate()] == [True]
    assert Pipeline(workspace_with(), [[second, first]], resolve_closure=False).validate() == []


def test_nested_lists_and_sequences_are_flattened(folder: Path):
    a, b, c, d = (make_step(folder, name) for name in "abcd")
    pipeline = Pipeline(workspace_with(), [[a, [b]], StepSequence([c, d]), a])
    assert [step.name for step in pipeline._steps] == ["a", "b", "c", "d"]


@pytest.mark.parametrize("steps", [["train.py"], [None], [3]])
def test_something_that_is_no_step_is_named(steps: Any):
    with pytest.raises(UserErrorException, match=type(steps[0]).__name__):
        Pipeline(workspace_with(), steps)


@pytest.mark.parametrize("name", ["", " ", "a/b", "x" * 256, None, "tab\t"])
def test_a_bad_experiment_name_gets_a_sentence(name: Any):
    with pytest.raises(UserErrorException, match="can't name an experiment"):
        Experiment(FakeWorkspace(), name)


def test_what_is_not_there_yet_says_so_and_names_the_alternative(folder: Path):
    pipeline = Pipeline(workspace_with(), [make_step(folder, "a")])
    for attempt in (
        lambda: pipeline.graph,
        lambda: PipelineRun(Experiment(FakeWorkspace(), "e"), "r").save(),
        lambda: Experiment(FakeWorkspace(), "e").submit(ScriptRunConfig(str(folder), "main.py")),
    ):
        with pytest.raises(NotSupportedError, match=r"not supported by Forebay\. [A-Z]"):
            attempt()


@pytest.mark.parametrize("name", ["", "1a", "a-b", "a b", None])
def test_a_bad_data_name_gets_a_sentence(name: Any):
    with pytest.raises(ValueError, match="letters, digits"):
        PipelineData(name)


def test_a_parameter_of_a_strange_type_is_refused():
    with pytest.raises(ValueError, match="list"):
        PipelineParameter("p", [1])


def test_a_workspace_given_as_a_text_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserErrorException, match="'lab' is none"):
        Pipeline("lab", [make_step(tmp_path, "a")])
    with pytest.raises(UserErrorException, match="'lab' is a text"):
        Experiment("lab", "e")


def test_one_step_is_one_step(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = script_folder(tmp_path)
    Pipeline(FakeWorkspace(), [make_step(folder, "a")]).validate()
    Pipeline(FakeWorkspace(), [make_step(folder, "a"), make_step(folder, "b")]).validate()
    assert capsys.readouterr().out.splitlines() == [
        "The pipeline is valid: 1 step to be submitted.",
        "The pipeline is valid: 2 steps to be submitted.",
    ]
