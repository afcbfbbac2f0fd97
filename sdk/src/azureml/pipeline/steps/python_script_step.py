"""`PythonScriptStep`: a Python script with its folder, run on a compute target."""

from __future__ import annotations

from typing import Any, Dict, List, Sequence

from azureml.exceptions import UserErrorException
from azureml.pipeline.core._parameters import PipelineParameter
from azureml.pipeline.core._step import PipelineStep


class PythonScriptStep(PipelineStep):
    """Runs `script_name` out of `source_directory`, as `python script_name arguments…`.

    :param name: shown in the studio; the script's name when left out.
    :param arguments: literals, `PipelineParameter`, and the inputs and outputs of this step,
        each replaced by the value or path that the script needs.
    :param compute_target: an object, a name or a `PipelineParameter` with a name; the run
        configuration's target when left out.
    :param runconfig: its environment and its target are used.
    :param runconfig_pipeline_params: run configuration settings taken from parameters, such as
        `{"NodeCount": PipelineParameter(…)}`; kept and shown, not applied on local compute.
    :param params: values the script finds in `AML_PARAMETER_<name>`.
    :param source_directory: the pipeline's default, else the current folder, when left out.
    :param allow_reuse: whether an earlier run with the same parts may stand for this one.
    :param version: a mark of your own; another version is another step for reuse.
    :param hash_paths: files that count for reuse, instead of the whole folder.
    """

    step_type = "PythonScriptStep"

    def __init__(
        self,
        script_name: str,
        name: str | None = None,
        arguments: Sequence[Any] | None = None,
        compute_target: Any = None,
        runconfig: Any = None,
        runconfig_pipeline_params: Dict[str, Any] | None = None,
        inputs: Sequence[Any] | None = None,
        outputs: Sequence[Any] | None = None,
        params: Dict[str, Any] | None = None,
        source_directory: Any = None,
        allow_reuse: bool = True,
        version: str | None = None,
        hash_paths: Sequence[str] | None = None,
    ) -> None:
        if not isinstance(script_name, str) or not script_name:
            raise UserErrorException(
                "script_name of a PythonScriptStep must name a file of its source directory."
            )
        super().__init__(name or script_name, inputs, outputs, arguments)
        self._script_name = script_name
        self._compute_target = compute_target
        self._runconfig = runconfig
        self._runconfig_pipeline_params = dict(runconfig_pipeline_params or {})
        self._params = dict(params or {})
        self._source_directory = source_directory
        self._allow_reuse = bool(allow_reuse)
        self._version = None if version is None else str(version)
        self._hash_paths: List[str] | None = list(hash_paths) if hash_paths else None

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
