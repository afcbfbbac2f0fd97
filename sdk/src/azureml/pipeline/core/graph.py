"""Values in a pipeline's graph, under the names v1 programs import from here."""

from __future__ import annotations

from azureml._forebay.unsupported import later
from azureml.data.data_reference import DataReference
from azureml.data.datapath import DataPath, DataPathComputeBinding
from azureml.data.dataset_consumption_config import DatasetConsumptionConfig
from azureml.pipeline.core._parameters import PipelineParameter
from azureml.pipeline.core._port_data import PortDataReference
from azureml.pipeline.core._port_defs import InputPortDef, OutputPortDef, ParamDef
from azureml.pipeline.core._ports import InputPortBinding, OutputPortBinding
from azureml.pipeline.core._published import PublishedPipeline
from azureml.pipeline.core.module import Module
from azureml.pipeline.core.pipeline_output_dataset import PipelineOutputAbstractDataset
from azureml.pipeline.core.run import PipelineRun

__all__ = [
    "DataPath",
    "DataPathComputeBinding",
    "DataReference",
    "DatasetConsumptionConfig",
    "Graph",
    "InputPortBinding",
    "InputPortDef",
    "Module",
    "OutputPortBinding",
    "OutputPortDef",
    "ParamDef",
    "PipelineDataset",
    "PipelineOutputAbstractDataset",
    "PipelineParameter",
    "PipelineRun",
    "PortDataReference",
    "PublishedPipeline",
    "TrainingOutput",
]

Graph = later("Graph", "PipelineRun.get_graph() gives a run's graph as JSON.", __name__)
TrainingOutput = later("TrainingOutput", "Write the file in a PythonScriptStep.", __name__)
PipelineDataset = later(
    "PipelineDataset", "Use dataset.as_named_input(name) as the step's input.", __name__
)
