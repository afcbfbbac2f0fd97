"""The kinds of steps."""

from __future__ import annotations

from azureml._forebay.unsupported import later
from azureml.pipeline.steps.module_step import ModuleStep
from azureml.pipeline.steps.python_script_step import PythonScriptStep

__all__ = [
    "AdlaStep",
    "AutoMLStep",
    "AutoMLStepRun",
    "AzureBatchStep",
    "CommandStep",
    "DataTransferStep",
    "DatabricksStep",
    "EstimatorStep",
    "HyperDriveStep",
    "HyperDriveStepRun",
    "KustoStep",
    "ModuleStep",
    "MpiStep",
    "ParallelRunConfig",
    "ParallelRunStep",
    "PythonScriptStep",
    "RScriptStep",
    "SynapseSparkStep",
]

_INSTEAD = "Use PythonScriptStep instead."

AdlaStep = later("AdlaStep", _INSTEAD, __name__)
AutoMLStep = later("AutoMLStep", _INSTEAD, __name__)
AutoMLStepRun = later("AutoMLStepRun", _INSTEAD, __name__)
AzureBatchStep = later("AzureBatchStep", _INSTEAD, __name__)
CommandStep = later("CommandStep", _INSTEAD, __name__)
DataTransferStep = later("DataTransferStep", _INSTEAD, __name__)
DatabricksStep = later("DatabricksStep", _INSTEAD, __name__)
EstimatorStep = later("EstimatorStep", _INSTEAD, __name__)
HyperDriveStep = later("HyperDriveStep", _INSTEAD, __name__)
HyperDriveStepRun = later("HyperDriveStepRun", _INSTEAD, __name__)
KustoStep = later("KustoStep", _INSTEAD, __name__)
MpiStep = later("MpiStep", _INSTEAD, __name__)
ParallelRunConfig = later("ParallelRunConfig", _INSTEAD, __name__)
ParallelRunStep = later("ParallelRunStep", _INSTEAD, __name__)
RScriptStep = later("RScriptStep", _INSTEAD, __name__)
SynapseSparkStep = later("SynapseSparkStep", _INSTEAD, __name__)
