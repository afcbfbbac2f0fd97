"""What steps with a compute target and a run configuration share."""

from __future__ import annotations

from typing import Any, Dict

from azureml.pipeline.core._parameters import PipelineParameter
from azureml.pipeline.core._step import PipelineStep


class ConfiguredStep(PipelineStep):
    """A step on a compute target; set up by `_configure` after `__init__`."""

    _compute_target: Any
    _runconfig: Any
    _runconfig_pipeline_params: Dict[str, Any]

    def _configure(
        self,
        compute_target: Any,
        runconfig: Any,
        runconfig_pipeline_params: Dict[str, Any] | None,
    ) -> None:
        self._compute_target = compute_target
        self._runconfig = runconfig
        self._runconfig_pipeline_params = dict(runconfig_pipeline_params or {})

    def _compute(self) -> Any:
        """The target's name or the parameter that holds it; "" when nothing gives one."""
        target = self._compute_target
        if target is None and self._runconfig is not None:
            target = self._runconfig.target
            target = "" if target == "local" else target  # a run configuration's own default
        if target is None:
            return ""
        if isinstance(target, (str, PipelineParameter)):
            return target
        return str(target.name)

    def _setting_parameters(self) -> Dict[str, Any]:
        """By name the run configuration's settings that come from pipeline parameters."""
        found = dict(self._runconfig_pipeline_params)
        if self._runconfig is not None:
            settings = {
                "NodeCount": self._runconfig.node_count,
                "MpiProcessCountPerNode": self._runconfig.mpi.process_count_per_node,
                "TensorflowWorkerCount": self._runconfig.tensorflow.worker_count,
                "TensorflowParameterServerCount": self._runconfig.tensorflow.parameter_server_count,
            }
            for name, value in settings.items():
                if isinstance(value, PipelineParameter):
                    found.setdefault(name, value)
        return found

    def _environment_variables(self) -> Dict[str, Any]:
        return dict(self._runconfig.environment_variables) if self._runconfig else {}

    def _limits_wire(self) -> Dict[str, Any]:
        """The run configuration's time limit; nothing when there is none."""
        seconds = getattr(self._runconfig, "max_run_duration_seconds", None)
        return {"timeout_seconds": int(seconds)} if seconds else {}

    def _environment_wire(self) -> Dict[str, Any] | None:
        """The run configuration's environment as JSON, None for the default one."""
        if self._runconfig is None:
            return None
        wire: Dict[str, Any] | None = self._runconfig._environment_to_wire()
        return wire
