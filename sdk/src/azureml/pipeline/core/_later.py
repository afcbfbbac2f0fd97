"""Names of v1 that pipelines programs import and that a later release fills.

Importing them works, so that a program which does not use them runs. Using one raises
`NotSupportedError` with the alternative.
"""

from __future__ import annotations

from typing import NoReturn

from azureml._forebay.unsupported import later, not_supported


def publish_later(what: str) -> NoReturn:
    """The one answer to every way of publishing."""
    not_supported(what, "Submit the pipeline with Experiment.submit(pipeline) instead.")


_SUBMIT = "Submit the pipeline with Experiment.submit(pipeline) instead."
_STEP = "Use PythonScriptStep instead."

PublishedPipeline = later("PublishedPipeline", _SUBMIT, __name__)
PipelineEndpoint = later("PipelineEndpoint", _SUBMIT, __name__)
PipelineDraft = later("PipelineDraft", _SUBMIT, __name__)
Schedule = later("Schedule", "Submit the pipeline from cron for now.", __name__)
ScheduleRecurrence = later("ScheduleRecurrence", "Submit from cron for now.", __name__)
TimeZone = later("TimeZone", "Submit from cron for now.", __name__)
Module = later("Module", _STEP, __name__)
ModuleVersion = later("ModuleVersion", _STEP, __name__)
ModuleVersionDescriptor = later("ModuleVersionDescriptor", _STEP, __name__)
TrainingOutput = later("TrainingOutput", "Write the file in a PythonScriptStep.", __name__)
PipelineDataset = later(
    "PipelineDataset", "Use dataset.as_named_input(name) as the step's input.", __name__
)
