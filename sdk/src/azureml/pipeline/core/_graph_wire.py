"""Steps as the graph JSON that the SDK, the designer and the server share (version 1).

Building is free of the service: what needs it (snapshots, dataset ids, the default datastore)
comes through `Links`. Equal programs give equal graphs: node ids are made of step names.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Dict, List, Sequence

from azureml._forebay.errors import Problem
from azureml.pipeline.core._graph_inputs import (
    GivenInput,
    collect_inputs,
    datastore_name,
    match_input,
    read_input,
)
from azureml.pipeline.core._graph_outputs import is_step_output, origin_of, write_output
from azureml.pipeline.core._layout import NO_LAYOUT, Layout
from azureml.pipeline.core._module_wire import write_module_node
from azureml.pipeline.core._parameters import (
    PipelineParameter,
    _plain,
    is_data_path,
    is_dataset,
    value_to_wire,
)
from azureml.pipeline.core._step import PipelineStep

Json = Dict[str, Any]
# What may stand at a place, for who gave something else.
_NEEDED = {
    "inputs": ": data is PipelineData or another output of a step, a dataset or a DataReference",
    "outputs": ": an output is PipelineData or OutputFileDatasetConfig",
    "arguments": ": use a text, a number, a PipelineParameter, or data of the step",
}
# Settings of a run configuration that v1 takes from parameters.
SETTINGS = (
    "NodeCount",
    "MpiProcessCountPerNode",
    "TensorflowWorkerCount",
    "TensorflowParameterServerCount",
)
_ENVIRONMENT_PATH = "$AZUREML_DATAREFERENCE_"


@dataclass(frozen=True)
class Links:
    """What a graph needs to know from outside the program."""

    snapshot: Callable[[Path], str]  # id of the snapshot of a source directory
    dataset: Callable[[Any], str]  # id of a dataset's version
    default_datastore: Callable[[], str]
    default_directory: str = "."


@dataclass
class BuiltGraph:
    """The graph, and what is wrong with it."""

    graph: Json
    problems: List[Problem] = field(default_factory=list)


def build_graph(
    steps: Sequence[PipelineStep],
    links: Links,
    parameters: Sequence[PipelineParameter] = (),
    layout: Layout = NO_LAYOUT,
) -> BuiltGraph:
    """The graph of `steps`, upstream first. `parameters` come first among the graph's, and are
    there even if no step uses them."""
    writer = _GraphWriter(steps, links, layout)
    for parameter in parameters:
        writer.declare(parameter)
    nodes = [{**layout.beside(step), **writer.write_node(step)} for step in steps]
    declared = list(writer.parameters.values())
    graph = {**layout.graph, "version": 1, "parameters": declared, "nodes": nodes}
    return BuiltGraph(graph, writer.problems)


def name_nodes(names: Sequence[str], given: Sequence[str] = ()) -> List[str]:
    """A short id for each step name, unique in the graph, readable, equal for equal programs.

    `given` has the id that a step has already, or "".
    """
    taken = set(given)
    ids = []
    for position, name in enumerate(names):
        if position < len(given) and given[position]:
            ids.append(given[position])
            continue
        base = re.sub(r"[^A-Za-z0-9_]+", "-", name).strip("-")[:48] or "step"
        candidate, number = base, 2
        while candidate in taken:
            candidate, number = f"{base}-{number}", number + 1
        taken.add(candidate)
        ids.append(candidate)
    return ids


class _GraphWriter:
    def __init__(self, steps: Sequence[PipelineStep], links: Links, layout: Layout) -> None:
        self.links = links
        self.problems: List[Problem] = []
        self.parameters: Dict[str, Json] = {}
        ids = name_nodes([step.name for step in steps], [layout.node_id(step) for step in steps])
        self.ids = {id(step): node for step, node in zip(steps, ids)}
        self.producers: Dict[int, PipelineStep] = {}
        for step in steps:
            for output in step._outputs:
                self.producers.setdefault(id(origin_of(output)), step)

    def write_node(self, step: Any) -> Json:
        """One step as a node; problems are collected, never raised."""
        if step.step_type == "ModuleStep":
            return write_module_node(self, step)
        data = [one for one in step._params.values() if isinstance(one, PipelineParameter)]
        inputs = collect_inputs(step._inputs, [*step._arguments, *data])
        for position, given in enumerate(step._inputs):
            if read_input(given) is None:
                self._unknown_value(step, f"inputs[{position}]", given)
        folder, script = self._locate_script(step)
        return {
            "id": self.ids[id(step)],
            "name": step.name,
            "kind": "python_script",
            "snapshot": self.links.snapshot(folder) if folder else "",
            "script": script,
            "arguments": [
                self._write_argument(step, inputs, position, value)
                for position, value in enumerate(step._arguments)
            ],
            "inputs": [self._write_input(step, *one) for one in enumerate(inputs)],
            "outputs": self._write_outputs(step),
            "compute": self._write_compute(step),
            "environment": step._environment_wire(),
            "parameters": {
                name: self._write_parameter_value(step, value)
                for name, value in step._params.items()
            },
            "allow_reuse": step._allow_reuse,
            "version": step._version,
            "hash_paths": step._hash_paths,
            "after": self._write_after(step),
            **step._limits_wire(),
            **self._write_settings(step),
            **step._own_wire(),
        }

    def _write_compute(self, step: Any) -> Any:
        """The target's name, or the reference of the parameter that holds it."""
        target = step._compute()
        if isinstance(target, PipelineParameter):
            return self._declare(step, target)
        if not target:
            message = "No compute target is given: set compute_target or runconfig.target."
            self._problem(step, "compute", message, "unknown_compute")
        return target

    def _write_settings(self, step: Any) -> Json:
        """Run configuration settings that come from parameters; nothing when there are none."""
        for name, value in step._environment_variables().items():
            if isinstance(value, PipelineParameter):
                message = (
                    f"The environment variable {name} can't be a PipelineParameter: use "
                    f"params={{'{name}': …}}, which the script finds as AML_PARAMETER_{name}."
                )
                self._problem(step, f"environment.variables.{name}", message)
        settings = {}
        for name, value in step._setting_parameters().items():
            where = f"runconfig_parameters.{name}"
            if name not in SETTINGS:
                message = f"'{name}' can't be a parameter: use one of {', '.join(SETTINGS)}."
                self._problem(step, where, message)
            elif not isinstance(value, PipelineParameter):
                self._problem(step, where, f"{name} must be a PipelineParameter.")
            else:
                settings[name] = self._declare(step, value)
        return {"runconfig_parameters": settings} if settings else {}

    def _locate_script(self, step: Any) -> tuple[Path | None, str]:
        """The source directory and the script's path in it; None when it can't be sent."""
        given = step._source_directory
        folder = Path(os.fspath(given) if given else self.links.default_directory)
        script = step._script_name.replace("\\", "/")
        if not folder.is_dir():
            message = f"source_directory '{folder}' is not a folder."
            self._problem(step, "source_directory", message, "missing_script")
            return None, script
        if os.path.isabs(script):
            script = os.path.relpath(script, folder.resolve()).replace(os.sep, "/")
        script = os.path.normpath(script).replace(os.sep, "/")
        if script.startswith("../") or not (folder / script).is_file():
            message = f"'{script}' is not a file in source_directory '{folder}'."
            self._problem(step, "script", message, "missing_script")
            return None, script
        return folder, script

    # -- data ----------------------------------------------------------------------------------

    def _write_input(self, step: PipelineStep, position: int, one: GivenInput) -> Json:
        where = f"inputs[{position}]"
        if one.mode not in {"mount", "download", "direct"}:
            message = f"Input mode '{one.mode}' is not supported; use mount or download."
            self._problem(step, f"{where}.mode", message)
        written: Json = {
            "name": one.name,
            "mode": one.mode,
            "path_on_compute": one.path_on_compute,
            "source": self._write_source(step, one, f"{where}.source"),
        }
        if one.overwrite and one.path_on_compute:
            written["overwrite"] = True
        if one.mode == "direct" and hasattr(one.source, "_reading"):
            written["as_dataset"] = one.source._reading()
        return written

    def _write_source(self, step: PipelineStep, one: GivenInput, where: str) -> Json:
        source = one.source
        if isinstance(source, PipelineParameter):
            if source._is_data:
                return self._declare(step, source)
            source = source.default_value
        if is_step_output(source):
            producer = self.producers.get(id(origin_of(source)))
            if producer is None:
                self._no_producer(step, where, origin_of(source))
            node = self.ids[id(producer)] if producer is not None else ""
            return {"node": node, "output": source._output_name}
        if is_dataset(source):
            return {"dataset": self.links.dataset(source)}
        if is_data_path(source) or hasattr(source, "data_reference_name"):
            store = datastore_name(source) or self.links.default_datastore()
            return {"datastore": store, "path": source.path_on_datastore or ""}
        self._unknown_value(step, where, source)
        return {}

    def _no_producer(self, step: PipelineStep, where: str, source: Any) -> None:
        producer = source._producer
        if producer is None:
            message = f"No step writes '{source.name}': list it in the outputs of a step."
        else:
            message = (
                f"'{source.name}' is written by step '{producer.name}', which is not in this "
                "pipeline: add the step, or leave resolve_closure at True."
            )
        self._problem(step, where, message, "unknown_output")

    def _write_outputs(self, step: PipelineStep) -> List[Json]:
        written = []
        for position, output in enumerate(step._outputs):
            port = write_output(
                output, step._arguments, datastore_name, self.links.default_datastore
            )
            if port is None:
                self._unknown_value(step, f"outputs[{position}]", output)
                continue
            if self.producers[id(origin_of(output))] is not step:
                other = self.producers[id(origin_of(output))].name
                message = f"'{output.name}' is already written by step '{other}'."
                self._problem(step, f"outputs[{position}]", message, "duplicate_output")
            written.append(port)
        return written

    def _write_after(self, step: PipelineStep) -> List[str]:
        after = []
        for other in step.run_after_steps:
            if id(other) in self.ids:
                after.append(self.ids[id(other)])
            else:
                message = f"It runs after '{other.name}', which is not in this pipeline."
                self._problem(step, "after", message, "unknown_node")
        return after

    # -- values --------------------------------------------------------------------------------

    def _write_argument(
        self, step: PipelineStep, inputs: Sequence[GivenInput], position: int, value: Any
    ) -> Any:
        where = f"arguments[{position}]"
        if isinstance(value, PipelineParameter) and not value._is_data:
            return self._declare(step, value)
        if any(origin_of(value) is origin_of(output) for output in step._outputs):
            return {"output": value._output_name}
        given = read_input(value)
        if given is not None:
            known = match_input(inputs, given)
            if known is None:
                message = (
                    f"'{given.name}' is neither among the inputs nor the outputs of the step: "
                    "list it in one of them."
                )
                self._problem(step, where, message, "unknown_input")
            return {"input": known.name if known else given.name}
        value = _plain(value)
        if isinstance(value, str):
            return self._expand_path(step, inputs, value)
        if isinstance(value, bool):
            return str(value)
        if isinstance(value, (int, float)):
            return value
        if isinstance(value, os.PathLike):
            return os.fspath(value)
        self._unknown_value(step, where, value)
        return str(value)

    def _expand_path(
        self, step: PipelineStep, inputs: Sequence[GivenInput], text: str
    ) -> str | Json:
        """`$AZUREML_DATAREFERENCE_<name>` as the port of that name; other text as it is."""
        if text.startswith(_ENVIRONMENT_PATH):
            name = text[len(_ENVIRONMENT_PATH) :]
            for output in step._outputs:
                if getattr(output, "name", None) == name:
                    return {"output": output._output_name}
            if any(one.name == name for one in inputs):
                return {"input": name}
        return text

    def _write_parameter_value(self, step: PipelineStep, value: Any) -> Any:
        if isinstance(value, PipelineParameter):
            return self._declare(step, value)
        return str(_plain(value))

    def _declare(self, step: PipelineStep, parameter: PipelineParameter) -> Json:
        """Note a parameter of the pipeline; the reference that stands for its value."""
        name, entry = parameter.name, self._describe(parameter)
        known = self.parameters.setdefault(name, entry)
        if known != entry:
            message = (
                f"Parameter '{name}' has the default {entry['default']!r} here and "
                f"{known['default']!r} in an earlier step: use one PipelineParameter for both."
            )
            self._problem(step, f"parameters.{name}", message)
        return {"parameter": name}

    def declare(self, parameter: PipelineParameter) -> None:
        """Note a parameter that stands in the pipeline's own list."""
        self.parameters.setdefault(parameter.name, self._describe(parameter))

    def _describe(self, parameter: PipelineParameter) -> Json:
        default = parameter.default_value
        if default is not None:
            default = value_to_wire(parameter.name, default, self.links.dataset)
        return {"name": parameter.name, "type": parameter._type, "default": default}

    # -- problems ------------------------------------------------------------------------------

    def _unknown_value(self, step: PipelineStep, where: str, value: Any) -> None:
        what = "None" if value is None else f"A value of type {type(value).__name__}"
        needs = next((one for start, one in _NEEDED.items() if where.startswith(start)), "")
        self._problem(step, where, f"{what} can't be used here{needs}.")

    def _problem(self, step: PipelineStep, where: str, message: str, code: str = "invalid") -> None:
        self.problems.append(Problem(message, code, self.ids[id(step)], step.name, where))
