"""The graph of a pipeline: plain values parsed from Graph JSON, version 1.

The SDK, the designer and stored runs share this form; docs/reference/graph.md describes it.
Parsing collects every problem instead of stopping at the first; rules that need more than the
graph itself (does this compute target exist?) are in `validation.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.domain.control import Retry
from pipelines.domain.output_datasets import Reading, Registration

GRAPH_VERSION = 1
DATA_TYPES = ("datapath", "dataset")  # parameters that stand for data
PARAMETER_TYPES = ("int", "float", "string", "bool", *DATA_TYPES)
INPUT_MODES = ("mount", "download", "direct")
OUTPUT_MODES = ("mount", "upload", "hdfs")

Scalar = str | int | float | bool


@dataclass(frozen=True)
class InputRef:
    """An argument that becomes the path (or id) of the step's input of this name."""

    name: str


@dataclass(frozen=True)
class OutputRef:
    """An argument that becomes the path of the step's output of this name."""

    name: str


@dataclass(frozen=True)
class ParameterRef:
    """An argument that becomes the value of the pipeline parameter of this name."""

    name: str


Argument = str | int | float | bool | InputRef | OutputRef | ParameterRef


@dataclass(frozen=True)
class StepOutputSource:
    node: str
    output: str


@dataclass(frozen=True)
class DatasetSource:
    dataset: str


@dataclass(frozen=True)
class PathSource:
    datastore: str
    path: str


@dataclass(frozen=True)
class ParameterSource:
    """Data that a pipeline parameter of type datapath or dataset chooses at submit."""

    parameter: str


Source = StepOutputSource | DatasetSource | PathSource | ParameterSource


@dataclass(frozen=True)
class Input:
    """An input port. `parameter` names what chose the source, once that is resolved."""

    name: str
    source: Source
    mode: str = "mount"
    path_on_compute: str | None = None
    as_dataset: Reading | None = None  # how a step's output is read when the mode is "direct"
    overwrite: bool = False  # whether a file at `path_on_compute` gives way
    parameter: str | None = None


@dataclass(frozen=True)
class Output:
    name: str
    datastore: str
    mode: str = "mount"
    is_directory: bool | None = None
    path_on_compute: str | None = None
    overwrite: bool = False
    destination: str | None = None  # a template; None: where the studio keeps all outputs
    register_on_complete: Registration | None = None
    source: str | None = None  # the folder of the script whose content is taken


@dataclass(frozen=True)
class Parameter:
    """`default` is a JSON value of the type (domain/parameters.py); None: a value must be given."""

    name: str
    type: str
    default: Any = None


@dataclass(frozen=True)
class Node:
    """One step. `raw` is the JSON it came from, kept as it was sent.

    `compute` is empty until it is resolved where `compute_parameter` names what chooses it.
    """

    id: str
    name: str
    snapshot: str
    script: str
    compute: str
    arguments: tuple[Argument, ...] = ()
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    environment: Mapping[str, Any] | None = None
    parameters: Mapping[str, Scalar | ParameterRef | InputRef] = field(default_factory=dict)
    compute_parameter: str | None = None
    runconfig_parameters: Mapping[str, str] = field(default_factory=dict)  # setting -> parameter
    allow_reuse: bool = True
    version: str | None = None
    hash_paths: tuple[str, ...] | None = None
    after: tuple[str, ...] = ()
    retry: Retry | None = None
    timeout_seconds: int | None = None
    reuse_max_age_seconds: int | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)

    def input(self, name: str) -> Input | None:
        return next((port for port in self.inputs if port.name == name), None)

    def upstream(self) -> list[str]:
        """Ids of the nodes this one waits for, each once, in the order they are named."""
        ids = [p.source.node for p in self.inputs if isinstance(p.source, StepOutputSource)]
        return list(dict.fromkeys([*ids, *self.after]))

    def used_parameters(self) -> list[str]:
        """Names of the pipeline parameters this step reads, each once."""
        refs = [a.name for a in self.arguments if isinstance(a, ParameterRef)]
        refs += [v.name for v in self.parameters.values() if isinstance(v, ParameterRef)]
        return list(dict.fromkeys(refs))


@dataclass(frozen=True)
class Graph:
    nodes: tuple[Node, ...]
    parameters: tuple[Parameter, ...] = ()

    def node(self, node_id: str) -> Node | None:
        return next((node for node in self.nodes if node.id == node_id), None)
