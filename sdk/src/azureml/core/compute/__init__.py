"""Compute targets."""

from __future__ import annotations

from azureml._forebay.unsupported import later
from azureml.core.compute.amlcompute import AmlCompute
from azureml.core.compute.compute import ComputeTarget
from azureml.exceptions import ComputeTargetException

_INSTEAD = "Use AmlCompute, which runs steps on the server."
AdlaCompute = later("AdlaCompute", _INSTEAD, __name__)
AksCompute = later("AksCompute", _INSTEAD, __name__)
BatchAiCompute = later("BatchAiCompute", _INSTEAD, __name__)
BatchCompute = later("BatchCompute", _INSTEAD, __name__)
ComputeInstance = later("ComputeInstance", _INSTEAD, __name__)
DataFactoryCompute = later("DataFactoryCompute", _INSTEAD, __name__)
DatabricksCompute = later("DatabricksCompute", _INSTEAD, __name__)
DsvmCompute = later("DsvmCompute", _INSTEAD, __name__)
HDInsightCompute = later("HDInsightCompute", _INSTEAD, __name__)
KubernetesCompute = later("KubernetesCompute", _INSTEAD, __name__)
KustoCompute = later("KustoCompute", _INSTEAD, __name__)
RemoteCompute = later("RemoteCompute", _INSTEAD, __name__)
SynapseCompute = later("SynapseCompute", _INSTEAD, __name__)

__all__ = [
    "AdlaCompute",
    "AksCompute",
    "AmlCompute",
    "BatchCompute",
    "ComputeInstance",
    "ComputeTarget",
    "ComputeTargetException",
    "DataFactoryCompute",
    "DatabricksCompute",
    "DsvmCompute",
    "HDInsightCompute",
    "KubernetesCompute",
    "KustoCompute",
    "RemoteCompute",
    "SynapseCompute",
]
