"""Pipeline parameters of a v1 program: how they reach the graph and the request."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from azureml.core import Experiment, RunConfiguration
from azureml.data.data_reference import DataReference
from azureml.data.datapath import DataPath, DataPathComputeBinding
from azureml.data.dataset_consumption_config import DatasetConsumptionConfig
from azureml.exceptions import UserErrorException
from azureml.pipeline.core import Pipeline, PipelineParameter
from azureml.pipeline.core._ports import InputPortBinding

from tests.sdk.programs import FakeWorkspace, Store, build, make_step, script_folder
from tests.sdk.test_pipeline_validate import RUN

GOLDEN = Path(__file__).parent.parent / "graphs" / "parameters.json"


class Table:
    """A tabular dataset, as far as steps and submissions look at it."""

    _kind = "tabular"
    name = None

    def __init__(self, identity: str = "titanic-1") -> None:
        self.identity = identity

    def as_named_input(self, name: str) -> DatasetConsumptionConfig:
        return DatasetConsumptionConfig(name, self)

    def _ensure_id(self, workspace: Any) -> str:
        return self.identity


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return script_folder(tmp_path / "src")


def node_of(step: Any) -> dict[str, Any]:
    built = build(step)
    assert built.problems == []
    (node,) = built.graph["nodes"]
    return dict(node)


def test_a_program_gives_the_golden_graph(folder: Path) -> None:
    raw = PipelineParameter("raw", DataPath(Store(), "raw/2020"))
    rate = PipelineParameter("rate", 0.1)
    people = DatasetConsumptionConfig("passengers", PipelineParameter("titanic", Table()))
    data = InputPortBinding("raw_data", (raw, DataPathComputeBinding(mode="mount")))
    step = make_step(
        folder,
        "train.py",
        arguments=["--raw", data, "--titanic", people, "--rate", rate],
        inputs=[data, people],
        params={"rate_setting": rate, "where": raw},
        compute_target=PipelineParameter("target", "cpu-cluster"),
        runconfig_pipeline_params={"NodeCount": PipelineParameter("nodes", 2)},
    )
    graph = json.loads(GOLDEN.read_text())
    (golden,) = graph["nodes"]
    built = build(step)
    assert built.problems == []
    (node,) = built.graph["nodes"]
    golden["arguments"][1] = {"input": "raw_data"}  # the same thing in the program's words
    for port in node["inputs"]:
        assert port.pop("path_on_compute") is None
    assert {**node, "id": "train"} == {**golden, "comment": ""}
    by_name = {one["name"]: one for one in built.graph["parameters"]}
    assert by_name == {one["name"]: one for one in graph["parameters"]}


def test_a_path_parameter_with_its_binding_is_an_input(folder: Path) -> None:
    parameter = PipelineParameter("where", DataPath(Store(), "titanic/Titanic.csv"))
    given = (parameter, DataPathComputeBinding(mode="download"))
    node = node_of(make_step(folder, "s", arguments=["--in", given], inputs=[given]))
    assert node["arguments"] == ["--in", {"input": "where"}]
    (port,) = node["inputs"]
    assert (port["name"], port["mode"], port["source"]) == (
        "where",
        "download",
        {"parameter": "where"},
    )


def test_a_path_among_arguments_alone_becomes_an_input(folder: Path) -> None:
    parameter = PipelineParameter("where", DataPath(Store(), "x"))
    node = node_of(make_step(folder, "s", arguments=[parameter]))
    assert node["arguments"] == [{"input": "where"}]
    assert node["inputs"][0]["source"] == {"parameter": "where"}


def test_a_dataset_parameter_keeps_the_name_and_mode_of_its_consumption(folder: Path) -> None:
    parameter = PipelineParameter("data", Table())
    as_files = DatasetConsumptionConfig("files", parameter).as_mount()
    node = node_of(make_step(folder, "s", inputs=[as_files], arguments=[as_files]))
    assert node["arguments"] == [{"input": "files"}]
    assert node["inputs"][0]["name"] == "files"
    assert node["inputs"][0]["mode"] == "mount"


def test_a_run_configuration_may_hold_parameters(folder: Path) -> None:
    configuration = RunConfiguration()
    configuration.target = PipelineParameter("target", "cpu")
    configuration.node_count = PipelineParameter("nodes", 2)  # type: ignore[assignment]
    node = node_of(make_step(folder, "s", compute_target=None, runconfig=configuration))
    assert node["compute"] == {"parameter": "target"}
    assert node["runconfig_parameters"] == {"NodeCount": {"parameter": "nodes"}}
    json.dumps(node)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"CoreCount": PipelineParameter("n", 1)}, "use one of NodeCount"),
        ({"NodeCount": 2}, "must be a PipelineParameter"),
    ],
)
def test_a_setting_that_can_not_be_a_parameter_is_a_problem(
    folder: Path, given: Any, words: str
) -> None:
    (problem,) = build(make_step(folder, "s", runconfig_pipeline_params=given)).problems
    assert words in problem.message


def test_a_variable_that_is_a_parameter_is_a_problem_with_the_way_out(folder: Path) -> None:
    configuration = RunConfiguration()
    configuration.environment_variables = {"RATE": PipelineParameter("r", 1)}  # type: ignore[dict-item]
    (problem,) = build(make_step(folder, "s", runconfig=configuration)).problems
    assert "AML_PARAMETER_RATE" in problem.message


def test_two_parameters_of_one_name_are_a_problem(folder: Path) -> None:
    first = make_step(folder, "a", inputs=[PipelineParameter("p", DataPath(Store(), "x"))])
    second = make_step(folder, "b", inputs=[PipelineParameter("p", DataPath(Store(), "y"))])
    (problem,) = build(first, second).problems
    assert "use one PipelineParameter for both" in problem.message


def test_a_scalar_in_a_dataset_s_place_is_a_problem(folder: Path) -> None:
    given = DatasetConsumptionConfig("d", PipelineParameter("p", "text"))
    (problem,) = build(make_step(folder, "s", inputs=[given])).problems
    assert problem.field == "inputs[0].source"


def sent(folder: Path, values: dict[str, Any]) -> Any:
    workspace = FakeWorkspace(answers={"POST /api/v1/workspaces/lab/runs": RUN})
    Experiment(workspace, "exp").submit(
        Pipeline(workspace, [make_step(folder, "s")]), pipeline_parameters=values
    )
    (body,) = workspace.asked("/runs")
    return body["parameters"]


@pytest.mark.parametrize(
    ("given", "wire"),
    [
        (DataPath(Store("blob"), "a/b"), {"datastore": "blob", "path": "a/b"}),
        (DataReference(Store("blob"), "raw", "a/b"), {"datastore": "blob", "path": "a/b"}),
        (Table("t2"), {"dataset": "t2"}),
        (Table("t2").as_named_input("x"), {"dataset": "t2"}),
        ({"name": "titanic", "version": "latest"}, {"name": "titanic", "version": "latest"}),
        (7, 7),
        ("7", "7"),
        (True, True),
    ],
)
def test_a_chosen_value_goes_to_the_server_as_it_is(folder: Path, given: Any, wire: Any) -> None:
    assert sent(folder, {"p": given}) == {"p": wire}


def test_a_chosen_value_that_no_parameter_can_have_is_named(folder: Path) -> None:
    with pytest.raises(UserErrorException, match="'p' is a list"):
        sent(folder, {"p": [1]})
