"""`ModuleStep`: a version of a `Module` as a step of a pipeline."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Sequence

from azureml.pipeline.core.module_step_base import ModuleStepBase

__all__ = ["ModuleStep", "ModuleStepBase"]


class ModuleStep(ModuleStepBase):
    """Runs a version of a module; the wires are named by the module's ports.

    The version is `module_version`; else `version` of `module`; else what the module resolves to:
    its default, else the highest where all are semantic versions, else the newest.

    :param inputs_map: data by the name of an input port: `PipelineData`, a dataset, a
        `DataReference`, a data parameter. Ports that are not optional must be there.
    :param outputs_map: `PipelineData` by the name of an output port. Ports that are left out are
        written to the port's datastore.
    :param compute_target: an object, a name or a `PipelineParameter` with a name; the run
        configuration's target when left out.
    :param runconfig: its environment, where it names packages, replaces the module's.
    :param runconfig_pipeline_params: as for `PythonScriptStep`.
    :param arguments: the command line, in place of the module's own: literals, `PipelineParameter`,
        and what is in `inputs_map` and `outputs_map`.
    :param params: values of the module's parameters; those left out keep their defaults. For a
        module that comes with the studio these are its settings.
    :param name: shown in the studio; the module's name when left out.

    Forebay's own: `step.allow_reuse = False` runs it each time.
    """

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
        super().__init__(
            module=module,
            version=version,
            module_version=module_version,
            inputs_map=inputs_map,
            outputs_map=outputs_map,
            compute_target=compute_target,
            runconfig=runconfig,
            runconfig_pipeline_params=runconfig_pipeline_params,
            arguments=arguments,
            params=params,
            name=name,
        )
