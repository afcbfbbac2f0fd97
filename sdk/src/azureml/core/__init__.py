"""The names that nearly every v1 program begins with."""

from __future__ import annotations

from azureml._forebay.unsupported import later
from azureml.core.compute.compute import ComputeTarget
from azureml.core.compute_target import (
    attach_legacy_compute_target,
    is_compute_target_prepared,
    prepare_compute_target,
    remove_legacy_compute_target,
)
from azureml.core.container_registry import ContainerRegistry
from azureml.core.dataset import Dataset
from azureml.core.datastore import Datastore
from azureml.core.environment import Environment
from azureml.core.experiment import Experiment
from azureml.core.keyvault import Keyvault
from azureml.core.model import Model
from azureml.core.run import Run, get_run
from azureml.core.runconfig import RunConfiguration
from azureml.core.script_run import ScriptRun
from azureml.core.script_run_config import ScriptRunConfig
from azureml.core.webservice import Webservice
from azureml.core.workspace import Workspace

VERSION = "1.61.0"  # the release of v1 whose names these are
__version__ = VERSION

Image = later("Image", "Forebay builds no images.", __name__)
LinkedService = later("LinkedService", "There is no Synapse here.", __name__)
PrivateEndPoint = later("PrivateEndPoint", "Protect the server's own network.", __name__)
PrivateEndPointConfig = later(
    "PrivateEndPointConfig", "Protect the server's own network.", __name__
)
SynapseWorkspaceLinkedServiceConfiguration = later(
    "SynapseWorkspaceLinkedServiceConfiguration", "There is no Synapse here.", __name__
)
diagnostic_log = later("diagnostic_log", "Use Python's logging.", __name__)

__all__ = [
    "VERSION",
    "ComputeTarget",
    "ContainerRegistry",
    "Dataset",
    "Datastore",
    "Environment",
    "Experiment",
    "Image",
    "Keyvault",
    "LinkedService",
    "Model",
    "PrivateEndPoint",
    "PrivateEndPointConfig",
    "Run",
    "RunConfiguration",
    "ScriptRun",
    "ScriptRunConfig",
    "SynapseWorkspaceLinkedServiceConfiguration",
    "Webservice",
    "Workspace",
    "attach_legacy_compute_target",
    "diagnostic_log",
    "get_run",
    "is_compute_target_prepared",
    "prepare_compute_target",
    "remove_legacy_compute_target",
]
