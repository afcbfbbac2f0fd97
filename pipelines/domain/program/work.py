"""What the parts of a program share while it is written: names, imports, things used once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.domain.catalog import ModuleFace
from pipelines.domain.graph import DATA_TYPES
from pipelines.domain.program.environments import run_configuration
from pipelines.domain.program.names import Names, identifier
from pipelines.domain.program.python_text import (
    Code,
    Raw,
    assign,
    call,
    is_deep,
    literal,
    multi_line,
)
from pipelines.domain.program.subject import Json, Subject, Surroundings
from pipelines.domain.reuse import canonical

WORKSPACE = Raw("workspace")
LONG_TEXT = 40  # characters: a text of several lines gets a variable above this
# Where the SDK's names come from, as v1's documentation writes it.
HOMES = {
    "Dataset": "azureml.core",
    "Datastore": "azureml.core",
    "Environment": "azureml.core",
    "Experiment": "azureml.core",
    "RunConfiguration": "azureml.core.runconfig",
    "Workspace": "azureml.core",
    "CondaDependencies": "azureml.core.conda_dependencies",
    "OutputFileDatasetConfig": "azureml.data",
    "DataReference": "azureml.data.data_reference",
    "DataPath": "azureml.data.datapath",
    "DataPathComputeBinding": "azureml.data.datapath",
    "DatasetConsumptionConfig": "azureml.data.dataset_consumption_config",
    "PromoteHeadersBehavior": "azureml.data.dataset_type_definitions",
    "Module": "azureml.pipeline.core",
    "Pipeline": "azureml.pipeline.core",
    "PipelineData": "azureml.pipeline.core",
    "PipelineParameter": "azureml.pipeline.core",
    "InputPortBinding": "azureml.pipeline.core.graph",
    "OutputPortBinding": "azureml.pipeline.core.graph",
    "ModuleStep": "azureml.pipeline.steps",
    "PythonScriptStep": "azureml.pipeline.steps",
}
RESERVED = frozenset([*HOMES, "json", "workspace", "pipeline", "layout", "run", "main", "compute"])


@dataclass
class MadeOutput:
    """An output of a step as the program knows it. `form` is the class that makes it:
    `data` for PipelineData, `files` for OutputFileDatasetConfig, `binding` for the rest."""

    variable: str
    form: str
    name: str
    wire: Json = field(default_factory=dict)


class Work:
    """A program on its way. Sections are lists of lines or blocks, in the order of the file."""

    def __init__(self, subject: Subject, around: Surroundings) -> None:
        self.subject, self.around = subject, around
        self.names = Names(RESERVED)
        self.imports: set[str] = {"Workspace", "Experiment", "Pipeline"}
        self.data: list[str] = []  # datastores and datasets
        self.modules: list[str] = []
        self.computes: list[str] = []  # names of targets that several steps run on
        self.configurations: list[list[str]] = []
        self.notes: list[str] = list(subject.lost)
        self.parameters: dict[str, Json] = {
            one["name"]: dict(one) for one in subject.graph.get("parameters") or []
        }
        self.variables: dict[str, str] = {}  # of parameters
        self.outputs: dict[tuple[str, str], MadeOutput] = {}
        self.read_outputs: dict[str, set[str]] = {}  # by node, what other steps read
        self._known: dict[str, str] = {}
        self._targets = Counter(
            node.get("compute") or subject.default_compute
            for node in subject.graph["nodes"]
            if isinstance(node.get("compute") or "", str)
        )
        self.data_parameters = frozenset(
            name for name, one in self.parameters.items() if one.get("type") in DATA_TYPES
        )

    def use(self, name: str) -> str:
        """The name, imported."""
        self.imports.add(name.partition(".")[0])
        return name

    def call(self, name: str, /, *values: Code, **named: Code | None) -> Code:
        """A call of a name of the SDK, imported."""
        return call(self.use(name), *values, **named)

    def literal(self, value: Any) -> Code:
        """A JSON value as code."""
        if is_deep(value):
            self.use("json")
        return literal(value)

    def face(self, node: Mapping[str, Any]) -> ModuleFace | None:
        """The version of the module that a card shows; None when the workspace has it not."""
        given, catalog = node.get("module"), self.around.catalog
        if not isinstance(given, Mapping):
            return None
        uid = given.get("id")
        if uid not in catalog.current and given.get("key"):
            uid = catalog.keys.get(str(given["key"]))
        version = str(given.get("version") or catalog.current.get(str(uid)) or "")
        return catalog.faces.get((str(uid), version))

    def module(self, uid: str, name: str, made: Code) -> Code:
        """A variable that holds the module."""
        key = f"module {uid} {name}"
        if key not in self._known:
            self._known[key] = self.names.take(f"{identifier(name)}_module".lstrip("_"), "module")
            self.modules.append(assign(self._known[key], made))
        return Raw(self._known[key])

    def holds_table(self, parameter: str) -> bool:
        """Whether the default of a parameter is a tabular dataset."""
        default = self.parameters[parameter].get("default")
        if not isinstance(default, Mapping):
            return False
        uid = default.get("dataset") or self.around.dataset_ids.get(
            (str(default.get("name")), str(default.get("version", "latest")))
        )
        known = self.around.datasets.get(str(uid))
        return known is not None and known.is_table

    def text_variable(self, wish: str, value: str, lines: list[str]) -> Code:
        """A text; one of several lines becomes a variable in `lines`."""
        if "\n" not in value.rstrip("\n") or len(value) < LONG_TEXT:
            return literal(value)
        name = self.names.take(wish, "text")
        lines.append(f"{name} = {multi_line(value)}")
        return Raw(name)

    def datastore(self, name: str) -> Code:
        """A variable that holds the datastore."""
        made = self.call("Datastore.get", WORKSPACE, literal(name))
        return self._once(f"datastore {name}", name, "datastore", made)

    def optional_datastore(self, name: Any) -> Code | None:
        """As `datastore`; None for the workspace's default one."""
        if not isinstance(name, str) or name in ("", self.around.default_datastore):
            return None
        return self.datastore(name)

    def dataset(self, uid: str) -> Code:
        """A variable that holds this version of a dataset."""
        known = self.around.datasets.get(uid)
        if known is None or known.name is None:
            made = self.call("Dataset.get_by_id", WORKSPACE, literal(uid))
            return self._once(f"dataset {uid}", "dataset", "dataset", made)
        version = literal(known.version)
        made = self.call("Dataset.get_by_name", WORKSPACE, literal(known.name), version=version)
        return self._once(f"dataset {uid}", known.name, "dataset", made)

    def dataset_by_name(self, name: str, version: Any) -> Code:
        """A variable that holds a dataset by name, the newest version of it if none is said."""
        number = literal(int(version)) if str(version).isdecimal() else None
        made = self.call("Dataset.get_by_name", WORKSPACE, literal(name), version=number)
        return self._once(f"dataset {name} {version}", name, "dataset", made)

    def value(self, kind: str, value: Any) -> Code:
        """A value of a pipeline parameter."""
        if kind == "datapath":
            path = literal(value["path"])
            return self.call("DataPath", self.datastore(value["datastore"]), path)
        if kind == "dataset" and "name" in value:
            return self.dataset_by_name(value["name"], value.get("version", "latest"))
        if kind == "dataset":
            return self.dataset(value["dataset"])
        if kind == "float" and isinstance(value, int):
            return literal(float(value))
        return self.literal(value)

    def parameter(self, name: Any) -> Code | None:
        """The variable of a pipeline parameter; None when there is none of that name."""
        variable = self.variables.get(name) if isinstance(name, str) else None
        return None if variable is None else Raw(variable)

    def configuration(self, environment: Mapping[str, Any], wish: str) -> tuple[Code, Json | None]:
        """The variable of a run configuration, shared by the steps that ask for the same."""
        key = f"environment {canonical(environment)}"
        if key not in self._known:
            name = self.names.take(f"{wish}_config", "run_config")
            lines, _ = run_configuration(name, environment)
            self.use("RunConfiguration")
            for used in ("Environment", "CondaDependencies"):
                if any(f"{used}(" in line or f"{used}." in line for line in lines):
                    self.use(used)
            self.configurations.append(lines)
            self._known[key] = name
        name = self._known[key]
        return Raw(name), run_configuration(name, environment)[1]

    def compute(self, name: str) -> Code:
        """The name of a compute target; a variable when several steps run there."""
        if self._targets[name] < 2:
            return literal(name)
        key = f"compute {name}"
        if key not in self._known:
            self._known[key] = self.names.take(name, "target")
            self.computes.append(assign(self._known[key], literal(name)))
        return Raw(self._known[key])

    def note_of_step(self, node: Mapping[str, Any], sentence: str) -> None:
        """Say at the top what is not kept of a step."""
        self.notes.append(f"Step '{node.get('name') or node['id']}': {sentence}")

    def _once(self, key: str, wish: str, other: str, made: Code) -> Code:
        if key not in self._known:
            self._known[key] = self.names.take(wish, other)
            self.data.append(assign(self._known[key], made))
        return Raw(self._known[key])
