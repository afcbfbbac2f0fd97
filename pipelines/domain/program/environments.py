"""A step's `environment` -> a run configuration, and what the SDK makes of that."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pipelines.domain.program.python_text import Code, Raw, assign, call, listed, literal

Json = dict[str, Any]
SDK_PYTHON = "3.10.18"  # the version that a v1 program gets without asking
# Set as they are; the SDK sends those that are not empty.
DOCKER = ("enabled", "base_image", "base_dockerfile", "shm_size", "arguments", "gpu_support")
_PYTHON = re.compile(r"^python\s*([=<>!~].*)?$", re.IGNORECASE)
_NAME = re.compile(r"^(?:[\w.-]+::)?([A-Za-z0-9][\w.-]*)")


def run_configuration(name: str, asked: Mapping[str, Any]) -> tuple[list[str], Json | None]:
    """Lines that make the run configuration `name`, and the environment that the SDK sends."""
    lines = [assign(name, call("RunConfiguration"))]
    title, version = asked.get("name"), asked.get("version")
    title = title if isinstance(title, str) else None
    if title is not None:
        lines.append(assign(f"{name}.environment", call("Environment", literal(title))))
    if isinstance(version, str):
        lines.append(assign(f"{name}.environment.version", literal(version)))
    else:
        version = None
    python = asked.get("python")
    packages = None
    if isinstance(python, Mapping):
        more, packages = _packages(name, python)
        lines += more
    variables = asked.get("variables")
    texts = {str(k): str(v) for k, v in variables.items()} if isinstance(variables, Mapping) else {}
    if texts:
        lines.append(assign(f"{name}.environment.environment_variables", literal(texts)))
    more, docker, noted = _docker(name, asked.get("docker"))
    lines += more
    empty = packages is None and not docker and not texts
    if empty and not noted and not (title or "").startswith("AzureML-"):
        return lines, None
    if empty and not (title or "").startswith("AzureML-"):
        title = version = None
    return lines, {
        "name": title,
        "version": version,
        "python": packages,
        "docker": {**docker, **noted},
        "variables": texts,
    }


def _packages(name: str, python: Mapping[str, Any]) -> tuple[list[str], Json | None]:
    pip = _each_once(_texts(python.get("packages")))
    conda = [one for one in _each_once(_texts(python.get("conda_packages"))) if _counts(one)]
    channels = list(dict.fromkeys(_texts(python.get("channels"))))
    options = _texts(python.get("pip_options"))
    version = python.get("version")
    version = version if isinstance(version, str) and version else None
    dependencies = call(
        "CondaDependencies.create",
        pip_packages=_list(pip),
        conda_packages=_list(conda) if conda else None,
        python_version=literal(version) if version not in (None, SDK_PYTHON) else None,
    )
    at = f"{name}.environment.python.conda_dependencies"
    lines = [assign(at, dependencies)]
    if version == SDK_PYTHON:
        lines.append(f"{at}.{call('set_python_version', literal(version)).flat()}")
    for method, values in (("add_channel", channels), ("set_pip_option", options)):
        lines += [f"{at}.{call(method, literal(one)).flat()}" for one in values]
    asked = [one for one in pip if not _package_name(one).startswith("azureml")]
    if not (asked or conda or options or version):
        return lines, None
    more = {"pip_options": options} if options else {}
    return lines, {
        "version": version,
        "packages": pip,
        "conda_packages": conda,
        "channels": channels,
        **more,
    }


def _docker(name: str, given: Any) -> tuple[list[str], Json, Json]:
    """Lines; what the SDK sends of the environment's section and of the configuration's own."""
    section = given if isinstance(given, Mapping) else {}
    kept = {key: section[key] for key in DOCKER if section.get(key)}
    lines = [
        assign(f"{name}.environment.docker.{key}", literal(value)) for key, value in kept.items()
    ]
    noted: Json = {}
    if section.get("use_docker") is True:
        lines.append(f"{name}.docker.use_docker = True")
        noted["use_docker"] = True
    nodes = section.get("node_count")
    if isinstance(nodes, int) and not isinstance(nodes, bool) and nodes != 1:
        lines.append(f"{name}.node_count = {nodes}")
        noted["node_count"] = nodes
    return lines, kept, noted


def _list(values: list[str]) -> Code:
    return listed(literal(one) for one in values) if values else Raw("[]")


def _texts(values: Any) -> list[str]:
    return [one for one in values if isinstance(one, str)] if isinstance(values, list) else []


def _each_once(packages: list[str]) -> list[str]:
    """As the SDK keeps them: the last version of a package, at the place of the first."""
    kept = {_package_name(one): one.strip() for one in packages if one.strip()}
    return list(kept.values())


def _package_name(package: str) -> str:
    found = _NAME.match(package.strip())
    return found.group(1).lower().replace("_", "-") if found else package.lower()


def _counts(package: str) -> bool:
    """Whether the SDK sends it as a conda package; Python and pip go their own ways."""
    return not _PYTHON.match(package) and _package_name(package) != "pip"
