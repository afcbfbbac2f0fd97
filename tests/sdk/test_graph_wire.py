"""Steps of a v1 program become the graph JSON that all parts of Forebay share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from azureml.core import RunConfiguration
from azureml.core.conda_dependencies import CondaDependencies
from azureml.data.data_reference import DataReference
from azureml.data.dataset_consumption_config import DatasetConsumptionConfig
from azureml.pipeline.core import PipelineData, PipelineParameter, StepSequence

from pipelines.domain.parsing import parse_graph
from pipelines.domain.validation import World, validate_graph
from tests.sdk.programs import Store, build, data_between, make_step, script_folder
from tests.support.graphs import edges_of

GRAPHS = Path(__file__).parent.parent / "graphs"


class Table:
    """A tabular dataset, as far as steps look at it."""

    _kind = "tabular"
    identity = "data-1"
    name = None

    @property
    def id(self) -> str:
        raise AssertionError("a dataset's id is asked of the server when a step is defined")

    def as_named_input(self, name: str) -> DatasetConsumptionConfig:
        return DatasetConsumptionConfig(name, self)


class Files(Table):
    _kind = "file"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return script_folder(tmp_path / "src")


def as_golden(graph: dict[str, Any]) -> dict[str, Any]:
    """The graph without what a golden file leaves out, and with a step's stem for its id."""
    text = json.dumps(graph)
    for node in graph["nodes"]:
        text = text.replace(f'"{node["id"]}"', f'"{node["name"].removesuffix(".py")}"')
    plain = json.loads(text)
    for node in plain["nodes"]:
        del node["comment"]
        for port in node["inputs"]:
            assert port.pop("path_on_compute") is None
        for port in node["outputs"]:
            assert (port.pop("path_on_compute"), port.pop("overwrite")) == (None, False)
            assert port.pop("mode") == "mount"
    return plain


@pytest.mark.parametrize(
    ("golden", "picture"), [("chain", "a -> b -> c"), ("diamond", "a -> b c -> d")]
)
def test_a_program_gives_the_golden_graph(golden: str, picture: str, folder: Path):
    steps = data_between(folder, edges_of(picture))
    built = build(steps[-1])  # the last step pulls in the others
    assert built.problems == []
    assert as_golden(built.graph) == json.loads((GRAPHS / f"{golden}.json").read_text())


def test_order_without_data_gives_the_golden_graph(folder: Path):
    a, b, c = data_between(folder, {"a": [], "b": [], "c": []})
    StepSequence(steps=[a, b, c])
    golden = json.loads((GRAPHS / "order_without_data.json").read_text())
    assert as_golden(build(c).graph) == golden


def test_the_server_accepts_what_is_built(folder: Path):
    built = build(data_between(folder, edges_of("a -> b c -> d")))
    parsed, problems = parse_graph(built.graph)
    world = World(
        computes=frozenset({"cpu"}),
        datastores=frozenset({"workspaceblobstore"}),
        snapshots={"snap": frozenset({"main.py"})},
    )
    assert [*problems, *validate_graph(parsed, world)] == []


def test_equal_programs_give_equal_graphs(folder: Path):
    edges = edges_of("a -> b c -> d")
    assert build(data_between(folder, edges)).graph == build(data_between(folder, edges)).graph


def test_ids_are_unique_and_short_whatever_the_names(folder: Path):
    names = ["train.py", "train.py", "train-py-2", "🌾", "قطار", "x" * 200]
    nodes = build([make_step(folder, name) for name in names]).graph["nodes"]
    assert [node["name"] for node in nodes] == names
    ids = [node["id"] for node in nodes]
    assert len(set(ids)) == len(ids)
    assert max(map(len, ids)) <= 64


def test_a_sequence_orders_groups_side_by_side(folder: Path):
    first, left, right, last = (make_step(folder, name) for name in "abcd")
    StepSequence([first, [left, right], last])
    after = {node["id"]: node["after"] for node in build(last).graph["nodes"]}
    assert after == {"a": [], "b": ["a"], "c": ["a"], "d": ["b", "c"]}


def test_a_thousand_steps_in_a_row_are_found_from_the_last(folder: Path):
    steps = [make_step(folder, f"s{number}") for number in range(3000)]
    StepSequence(steps)
    assert len(build(steps[-1]).graph["nodes"]) == 3000


def only_node(step: Any, **more: Any) -> dict[str, Any]:
    built = build(step, **more)
    assert built.problems == []
    return built.graph["nodes"][-1]


def test_a_dataset_as_argument_and_input_is_one_input(folder: Path):
    data = Files().as_named_input("input1")
    node = only_node(
        make_step(folder, "s", arguments=["--input", data.as_download()], inputs=[data])
    )
    assert node["arguments"] == ["--input", {"input": "input1"}]
    assert [(one["name"], one["mode"], one["source"]) for one in node["inputs"]] == [
        ("input1", "download", {"dataset": "data-1"})
    ]


def test_a_dataset_only_in_arguments_becomes_an_input(folder: Path):
    node = only_node(make_step(folder, "s", arguments=[Files().as_named_input("d").as_mount()]))
    assert (node["inputs"][0]["name"], node["inputs"][0]["mode"]) == ("d", "mount")


def test_a_table_is_given_to_the_script_as_itself(folder: Path):
    node = only_node(make_step(folder, "s", inputs=[Table().as_named_input("iris_data")]))
    assert node["inputs"][0]["mode"] == "direct"


def test_a_data_reference_may_be_used_in_another_mode(folder: Path):
    reference = DataReference(Store(), "raw", "titanic/Titanic.csv")
    node = only_node(
        make_step(folder, "s", arguments=["--in", reference], inputs=[reference.as_download()])
    )
    assert node["arguments"] == ["--in", {"input": "raw"}]
    assert node["inputs"] == [
        {
            "name": "raw",
            "mode": "download",
            "path_on_compute": None,
            "source": {"datastore": "workspaceblobstore", "path": "titanic/Titanic.csv"},
        }
    ]


def test_an_input_may_have_another_name_than_its_data(folder: Path):
    data = PipelineData("processed")
    make_step(folder, "first", outputs=[data])
    node = only_node(
        make_step(folder, "second", arguments=["--in", data], inputs=[data.as_download("raw")])
    )
    assert node["arguments"] == ["--in", {"input": "raw"}]
    assert node["inputs"][0]["source"] == {"node": "first", "output": "processed"}
    assert node["inputs"][0]["mode"] == "download"


def test_the_output_name_is_the_ports_name(folder: Path):
    data = PipelineData("output_data1", output_name="model", output_mode="upload")
    node = only_node(make_step(folder, "s", arguments=["--out", data], outputs=[data]))
    assert node["arguments"] == ["--out", {"output": "model"}]
    assert (node["outputs"][0]["name"], node["outputs"][0]["mode"]) == ("model", "upload")


@pytest.mark.parametrize(
    ("default", "kind"), [(10, "int"), (0.5, "float"), ("x", "string"), (True, "bool")]
)
def test_a_parameter_is_typed_by_its_default(default: Any, kind: str, folder: Path):
    parameter = PipelineParameter("p", default)
    graph = build(make_step(folder, "s", arguments=["--p", parameter], params={"q": parameter}))
    assert graph.graph["parameters"] == [{"name": "p", "type": kind, "default": default}]
    (node,) = graph.graph["nodes"]
    assert node["arguments"] == ["--p", {"parameter": "p"}]
    assert node["parameters"] == {"q": {"parameter": "p"}}


def test_literals_keep_their_value(folder: Path):
    arguments = ["--n", 5, 1e-05, True, Path("a") / "b", "é 🌾"]
    assert only_node(make_step(folder, "s", arguments=arguments))["arguments"] == [
        "--n", 5, 1e-05, "True", "a/b", "é 🌾",
    ]  # fmt: skip


def test_a_run_configuration_gives_target_and_environment(folder: Path):
    configuration = RunConfiguration()
    configuration.target = "cpu-cluster"
    configuration.environment.python.conda_dependencies = CondaDependencies.create(
        pip_packages=["lightgbm==3.3.5"]
    )
    node = only_node(make_step(folder, "s", compute_target=None, runconfig=configuration))
    assert node["compute"] == "cpu-cluster"
    assert "lightgbm==3.3.5" in json.dumps(node["environment"])


def test_all_other_keywords_reach_the_node(folder: Path):
    step = make_step(folder, "s", allow_reuse=False, version="2", hash_paths=["main.py"])
    node = only_node(step)
    assert (node["allow_reuse"], node["version"], node["hash_paths"]) == (False, "2", ["main.py"])


def test_every_problem_is_found_at_once(folder: Path, tmp_path: Path):
    nowhere = PipelineData("nowhere")
    undeclared = PipelineData("undeclared")
    step = make_step(
        folder,
        "s",
        script_name="mian.py",
        compute_target=None,
        inputs=[nowhere, 3],
        arguments=[undeclared, ["nested"]],
    )
    missing = make_step(tmp_path / "missing", "t")
    found = {(one.node, one.field, one.code) for one in build(step, missing).problems}
    assert found == {
        ("s", "script", "missing_script"),
        ("s", "compute", "unknown_compute"),
        ("s", "inputs[0].source", "unknown_output"),
        ("s", "inputs[1]", "invalid"),
        ("s", "arguments[0]", "unknown_input"),
        ("s", "arguments[1]", "invalid"),
        ("t", "source_directory", "missing_script"),
    }


def test_two_steps_that_write_the_same_data_are_a_problem(folder: Path):
    data = PipelineData("data")
    built = build(make_step(folder, "a", outputs=[data]), make_step(folder, "b", outputs=[data]))
    assert [one.code for one in built.problems] == ["duplicate_output"]
    assert "'a'" in built.problems[0].message


def test_a_script_outside_of_its_folder_is_refused(folder: Path):
    (folder.parent / "other.py").write_text("")
    built = build(make_step(folder, "s", script_name="../other.py"))
    assert [one.code for one in built.problems] == ["missing_script"]


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"inputs": [None]}, "inputs[0]", "None can't be used here: data is PipelineData"),
        ({"inputs": ["a"]}, "inputs[0]", "A value of type str can't be used here: data is"),
        ({"outputs": [{}]}, "outputs[0]", "an output is PipelineData or OutputFileDatasetConfig"),
        ({"arguments": [[1]]}, "arguments[0]", "use a text, a number, a PipelineParameter"),
    ],
)
def test_what_can_not_be_used_is_told_with_what_can(
    folder: Path, given: dict[str, Any], field: str, said: str
):
    found = {one.field: one.message for one in build(make_step(folder, "a", **given)).problems}
    assert said in found[field]
