"""Specs of modules: all faults at once, each by its field."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pipelines.domain.module_specs import PORT_TYPES, RULES, SPEC_FIELDS, read_spec, type_fits
from pipelines.library.forebay_modules.settings import TYPES
from pipelines.services.library import read_library


def faults(**changes: Any) -> list[str]:
    spec = {"name": "Mine", "script": "run.py", **changes}
    return [one.field for one in read_spec(spec, paths=["run.py"])[1]]


def test_every_built_in_has_a_face_without_faults():
    library = read_library()  # it raises for a fault
    assert len(library.modules) >= 35
    for one in library.modules:
        assert one.spec["key"] == one.key
        paths = {file["path"] for file in one.files}
        assert {"module.json", "run.py", "forebay_modules/settings.py"} <= paths
        assert not any("__pycache__" in path for path in paths)


def test_a_plain_spec_is_good():
    assert faults() == []
    spec, _ = read_spec({"name": "Mine", "inputs": [{"name": "data", "type": "table"}]})
    assert spec["group"] == "My modules"
    assert spec["inputs"][0]["label"] == "data"
    size = {"name": "size", "type": "choice", "choices": ["small", 2, {"value": "l"}]}
    assert read_spec({"name": "Mine", "parameters": [size]})[0]["parameters"][0]["choices"] == [
        {"value": "small", "label": "small"},
        {"value": 2, "label": "2"},
        {"value": "l", "label": "l"},
    ]


def test_all_faults_are_told_together():
    assert faults(name="", group="Nowhere", script="../run.py", colour=1) == [
        "spec.colour",
        "spec.name",
        "spec.group",
        "spec.script",
    ]
    assert faults(script="other.py") == ["spec.script"]
    assert faults(inputs={}, outputs=[1], parameters=[{"name": "a b", "type": "int"}]) == [
        "spec.inputs",
        "spec.outputs",
        "spec.parameters[0].name",
    ]
    assert read_spec([])[1][0].field == "spec"


def test_parameters_are_checked():
    def one(**field: Any) -> list[str]:
        return faults(
            inputs=[{"name": "data", "type": "table"}], parameters=[{"name": "p", **field}]
        )

    at = "spec.parameters[0]"
    assert one(type="number") == [f"{at}.type"]
    assert one(type="choice") == [f"{at}.choices"]
    assert one(type="choice", choices=[True]) == [f"{at}.choices"]
    assert one(type="choice", choices=["small", 2], default=2) == []
    assert one(type="int", min=3, max=1) == [f"{at}.min"]
    assert one(type="int", default=1.5) == [f"{at}.default"]
    assert one(type="column", input="dat") == [f"{at}.input"]
    assert one(type="column", input="data") == []
    assert one(type="int", when={"q": [1]}) == [f"{at}.when"]
    twice = [{"name": "p", "type": "int"}, {"name": "p", "type": "int"}]
    assert faults(parameters=twice) == ["spec.parameters[1].name"]


def test_ports_destinations_and_schemas_name_what_is_there():
    assert faults(inputs=[{"name": "data", "type": "frame"}]) == ["spec.inputs[0].type"]
    out = {"name": "o", "type": "files", "destination": "where"}
    assert faults(outputs=[out]) == ["spec.outputs[0].destination"]
    path = {"name": "where", "type": "datastore_path"}
    assert faults(outputs=[out], parameters=[path]) == []
    clash = [{"name": "where", "type": "table"}]
    assert faults(inputs=clash, parameters=[path]) == ["spec.parameters"]
    assert faults(schema={"o": {"like": "data"}}) == ["spec.schema.o", "spec.schema.o"]


def test_rules_of_columns_name_what_they_follow():
    ports = {
        "inputs": [{"name": "data", "type": "table"}],
        "outputs": [{"name": "o", "type": "table"}],
        "parameters": [
            {"name": "chosen", "type": "columns", "input": "data"},
            {"name": "text", "type": "table"},
            {"name": "header", "type": "bool"},
        ],
    }

    def rule(**one: Any) -> list[str]:
        return faults(**ports, schema={"o": one})

    assert rule(like="data", when={"header": [True]}) == []
    assert rule(keep="chosen", of="data") == rule(drop="chosen", of="data") == []
    assert rule(table="text", header="header") == rule(table="text") == []
    assert rule(like="data", when={"gone": [1]}) == ["spec.schema.o.when"]
    for wrong in (
        {},
        {"like": "data", "keep": "chosen"},
        {"like": ["data"]},
        {"keep": "chosen"},
        {"keep": "text", "of": "data"},
        {"table": "chosen"},
        {"table": "text", "header": "text"},
        {"like": "data", "header": "header"},
    ):
        assert rule(**wrong) == ["spec.schema.o"], wrong


def test_a_parameter_or_port_without_a_type_is_told_by_its_field():
    assert faults(parameters=[{"name": "p"}]) == ["spec.parameters[0].type"]
    assert faults(parameters=[{"name": "p", "type": ["int"]}]) == ["spec.parameters[0].type"]
    assert faults(outputs=[{"name": "o"}]) == ["spec.outputs[0].type"]
    assert faults(outputs=[{"name": "o", "type": {}}]) == ["spec.outputs[0].type"]


FIELDS = (
    *SPEC_FIELDS,
    *[
        "type",
        "label",
        "help",
        "required",
        "default",
        "min",
        "max",
        "choices",
        "value",
        "when",
        "input",
    ],
)
WORDS = st.text(max_size=4) | st.sampled_from([*FIELDS, *RULES, *TYPES, *PORT_TYPES, "a"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=10,
)
PARTS = st.lists(
    st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=5).map(lambda d: {"name": "a", **d}),
    max_size=3,
)


@given(st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=4), PARTS, PARTS, PARTS, VALUES)
def test_no_spec_makes_the_reader_raise(
    more: dict[str, Any], inputs: Any, outputs: Any, parameters: Any, schema: Any
):
    spec = {"name": "x", "inputs": inputs, "outputs": outputs, "parameters": parameters}
    read_spec({**spec, "schema": schema, **more}, paths=["run.py"])


def test_types_of_wires():
    assert type_fits("table", "table")
    assert type_fits("table", "files")
    assert type_fits("any", "model")
    assert not type_fits("files", "table")
    assert not type_fits("learner", "model")
