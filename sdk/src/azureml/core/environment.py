"""The environment a step runs in, as values. The server builds it from what is asked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Optional, Union

from azureml._forebay.settings import Settings
from azureml._forebay.unsupported import not_supported, without
from azureml.core import _environment_store
from azureml.core._conda_export import exported_dependencies
from azureml.core._environment_build import ImageBuildDetails, request_build
from azureml.core.conda_dependencies import (
    PYTHON_DEFAULT_VERSION,
    CondaDependencies,
    read_packages,
)
from azureml.core.container_registry import ContainerRegistry
from azureml.exceptions import AzureMLException, UserErrorException

if TYPE_CHECKING:
    from azureml.core.workspace import Workspace

__all__ = [
    "DEFAULT_CPU_IMAGE",
    "DEFAULT_GPU_IMAGE",
    "PYTHON_DEFAULT_VERSION",
    "AzureMLException",
    "CondaDependencies",
    "ContainerRegistry",
    "DockerSection",
    "Environment",
    "PythonSection",
    "RSection",
    "SparkSection",
    "UserErrorException",
]

# Names that programs pass around; a Forebay server stores and shows them, and runs no container.
DEFAULT_CPU_IMAGE = "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04"
DEFAULT_GPU_IMAGE = "mcr.microsoft.com/azureml/openmpi4.1.0-cuda11.8-cudnn8-ubuntu22.04"


class PythonSection(Settings):
    """Which Python and packages. With ``user_managed_dependencies`` nothing is installed."""

    def __init__(self, **kwargs: Any) -> None:
        self.interpreter_path = "python"
        self.user_managed_dependencies = False
        self.conda_dependencies: Optional[CondaDependencies] = CondaDependencies()
        self._conda_dependencies_file: Optional[str] = None

    @property
    def conda_dependencies_file(self) -> Optional[str]:
        """A conda specification to take the packages from."""
        return self._conda_dependencies_file

    @conda_dependencies_file.setter
    def conda_dependencies_file(self, value: Optional[str]) -> None:
        self._conda_dependencies_file = value
        if value:
            self.conda_dependencies = CondaDependencies(value)

    def _to_wire(self) -> Optional[dict[str, Any]]:
        if self.user_managed_dependencies or self.conda_dependencies is None:
            return None
        return self.conda_dependencies._to_wire()


class DockerSection(Settings):
    """The container asked for: stored with the run and shown, not used by this server."""

    def __init__(self, **kwargs: Any) -> None:
        self.enabled = False
        self.base_image: Optional[str] = DEFAULT_CPU_IMAGE
        self.base_dockerfile: Optional[str] = None
        self.build_context: Any = None
        self.base_image_registry = ContainerRegistry()
        self.platform: Any = None
        self.shared_volumes = True
        self.gpu_support = False
        self.shm_size: Optional[str] = None
        self.arguments: list[str] = []

    def _to_wire(self) -> dict[str, Any]:
        """What differs from the default, without credentials."""
        given: dict[str, Any] = {
            "enabled": self.enabled,
            "base_image": self.base_image if self.base_image != DEFAULT_CPU_IMAGE else None,
            "base_dockerfile": self.base_dockerfile,
            "shm_size": self.shm_size,
            "arguments": list(self.arguments or []),
            "gpu_support": self.gpu_support,
        }
        return {name: value for name, value in given.items() if value}


class SparkSection(Settings):
    """Settings for Spark: kept as values, not used by this server."""

    def __init__(self, **kwargs: Any) -> None:
        self.repositories: list[str] = []
        self.packages: list[Any] = []
        self.precache_packages = True


class RSection(Settings):
    """Settings for R: kept as values, not used by this server."""

    def __init__(self) -> None:
        self.r_version: Optional[str] = None
        self.user_managed = False
        self.rscript_path: Optional[str] = None
        self.snapshot_date: Optional[str] = None
        self.cran_packages: Any = None
        self.github_packages: Any = None
        self.custom_url_packages: Any = None
        self.bioconductor_packages: Any = None


@without(
    "add_private_pip_wheel",
    "label",
    instead="Name packages in python.conda_dependencies.",
)
class Environment(Settings):
    """A name with Python packages, environment variables, and settings kept for v1 programs."""

    def __init__(self, name: Optional[str], **kwargs: Any) -> None:
        self.name = name
        self.version: Optional[str] = None
        self.asset_id: Optional[str] = None
        self.python = PythonSection()
        self.docker = DockerSection()
        self.spark = SparkSection()
        self.r: Optional[RSection] = None
        self.databricks: Any = None
        self.inferencing_stack_version: Optional[str] = None
        self._environment_variables: dict[str, str] = {}

    @property
    def environment_variables(self) -> dict[str, str]:
        """Variables that the step sees."""
        return self._environment_variables

    @environment_variables.setter
    def environment_variables(self, value: Optional[dict[str, str]]) -> None:
        self._environment_variables = dict(value or {})

    # -- making one ----------------------------------------------------------------------------

    @staticmethod
    def from_conda_specification(name: str, file_path: Union[str, Path]) -> Environment:
        """Of the packages in a conda YAML file."""
        made = Environment(name)
        made.python.conda_dependencies = CondaDependencies(file_path)
        return made

    @staticmethod
    def from_pip_requirements(
        name: str, file_path: Union[str, Path], pip_version: Optional[str] = None
    ) -> Environment:
        """Of the packages in a ``requirements.txt``; other files it names with ``-r`` are read."""
        made = Environment(name)
        dependencies = CondaDependencies.create(pip_packages=read_packages(file_path))
        made.python.conda_dependencies = dependencies
        return made

    @staticmethod
    def from_docker_image(
        name: str,
        image: str,
        container_registry: Optional[ContainerRegistry] = None,
        conda_specification: Union[str, Path, None] = None,
        pip_requirements: Union[str, Path, None] = None,
    ) -> Environment:
        """Of an image's name and, if given, packages; the packages are what counts here."""
        if conda_specification:
            made = Environment.from_conda_specification(name, conda_specification)
        elif pip_requirements:
            made = Environment.from_pip_requirements(name, pip_requirements)
        else:
            made = Environment(name)
            made.python.user_managed_dependencies = True
        made.docker.base_image = image
        made.docker.enabled = True
        if container_registry is not None:
            made.docker.base_image_registry = container_registry
        return made

    @staticmethod
    def from_dockerfile(
        name: str,
        dockerfile: str,
        conda_specification: Union[str, Path, None] = None,
        pip_requirements: Union[str, Path, None] = None,
    ) -> Environment:
        """Of a Dockerfile's text or path and, if given, packages.

        The Dockerfile is stored and shown with the run as not applied: steps run without
        containers here, so the packages are what counts.
        """
        made = Environment.from_docker_image(
            name,
            DEFAULT_CPU_IMAGE,
            conda_specification=conda_specification,
            pip_requirements=pip_requirements,
        )
        made.docker.base_image = None
        made.docker.base_dockerfile = _text_of(dockerfile)
        return made

    @staticmethod
    def get(
        workspace: Workspace,
        name: str,
        version: Optional[str] = None,
        label: Optional[str] = None,
    ) -> Environment:
        """A registered environment, the newest version by default; or a curated one.

        What a name that begins with ``AzureML-`` means here is in the studio's mapping.
        """
        if label not in (None, "latest"):
            raise UserErrorException(
                f"Environments have no label {label!r} here: give a version, or label='latest'."
            )
        answer = _environment_store.find(workspace, name, version)
        return _environment_store.fill_environment(Environment(name), answer)

    @staticmethod
    def list(workspace: Workspace) -> dict[str, Environment]:
        """The newest version of every registered environment, and curated ones, by name."""
        answer = workspace._transport.get_json(workspace._path("environments"))
        return {
            item["name"]: _environment_store.fill_environment(Environment(item["name"]), item)
            for item in answer["items"]
        }

    def register(self, workspace: Workspace) -> Environment:
        """Store it under its name: a new version, or the newest one if nothing changed."""
        answer = _environment_store.register(workspace, self)
        made = self._copy()
        made.version, made.asset_id = answer.get("version"), answer.get("id")
        return made

    def clone(self, new_name: str) -> Environment:
        """A copy with another name."""
        copied = self._copy()
        copied.name = new_name
        copied.version = None
        return copied

    # -- building ------------------------------------------------------------------------------

    def build(
        self, workspace: Workspace, image_build_compute: Optional[str] = None
    ) -> ImageBuildDetails:
        """Have it built now, before a step needs it: a virtual environment on the server.

        ``image_build_compute`` counts for nothing: the server's runner builds.
        """
        return request_build(workspace, self)

    def build_local(
        self, workspace: Workspace, platform: Any = None, **kwargs: Any
    ) -> ImageBuildDetails:
        """As ``build``, to its end and with its output: environments are the server's here.

        ``useDocker`` and ``pushImageToWorkspaceAcr`` count for nothing, as there are no images.
        """
        details = self.build(workspace)
        details.wait_for_completion(show_output=True)
        return details

    def get_image_details(self, workspace: Workspace) -> NoReturn:
        """There are no images here."""
        not_supported(
            "Environment.get_image_details",
            "Steps run in virtual environments; environment.build(workspace).status says whether "
            "it is there.",
        )

    # -- not there yet -------------------------------------------------------------------------

    def save_to_directory(self, path: str, overwrite: bool = False) -> NoReturn:
        """Not there yet."""
        not_supported("Environment.save_to_directory", "Use python.conda_dependencies.save(path).")

    @staticmethod
    def load_from_directory(path: str) -> NoReturn:
        """Not there yet."""
        not_supported("Environment.load_from_directory", "Use from_conda_specification.")

    @staticmethod
    def from_docker_build_context(name: str, docker_build_context: Any) -> NoReturn:
        """This server builds no images."""
        not_supported("Environment.from_docker_build_context", "Use from_conda_specification.")

    @staticmethod
    def from_existing_conda_environment(name: str, conda_environment_name: str) -> Environment:
        """Of what is installed in a conda environment of this machine; asks the program conda."""
        made = Environment(name)
        made.python.conda_dependencies = exported_dependencies(conda_environment_name)
        return made

    # -- for the rest of the SDK ---------------------------------------------------------------

    def _to_wire(self) -> Optional[dict[str, Any]]:
        """As ``environment`` of a node; None for the server's default.

        ``python`` is None when no packages are asked: the default ones, or those that the
        server knows under the name.
        """
        python = self.python._to_wire() if self.python else None
        docker = self.docker._to_wire() if self.docker else {}
        variables = {str(key): str(value) for key, value in self._environment_variables.items()}
        named = bool(self.name and self.name.startswith("AzureML-"))
        if python is None and not docker and not variables and not named:
            return None
        return {
            "name": self.name,
            "version": self.version,
            "python": python,
            "docker": docker,
            "variables": variables,
        }


def _text_of(dockerfile: str) -> str:
    """A Dockerfile that was given as text or as a path."""
    text = str(dockerfile)
    if "\n" not in text and len(text) < 1000 and Path(text).is_file():
        return Path(text).read_text("utf-8-sig")
    return text
