"""Pipelines: steps, the data between them, and their runs."""

from __future__ import annotations

from azureml.pipeline.core._parameters import PipelineParameter
from azureml.pipeline.core._pipeline_data import PipelineData
from azureml.pipeline.core._port_data import PortDataReference
from azureml.pipeline.core._ports import InputPortBinding, OutputPortBinding
from azureml.pipeline.core._step import PipelineStep, StepSequence
from azureml.pipeline.core.graph import PipelineDataset, PublishedPipeline, TrainingOutput
from azureml.pipeline.core.module import Module, ModuleVersion, ModuleVersionDescriptor
from azureml.pipeline.core.pipeline import Pipeline
from azureml.pipeline.core.pipeline_draft import PipelineDraft
from azureml.pipeline.core.pipeline_endpoint import PipelineEndpoint
from azureml.pipeline.core.run import PipelineRun, StepRun, StepRunOutput
from azureml.pipeline.core.schedule import Schedule, ScheduleRecurrence, TimeZone

__all__ = [
    "InputPortBinding",
    "Module",
    "ModuleVersion",
    "ModuleVersionDescriptor",
    "OutputPortBinding",
    "Pipeline",
    "PipelineData",
    "PipelineDataset",
    "PipelineDraft",
    "PipelineEndpoint",
    "PipelineParameter",
    "PipelineRun",
    "PipelineStep",
    "PortDataReference",
    "PublishedPipeline",
    "Schedule",
    "ScheduleRecurrence",
    "StepRun",
    "StepRunOutput",
    "StepSequence",
    "TimeZone",
    "TrainingOutput",
]
