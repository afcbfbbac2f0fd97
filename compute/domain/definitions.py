"""Registered environments: names, and what may stand in a definition."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from compute.domain.environments import environment_faults
from workspaces.domain.errors import InvalidInput, Problem

_NAME = re.compile(r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,254}\Z", re.ASCII)
RESERVED = ("azureml-", "microsoft")  # v1 kept these to itself; here the mapping speaks of them
MOST_BYTES = 256 * 1024
# What a definition holds; `name` and `version` are of the row.
PARTS = ("python", "docker", "variables", "user_managed")


def check_environment_name(name: object) -> str:
    """The name, or InvalidInput with what is wrong."""
    if not isinstance(name, str) or not _NAME.match(name):
        raise InvalidInput.field(
            "name",
            "An environment's name has 1 to 255 letters, digits, '.', '_' and '-', and begins "
            "with a letter or a digit.",
        )
    if name.lower().startswith(RESERVED):
        raise InvalidInput.field(
            "name",
            f"{name!r}: names that begin with AzureML- or Microsoft are kept for curated "
            "environments; give yours another name, as Environment.clone('my-name') does.",
        )
    return name


def check_definition(definition: object, *, size: int) -> dict[str, Any]:
    """The parts that count, or InvalidInput with every problem."""
    if not isinstance(definition, Mapping):
        raise InvalidInput.field("definition", "'definition' must be an object: {\"python\": {…}}.")
    if size > MOST_BYTES:
        raise InvalidInput.field("definition", f"A definition has at most {MOST_BYTES} bytes.")
    problems = [
        Problem(sentence, field=f"definition.{field}", code="invalid")
        for field, sentence in environment_faults(definition)
    ]
    for part in ("docker", "variables"):
        if not isinstance(definition.get(part) or {}, Mapping):
            problems.append(
                Problem(f"{part} must be an object.", field=f"definition.{part}", code="invalid")
            )
    unknown = sorted(set(definition) - {*PARTS, "name", "version"})
    if unknown:
        problems.append(
            Problem(
                f"definition has no {', '.join(map(repr, unknown))}; it may hold "
                f"{', '.join(PARTS)}.",
                field=f"definition.{unknown[0][:60]}",
                code="invalid",
            )
        )
    if problems:
        raise InvalidInput.of(problems)
    return {part: definition.get(part) for part in PARTS if definition.get(part)}


def as_asked(name: str, version: int, definition: Mapping[str, Any]) -> dict[str, Any]:
    """A registered environment as the node of a graph would ask for it."""
    return {
        "name": name,
        "version": str(version),
        "python": definition.get("python"),
        "docker": definition.get("docker") or {},
        "variables": definition.get("variables") or {},
    }
