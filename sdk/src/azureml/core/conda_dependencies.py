"""Which packages a step's environment has, as a conda specification."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Optional, Union

from azureml._forebay.unsupported import without
from azureml._forebay.yaml_subset import read_yaml, write_yaml
from azureml.exceptions import UserErrorException

__all__ = [
    "CONDA_FILE_NAME",
    "PYTHON_DEFAULT_VERSION",
    "CondaDependencies",
    "UserErrorException",
]

CONDA_FILE_NAME = "auto_conda_dependencies.yml"
PYTHON_DEFAULT_VERSION = "3.10.18"
_PYTHON = re.compile(r"^python\s*(?P<version>[=<>!~].*)?$", re.IGNORECASE)
_ANOTHER_FILE = re.compile(r"^(?:-r|--requirement)[\s=]\s*(\S.*)$")
_NAME = re.compile(r"^(?:[\w.-]+::)?([A-Za-z0-9][\w.-]*)")


@without(
    "add_cntk_package",
    "add_tensorflow_conda_package",
    "add_tensorflow_pip_package",
    "sdk_origin_url",
    instead="Use add_pip_package.",
)
class CondaDependencies:
    """Packages from conda and pip. A Forebay server installs both with pip where it can.

    Without a file: the default Python and ``azureml-defaults``, which stands for the server's
    default environment.
    """

    DEFAULT_NUMBER_OF_CONDA_PACKAGES = 0
    DEFAULT_NUMBER_OF_PIP_PACKAGES = 0

    def __init__(
        self,
        conda_dependencies_file_path: Optional[Union[str, Path]] = None,
        _underlying_structure: Optional[dict[str, Any]] = None,
    ) -> None:
        self._name = "project_environment"
        self._channels: list[str] = []
        self._conda: list[str] = []
        self._pip: list[str] = []
        self._pip_options: list[str] = []
        # Whether the program asked for a Python version, or the one here is v1's default.
        self._python_given = True
        if _underlying_structure is not None:
            self._read(_underlying_structure, "the conda specification")
        elif conda_dependencies_file_path:
            path = Path(conda_dependencies_file_path)
            if not path.is_file():
                raise UserErrorException(f"The conda specification {path} does not exist.")
            self._read(read_yaml(path.read_text("utf-8-sig"), str(path)), str(path))
        else:
            self._set_default_python()
            self._pip.append("azureml-defaults")

    @staticmethod
    def create(
        pip_indexurl: Optional[str] = None,
        pip_packages: Optional[Iterable[str]] = None,
        conda_packages: Optional[Iterable[str]] = None,
        python_version: str = PYTHON_DEFAULT_VERSION,
        pin_sdk_version: bool = True,
    ) -> CondaDependencies:
        """Of the given packages. ``azureml-*`` among them stand for this SDK, always there."""
        made = CondaDependencies()
        if python_version != PYTHON_DEFAULT_VERSION:
            made.set_python_version(python_version)
        if pip_packages is not None:
            made._pip = []
        for package in _listed("pip_packages", pip_packages):
            made.add_pip_package(package)
        for package in _listed("conda_packages", conda_packages):
            made.add_conda_package(package)
        if pip_indexurl:
            made.set_pip_index_url(pip_indexurl)
        return made

    @staticmethod
    def merge_requirements(requirements: Iterable[str]) -> list[str]:
        """Requirements with those of one package joined into one."""
        merged: dict[str, str] = {}
        for requirement in requirements:
            name = _package_name(requirement)
            version = requirement[len(name) :]
            merged[name] = (
                f"{merged[name]},{version}"
                if merged.get(name) and version
                else (merged.get(name) or version)
            )
        return [f"{name}{version}".strip(",") for name, version in merged.items()]

    # -- reading -------------------------------------------------------------------------------

    @property
    def conda_channels(self) -> Iterator[str]:
        """The channels, in order."""
        return iter(list(self._channels))

    @property
    def conda_packages(self) -> Iterator[str]:
        """What comes from conda, Python among it."""
        return iter(list(self._conda))

    @property
    def pip_packages(self) -> Iterator[str]:
        """What comes from pip."""
        return iter(list(self._pip))

    @property
    def pip_options(self) -> Iterator[str]:
        """Options for pip, such as ``--index-url …``."""
        return iter(list(self._pip_options))

    def get_python_version(self) -> Optional[str]:
        """The version of Python asked for, as it was written; None if none was."""
        for package in self._conda:
            found = _PYTHON.match(package)
            if found:
                version = (found.group("version") or "").strip()
                return version.lstrip("= ") if version.startswith("=") else version or None
        return None

    def get_default_number_of_packages(self) -> int:
        """How many packages an empty one has."""
        return self.DEFAULT_NUMBER_OF_CONDA_PACKAGES + self.DEFAULT_NUMBER_OF_PIP_PACKAGES

    def as_dict(self) -> dict[str, Any]:
        """The conda specification."""
        dependencies: list[Any] = list(self._conda)
        if self._pip or self._pip_options:
            dependencies.append({"pip": [*self._pip_options, *self._pip]})
        structure: dict[str, Any] = {"name": self._name, "dependencies": dependencies}
        if self._channels:
            structure["channels"] = list(self._channels)
        return structure

    def serialize_to_string(self) -> str:
        """The conda specification as YAML."""
        return write_yaml(self.as_dict())

    def save(self, path: Optional[Union[str, Path]] = None) -> str:
        """Write the specification to a file. Its path."""
        target = Path(path) if path else Path(CONDA_FILE_NAME)
        if target.is_dir():
            target = target / CONDA_FILE_NAME
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(self.serialize_to_string(), encoding="utf-8")
        return str(target)

    def save_to_file(
        self, base_directory: Union[str, Path], conda_file_path: Optional[str] = None
    ) -> str:
        """Write the specification below a folder. The path within it."""
        relative = conda_file_path or CONDA_FILE_NAME
        self.save(Path(base_directory) / relative)
        return relative

    # -- changing ------------------------------------------------------------------------------

    def add_channel(self, channel: str) -> None:
        """Look there for conda packages too."""
        if channel not in self._channels:
            self._channels.append(channel)

    def remove_channel(self, channel: str) -> None:
        """Do not look there."""
        self._channels = [one for one in self._channels if one != channel]

    def add_conda_package(self, conda_package: str) -> None:
        """Add it, instead of another version of the same package."""
        if _PYTHON.match(conda_package):
            self._python_given = True
        _put(self._conda, conda_package)

    def remove_conda_package(self, conda_package: str) -> None:
        """Remove a package, in any version."""
        _drop(self._conda, conda_package)

    def add_pip_package(self, pip_package: str) -> None:
        """Add it, instead of another version of the same package."""
        _put(self._pip, pip_package)

    def remove_pip_package(self, pip_package: str) -> None:
        """Remove a package, in any version."""
        _drop(self._pip, pip_package)

    def set_pip_requirements(self, pip_requirements: Iterable[str]) -> None:
        """Replace all that comes from pip."""
        self._pip = []
        for requirement in pip_requirements:
            self.add_pip_package(requirement)

    def set_pip_option(self, pip_option: str) -> None:
        """Add an option for pip, instead of another value of the same."""
        self.remove_pip_option(pip_option)
        self._pip_options.append(pip_option)

    def remove_pip_option(self, pip_option: str) -> None:
        """Remove an option, with any value."""
        name = re.split(r"[ =]", pip_option)[0]
        self._pip_options = [one for one in self._pip_options if re.split(r"[ =]", one)[0] != name]

    def set_pip_index_url(self, index_url: str) -> None:
        """Take pip packages from there; ``--index-url URL`` or the URL alone."""
        option = index_url if index_url.startswith("-") else f"--index-url {index_url}"
        self.set_pip_option(option)

    def set_python_version(self, version: str) -> None:
        """Ask for a version of Python, such as ``3.11``."""
        text = str(version)
        self.add_conda_package(f"python{text}" if text[:1] in "=<>!~" else f"python={text}")

    # -- for the rest of the SDK ---------------------------------------------------------------

    def _set_default_python(self) -> None:
        self._conda.insert(0, f"python={PYTHON_DEFAULT_VERSION}")
        self._python_given = False

    def _read(self, structure: Any, source: str) -> None:
        if not isinstance(structure, dict):
            raise UserErrorException(f"{source} has no mapping with 'dependencies' at its top.")
        self._name = str(structure.get("name") or self._name)
        self._channels = [str(one) for one in structure.get("channels") or []]
        for entry in structure.get("dependencies") or []:
            if not isinstance(entry, dict):
                self._conda.append(str(entry).strip())
                continue
            for line in entry.get("pip") or []:
                text = str(line).strip()
                self._take_pip_line(text, os.path.dirname(source))
        if not any(_PYTHON.match(package) for package in self._conda):
            self._set_default_python()

    def _take_pip_line(self, line: str, folder: str) -> None:
        if line.startswith(("-r ", "--requirement ")):
            path = Path(folder) / line.split(None, 1)[1]
            for inner in read_requirements(path):
                self._take_pip_line(inner, str(path.parent))
        elif line.startswith("-"):
            self._pip_options.append(line)
        else:
            self._pip.append(line)

    def _to_wire(self) -> Optional[dict[str, Any]]:
        """As ``python`` of an environment in a graph; None if nothing special is asked."""
        conda = [one for one in self._conda if not _PYTHON.match(one) and not _is_pip(one)]
        asked = [one for one in self._pip if not _package_name(one).startswith("azureml")]
        if not conda and not asked and not self._pip_options and not self._python_given:
            return None
        return {
            "version": self.get_python_version() if self._python_given else None,
            "packages": list(self._pip),
            "conda_packages": conda,
            "channels": list(self._channels),
            **({"pip_options": list(self._pip_options)} if self._pip_options else {}),
        }

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CondaDependencies):
            return NotImplemented
        return self.as_dict() == other.as_dict()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"CondaDependencies(conda={self._conda!r}, pip={self._pip!r})"


def read_requirements(path: Union[str, Path]) -> list[str]:
    """The lines of a ``requirements.txt`` without comments."""
    return [line for _, line in _numbered_lines(path)]


def read_packages(path: Union[str, Path], seen: tuple[Path, ...] = ()) -> list[str]:
    """The packages of a ``requirements.txt`` and of those it names with ``-r``.

    Any other option is refused with its line: which index is used is the studio's business.
    """
    path = Path(path)
    packages: list[str] = []
    for number, line in _numbered_lines(path):
        where = f"{path}, line {number}: {line!r}"
        found = _ANOTHER_FILE.match(line)
        if found and path.resolve() in seen:
            raise UserErrorException(f"{where} leads back to a file that is being read.")
        if found:
            packages += read_packages(path.parent / found.group(1), (*seen, path.resolve()))
        elif line.startswith("-"):
            raise UserErrorException(
                f"{where} is an option of pip. Leave it out: which index is used is set up on the "
                "studio's machine; a requirements file lists only packages."
            )
        else:
            packages.append(line.split(" --hash", 1)[0].strip())
    return packages


def _numbered_lines(path: Union[str, Path]) -> list[tuple[int, str]]:
    path = Path(path)
    if not path.is_file():
        raise UserErrorException(f"The requirements file {path} does not exist.")
    lines: list[tuple[int, str]] = []
    text, began = "", 0
    for number, raw in enumerate(path.read_text("utf-8-sig").splitlines(), 1):
        began = began if text else number
        if raw.endswith("\\"):
            text += raw[:-1] + " "
            continue
        line = re.sub(r"(^|\s)#.*$", "", text + raw).strip()
        text = ""
        if line:
            lines.append((began, line))
    if text.strip():
        lines.append((began, text.strip()))
    return lines


def _listed(name: str, packages: Optional[Iterable[str]]) -> list[str]:
    if isinstance(packages, str):
        raise UserErrorException(f"{name} must be a list of packages: [{packages!r}].")
    return [str(package) for package in packages or []]


def _package_name(package: str) -> str:
    found = _NAME.match(package.strip())
    return found.group(1).lower().replace("_", "-") if found else package.lower()


def _is_pip(package: str) -> bool:
    return _package_name(package) == "pip"


def _put(packages: list[str], package: str) -> None:
    if not isinstance(package, str) or not package.strip():
        raise UserErrorException(f"A package must be a text such as 'pandas==1.5.3': {package!r}.")
    name = _package_name(package)
    for index, one in enumerate(packages):
        if _package_name(one) == name:
            packages[index] = package.strip()
            return
    packages.append(package.strip())


def _drop(packages: list[str], package: str) -> None:
    name = _package_name(package)
    packages[:] = [one for one in packages if _package_name(one) != name]
