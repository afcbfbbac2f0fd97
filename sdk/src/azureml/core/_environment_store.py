"""Registered environments: what is sent, what comes back, as values of the program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from azureml._forebay.errors import Invalid, NotFound
from azureml.core.conda_dependencies import CondaDependencies
from azureml.exceptions import UserErrorException

if TYPE_CHECKING:
    from azureml.core.environment import Environment
    from azureml.core.workspace import Workspace

CURATED = "AzureML-"


def to_definition(environment: Environment) -> dict[str, Any]:
    """All that is kept of it; names and numbers are the server's."""
    docker = environment.docker._to_wire() if environment.docker else {}
    variables = environment.environment_variables.items()
    definition: dict[str, Any] = {
        "python": environment.python._to_wire() if environment.python else None,
        "docker": docker,
        "variables": {str(key): str(value) for key, value in variables},
        "user_managed": bool(environment.python and environment.python.user_managed_dependencies),
    }
    return {part: value for part, value in definition.items() if value}


def fill_environment(made: Environment, answer: dict[str, Any]) -> Environment:
    """Give an empty environment what the server knows."""
    definition = answer.get("definition") or {}
    made.version = answer.get("version")
    made.asset_id = answer.get("id")
    made.environment_variables = definition.get("variables") or {}
    made.python.user_managed_dependencies = bool(definition.get("user_managed"))
    python = definition.get("python")
    if python:
        made.python.conda_dependencies = dependencies_from_wire(python)
    for name, value in (definition.get("docker") or {}).items():
        setattr(made.docker, name, value)
    return made


def dependencies_from_wire(python: dict[str, Any]) -> CondaDependencies:
    """Packages as they were before they travelled."""
    version: Optional[str] = python.get("version")
    conda = list(python.get("conda_packages") or [])
    pip = [*(python.get("pip_options") or []), *(python.get("packages") or [])]
    if version:
        conda.insert(0, f"python={version}")
    structure = {
        "channels": list(python.get("channels") or []),
        "dependencies": [*conda, {"pip": pip}],
    }
    made = CondaDependencies(_underlying_structure=structure)
    if not version:
        made._python_given = False
    return made


def register(workspace: Workspace, environment: Environment) -> dict[str, Any]:
    """The server's answer: the newest version if nothing in it changed, else a new one."""
    if not environment.name:
        raise UserErrorException("An environment needs a name to be registered: Environment(name).")
    body = {"name": environment.name, "definition": to_definition(environment)}
    try:
        answer: dict[str, Any] = workspace._transport.post_json(
            workspace._path("environments"), body, repeatable=True
        )
    except Invalid as error:
        raise UserErrorException(str(error)) from None
    return answer


def find(workspace: Workspace, name: str, version: Optional[str]) -> dict[str, Any]:
    """The server's answer for a name; `version` None is the newest."""
    query = {"version": str(version)} if version and not name.startswith(CURATED) else None
    try:
        answer: dict[str, Any] = workspace._transport.get_json(
            workspace._path("environments/{}", name), query
        )
    except NotFound as error:
        raise UserErrorException(str(error)) from None
    if answer.get("curated") and version:
        answer["version"] = str(version)
    return answer
