"""`PythonScriptStep`: a Python script with its folder, run on a compute target."""

from __future__ import annotations

from typing import Any, Dict, List, Sequence

from azureml.exceptions import UserErrorException
from azureml.pipeline.core._configured_step import ConfiguredStep


class PythonScriptStep(ConfiguredStep):
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
        self._configure(compute_target, runconfig, runconfig_pipeline_params)
        self._params = dict(params or {})
        self._source_directory = source_directory
        self._allow_reuse = bool(allow_reuse)
        self._version = None if version is None else str(version)
        self._hash_paths: List[str] | None = list(hash_paths) if hash_paths else None
