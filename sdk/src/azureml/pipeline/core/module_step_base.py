"""`ModuleStepBase`: a version of a module at a place in a pipeline."""

from __future__ import annotations

import difflib
from typing import Any, Dict, Mapping, Sequence

from azureml.data.data_reference import DataReference
from azureml.exceptions import UserErrorException
from azureml.pipeline.core._configured_step import ConfiguredStep
from azureml.pipeline.core._graph_outputs import is_step_output, origin_of
from azureml.pipeline.core._module_version import ModuleVersion
from azureml.pipeline.core._pipeline_data import PipelineData
from azureml.pipeline.core._port_data import PortDataReference
from azureml.pipeline.core._ports import InputPortBinding
from azureml.pipeline.core._step import PipelineStep
from azureml.pipeline.core.module import Module

__all__ = [
    "DataReference",
    "InputPortBinding",
    "ModuleStepBase",
    "PipelineData",
    "PipelineStep",
    "PortDataReference",
]


class ModuleStepBase(ConfiguredStep):
    """What `ModuleStep` is made of; its parameters are said there.

    Which version is meant is decided when the pipeline is validated or submitted.
    """

    step_type = "ModuleStep"

    def __init__(
        self,
        module: Any = None,
        version: str | None = None,
        module_version: Any = None,
        inputs_map: Mapping[str, Any] | None = None,
        outputs_map: Mapping[str, Any] | None = None,
        compute_target: Any = None,
        runconfig: Any = None,
        runconfig_pipeline_params: Dict[str, Any] | None = None,
        arguments: Sequence[Any] | None = None,
        params: Mapping[str, Any] | None = None,
        name: str | None = None,
        _workflow_provider: Any = None,
    ) -> None:
        if not isinstance(module, Module) and not isinstance(module_version, ModuleVersion):
            raise UserErrorException(
                "A ModuleStep needs module=, such as Module.get(ws, name=…), or module_version=,"
                " as Module.publish_python_script gives it."
            )
        if module_version is not None and not isinstance(module_version, ModuleVersion):
            raise UserErrorException(
                f"module_version must be a ModuleVersion, not {module_version!r}."
            )
        if version is not None and module is None:
            raise UserErrorException("version= chooses among the versions of module=: give both.")
        self._inputs_map = _as_map(inputs_map, "inputs_map")
        self._outputs_map = _as_map(outputs_map, "outputs_map")
        for port, data in self._outputs_map.items():
            if not is_step_output(data):
                raise UserErrorException(
                    f"outputs_map['{port}'] must be PipelineData or another output of a step; a"
                    f" {type(data).__name__} is none."
                )
        self._module = module
        self._wanted_version = None if version is None else str(version)
        self._module_version = module_version
        named: Any = module or module_version
        super().__init__(
            name or named._module_name,
            list(self._inputs_map.values()),
            list(self._outputs_map.values()),
            arguments,
        )
        self.allow_reuse = True  # Forebay's own, to be set on a step
        self._has_arguments = arguments is not None
        self._params = _as_map(params, "params")
        self._configure(compute_target, runconfig, runconfig_pipeline_params)
        for port, data in self._outputs_map.items():
            origin = origin_of(data)
            if isinstance(origin, PipelineData):
                origin._output_name = port  # later steps read this port

    def _resolve(self) -> ModuleVersion:
        """The version that is meant now: the given one, else what the module resolves to."""
        if self._module_version is not None:
            version: ModuleVersion = self._module_version
            return version
        resolved: ModuleVersion = self._module.resolve(self._wanted_version)
        return resolved


def near(name: Any, known: Sequence[str]) -> str:
    """What there is instead of a name, as the end of a message."""
    close = difflib.get_close_matches(str(name), known, n=1)
    there = f"It has: {', '.join(known)}." if known else "It has none."
    return f"Did you mean '{close[0]}'? {there}" if close else there


def _as_map(given: Any, what: str) -> Dict[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise UserErrorException(
            f"{what} is a dictionary of names and values, not a {type(given).__name__}."
        )
    return dict(given)
