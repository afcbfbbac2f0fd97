"""What ports, parameters and variables may be called: they become names of files and variables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from compute.domain.environments import environment_faults

NAME_BYTES = 200  # of a port's name: a file system's 255, less what is put around it
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def port_name_fault(name: str) -> str | None:
    """Why this can't name an input or output, as the end of a sentence, or None.

    The name becomes a file's, and a part of the variable AZUREML_DATAREFERENCE_<name>.
    """
    if name in (".", "..") or "/" in name or "\\" in name:
        return "can't be the name of a file"
    if len(name.encode("utf-8", "replace")) > NAME_BYTES:
        return f"is longer than {NAME_BYTES} bytes"
    return variable_fault(name)


def variable_fault(name: str) -> str | None:
    """Why this can't name, or end the name of, an environment variable, or None."""
    if not name:
        return "is empty"
    if "=" in name:
        return "contains '='"
    return "contains a line feed or another control character" if _CONTROL.search(name) else None


def step_environment_faults(asked: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(field, sentence) for all that can't be used in a step's `environment`."""
    yield from environment_faults(asked)
    variables = asked.get("variables")
    if variables is None:
        return
    if not isinstance(variables, Mapping):
        yield "variables", "variables must be an object of names and texts."
        return
    for name, value in variables.items():
        if fault := variable_fault(name):
            yield f"variables.{name[:60]}", f"The environment variable {name[:60]!r} {fault}."
        if not isinstance(value, (str, int, float, bool)):
            yield f"variables.{name[:60]}", f"The value of {name[:60]} must be a text."
