"""What pipelines are built of, under the names v1 programs import from here."""

from __future__ import annotations

from azureml.data.data_reference import DataReference
from azureml.data.dataset_consumption_config import DatasetConsumptionConfig
from azureml.pipeline.core._parameters import PipelineParameter
from azureml.pipeline.core._pipeline_data import PipelineData
from azureml.pipeline.core._port_data import PortDataReference
from azureml.pipeline.core._port_defs import ParamDef
from azureml.pipeline.core._ports import InputPortBinding, OutputPortBinding
from azureml.pipeline.core._step import PipelineStep, StepSequence
from azureml.pipeline.core.graph import PipelineDataset
from azureml.pipeline.core.pipeline_output_dataset import (
    PipelineOutputAbstractDataset,
    PipelineOutputFileDataset,
)

__all__ = [
    "DataReference",
    "DatasetConsumptionConfig",
    "InputPortBinding",
    "OutputPortBinding",
    "ParamDef",
    "PipelineData",
    "PipelineDataset",
    "PipelineOutputAbstractDataset",
    "PipelineOutputFileDataset",
    "PipelineParameter",
    "PipelineStep",
    "PortDataReference",
    "StepSequence",
]
