"""How a step is to run, as values: environment, target, and settings kept for v1 programs."""

from __future__ import annotations

from typing import Any, NoReturn, Optional

from azureml._forebay.settings import Settings
from azureml._forebay.unsupported import later, not_supported
from azureml.core.compute import ComputeTarget
from azureml.core.compute_target import AbstractComputeTarget
from azureml.core.conda_dependencies import CondaDependencies
from azureml.core.container_registry import ContainerRegistry
from azureml.core.environment import (
    DEFAULT_CPU_IMAGE,
    DEFAULT_GPU_IMAGE,
    DockerSection,
    Environment,
    PythonSection,
    SparkSection,
)
from azureml.data.dataset_consumption_config import DatasetConsumptionConfig
from azureml.exceptions import RunConfigurationException, UserErrorException

__all__ = [
    "DEFAULT_CPU_IMAGE",
    "DEFAULT_GPU_IMAGE",
    "MPI_CPU_IMAGE",
    "MPI_GPU_IMAGE",
    "AbstractComputeTarget",
    "AmlComputeConfiguration",
    "ComputeTarget",
    "CondaDependencies",
    "ContainerRegistry",
    "DataReferenceConfiguration",
    "DatasetConsumptionConfig",
    "DockerConfiguration",
    "DockerSection",
    "EggLibrary",
    "Environment",
    "HistoryConfiguration",
    "JarLibrary",
    "MavenLibrary",
    "MpiConfiguration",
    "PyPiLibrary",
    "PyTorchConfiguration",
    "PythonSection",
    "RCranLibrary",
    "RunConfiguration",
    "RunConfigurationException",
    "SparkConfiguration",
    "SparkSection",
    "TensorflowConfiguration",
    "UserErrorException",
]

MPI_CPU_IMAGE = DEFAULT_CPU_IMAGE
MPI_GPU_IMAGE = DEFAULT_GPU_IMAGE

_DATABRICKS = "There are no Databricks steps yet; use PythonScriptStep."
EggLibrary = later("EggLibrary", _DATABRICKS, __name__)
JarLibrary = later("JarLibrary", _DATABRICKS, __name__)
MavenLibrary = later("MavenLibrary", _DATABRICKS, __name__)
PyPiLibrary = later("PyPiLibrary", _DATABRICKS, __name__)
RCranLibrary = later("RCranLibrary", _DATABRICKS, __name__)


class DockerConfiguration(Settings):
    """Whether and how to use a container: stored and shown, not used by this server."""

    def __init__(
        self,
        use_docker: bool = False,
        shared_volumes: bool = True,
        arguments: Optional[list[str]] = None,
        shm_size: Optional[str] = "2g",
    ) -> None:
        self.use_docker = use_docker
        self.shared_volumes = shared_volumes
        self.arguments = list(arguments or [])
        self.shm_size = shm_size


class MpiConfiguration(Settings):
    """How many processes on how many nodes."""

    def __init__(self, process_count_per_node: int = 1, node_count: int = 1) -> None:
        self.process_count_per_node = process_count_per_node
        self.node_count = node_count


class PyTorchConfiguration(Settings):
    """How PyTorch's processes find each other."""

    def __init__(
        self,
        communication_backend: str = "Nccl",
        process_count: Optional[int] = None,
        node_count: int = 1,
    ) -> None:
        self.communication_backend = communication_backend
        self.process_count = process_count
        self.node_count = node_count


class TensorflowConfiguration(Settings):
    """How many workers and parameter servers."""

    def __init__(self, worker_count: int = 1, parameter_server_count: int = 1) -> None:
        self.worker_count = worker_count
        self.parameter_server_count = parameter_server_count


class AmlComputeConfiguration(Settings):
    """A cluster for one run: not made by this server."""

    def __init__(self) -> None:
        self.vm_size: Optional[str] = None
        self.vm_priority: Optional[str] = None
        self.retain_cluster = False
        self.cluster_max_node_count = 1


class HistoryConfiguration(Settings):
    """What is kept of a run. Here everything is, always."""

    def __init__(self) -> None:
        self.output_collection = True
        self.snapshot_project = True
        self.directories_to_watch = ["logs"]


class SparkConfiguration(Settings):
    """Settings of Spark: kept as a value."""

    def __init__(self) -> None:
        self.configuration: dict[str, str] = {}


class DataReferenceConfiguration(Settings):
    """A data reference as ``RunConfiguration.data_references`` has it."""

    def __init__(
        self,
        datastore_name: Optional[str] = None,
        mode: str = "mount",
        path_on_datastore: Optional[str] = None,
        path_on_compute: Optional[str] = None,
        overwrite: bool = False,
    ) -> None:
        self.data_store_name = datastore_name
        self.mode = mode
        self.path_on_data_store = path_on_datastore
        self.path_on_compute = path_on_compute
        self.overwrite = overwrite


class RunConfiguration(Settings):
    """Environment and target of a step; steps that share one share both."""

    def __init__(
        self,
        script: Optional[str] = None,
        arguments: Optional[list[Any]] = None,
        framework: Optional[str] = None,
        communicator: Optional[str] = None,
        conda_dependencies: Optional[CondaDependencies] = None,
        _history_enabled: Optional[bool] = None,
        _path: Optional[str] = None,
        _name: Optional[str] = None,
        command: Any = None,
    ) -> None:
        self.script = script
        self.arguments: list[Any] = list(arguments or [])
        self.framework = framework or "Python"
        self.communicator = communicator or "None"
        self.command = command
        self.node_count = 1
        self.priority: Optional[int] = None
        self.max_run_duration_seconds: Optional[int] = None
        self.credential_passthrough = False
        self.environment: Optional[Environment] = Environment(None)
        self.docker = DockerConfiguration()
        self.mpi = MpiConfiguration()
        self.pytorch = PyTorchConfiguration()
        self.tensorflow = TensorflowConfiguration()
        self.spark = SparkConfiguration()
        self.history = HistoryConfiguration()
        self.amlcompute = AmlComputeConfiguration()
        self.source_directory_data_store: Optional[str] = None
        self.data: dict[str, Any] = {}
        self.data_references: dict[str, Any] = {}
        self.output_data: dict[str, Any] = {}
        self.datacaches: list[Any] = []
        self.services: dict[str, Any] = {}
        self.auto_prepare_environment = True
        self._target: Any = "local"
        if conda_dependencies is not None:
            assert self.environment is not None
            self.environment.python.conda_dependencies = conda_dependencies

    @property
    def target(self) -> Any:
        """The compute target's name, or a pipeline parameter; ``local`` if none was set."""
        return self._target

    @target.setter
    def target(self, value: Any) -> None:
        is_parameter = hasattr(value, "default_value")
        self._target = value if is_parameter else str(getattr(value, "name", value) or "local")

    @property
    def environment_variables(self) -> dict[str, str]:
        """Those of the environment."""
        return self.environment.environment_variables if self.environment else {}

    @environment_variables.setter
    def environment_variables(self, value: Optional[dict[str, str]]) -> None:
        if self.environment is None:
            self.environment = Environment(None)
        self.environment.environment_variables = value or {}

    def save(
        self,
        path: Optional[str] = None,
        name: Optional[str] = None,
        separate_environment_yaml: bool = False,
    ) -> NoReturn:
        """Not there yet."""
        not_supported("RunConfiguration.save", "Make the run configuration in the program.")

    @staticmethod
    def load(path: str, name: Optional[str] = None) -> NoReturn:
        """Not there yet."""
        not_supported("RunConfiguration.load", "Make the run configuration in the program.")

    @staticmethod
    def delete(path: str, name: str) -> NoReturn:
        """Not there yet."""
        not_supported("RunConfiguration.delete", "Make the run configuration in the program.")

    def _environment_to_wire(self) -> Optional[dict[str, Any]]:
        """As ``environment`` of a node; None for the server's default.

        What is accepted and not applied travels under ``docker`` so that the run shows it.
        """
        wire = self.environment._to_wire() if self.environment else None
        noted: dict[str, Any] = {}
        if self.docker.use_docker:
            noted["use_docker"] = True
        if isinstance(self.node_count, int) and self.node_count != 1:
            noted["node_count"] = self.node_count
        if noted:
            wire = wire or {
                "name": None,
                "version": None,
                "python": None,
                "docker": {},
                "variables": {},
            }
            wire["docker"] = {**wire["docker"], **noted}
        return wire
