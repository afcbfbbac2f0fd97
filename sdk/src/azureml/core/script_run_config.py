"""`ScriptRunConfig`: a script to run by itself; not in this version."""

from __future__ import annotations

from typing import Any, NoReturn

from azureml._forebay.unsupported import not_supported, without


@without(properties="identity", instead="A ScriptRunConfig has none before it runs.")
class ScriptRunConfig:
    """A script with its folder and settings, as a value. It can't be submitted yet."""

    MAX_DURATION_SECONDS_DEFAULT = 30 * 24 * 60 * 60

    def __init__(
        self,
        source_directory: Any,
        script: str | None = None,
        arguments: Any = None,
        run_config: Any = None,
        _telemetry_values: Any = None,
        compute_target: Any = None,
        environment: Any = None,
        distributed_job_config: Any = None,
        resume_from: Any = None,
        max_run_duration_seconds: int = MAX_DURATION_SECONDS_DEFAULT,
        command: Any = None,
        docker_runtime_config: Any = None,
    ) -> None:
        self.source_directory = source_directory
        self.script = script
        self.arguments = list(arguments or [])
        self.run_config = run_config
        self.command = command
        self.max_run_duration_seconds = max_run_duration_seconds
        self._compute_target = compute_target
        self._environment = environment

    def __repr__(self) -> str:
        what = f"command={self.command!r}" if self.command else f"script={self.script!r}"
        return f"ScriptRunConfig(source_directory={str(self.source_directory)!r}, {what})"

    def _submit_to(self, experiment: Any, tags: Any, **kwargs: Any) -> NoReturn:
        not_supported(
            "Submitting a ScriptRunConfig",
            "Make a pipeline of one step: Pipeline(ws, [PythonScriptStep(script_name=…)]).",
        )
