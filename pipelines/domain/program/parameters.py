"""Pipeline parameters: what a program declares, and the values that it submits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.domain.parameters import coerce, fits
from pipelines.domain.program.canon import differences, parameter_of
from pipelines.domain.program.python_text import Code, assign, literal, mapped
from pipelines.domain.program.subject import Json
from pipelines.domain.program.work import Work

KNOWN = ("name", "type", "default")


def write_parameters(work: Work) -> tuple[list[str], list[Json]]:
    """Lines that make the parameters, and the parameters that the SDK sends."""
    lines: list[str] = []
    sent: list[Json] = []
    for name, one in work.parameters.items():
        kind = str(one["type"])
        default = coerce(kind, one.get("default"))
        given = None if default is None else work.value(kind, default)
        code = work.call(
            "PipelineParameter",
            literal(name),
            default_value=given or literal(None),
            type=literal(kind) if given is None else None,
        )
        lines.append(assign(work.variables[name], code))
        sent.append({"name": name, "type": kind, "default": sent_value(work, name, default)})
        for key in one:
            if key not in KNOWN:
                work.notes.append(f"Parameter '{name}': {key} is left out here.")
    return lines, sent


def submitted_values(work: Work) -> Code | None:
    """The values that differ from the defaults, as `pipeline_parameters`."""
    items: list[tuple[str, Code]] = []
    for name, value in work.subject.values.items():
        one = work.parameters.get(name)
        if one is None or value is None:
            continue
        kind = str(one["type"])
        value = coerce(kind, value)
        if not fits(kind, value):
            work.notes.append(f"Parameter '{name}': its value is not of type {kind}.")
        elif any(differences({"": value}, {"": coerce(kind, one.get("default"))})):
            sent_value(work, name, value)
            items.append((literal(name).flat(), work.value(kind, value)))
    return mapped(items) if items else None


def sent_value(work: Work, name: str, value: Any) -> Any:
    """A value as the SDK sends it: datasets by their id."""
    if not isinstance(value, Mapping) or "name" not in value:
        return value
    version = str(value.get("version", "latest"))
    if not version.isdecimal():
        work.notes.append(
            f"Parameter '{name}': the newest version of '{value['name']}' is chosen when the "
            "program runs, not at each later submit."
        )
    uid = work.around.dataset_ids.get((value["name"], version))
    return value if uid is None else {"dataset": uid}


def is_used(graph: Json, name: str) -> bool:
    """Whether a step refers to the parameter."""
    waiting: list[Any] = list(graph["nodes"])
    while waiting:
        one = waiting.pop()
        if isinstance(one, Mapping):
            if parameter_of(one) == name:
                return True
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return False
