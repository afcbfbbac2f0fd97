"""Checks of a submit's body outside the graph: experiment, tags, switches."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pipelines.domain.control import read_retry, seconds_fault
from workspaces.domain.errors import Problem

EXPERIMENT_LIMIT = 255
TEXT_LIMIT = 10_000
SOURCES = ("SDK", "Designer", "Studio", "REST", "Schedule")
CONTROL = re.compile(r"[\x00-\x1f\x7f/\\?#%]")


def experiment_problem(name: Any) -> str:
    """Why this can't name an experiment, or an empty text."""
    if not isinstance(name, str) or not name.strip():
        return "The experiment needs a name."
    if len(name) > EXPERIMENT_LIMIT:
        return f"The experiment's name has {len(name)} characters; {EXPERIMENT_LIMIT} fit."
    if name.strip() in (".", ".."):  # no browser would open its page
        return f"An experiment can't be named {name.strip()!r}."
    if found := CONTROL.search(name):
        return f"The experiment's name can't hold {found.group()!r}."
    return ""


def check_body(body: Any, *, need_experiment: bool) -> list[Problem]:
    """Problems of everything but the graph and the parameters' values."""
    if not isinstance(body, Mapping):
        return [Problem("The body must be a JSON object.", "")]
    problems: list[Problem] = []
    named = need_experiment or body.get("experiment") is not None
    if named and (wrong := experiment_problem(body.get("experiment"))):
        problems.append(Problem(wrong, "experiment"))
    for name in ("tags", "properties"):
        problems += check_texts(body.get(name), name)
    if not isinstance(body.get("parameters") or {}, dict):
        problems.append(Problem("parameters must be an object of names and values.", "parameters"))
    description = body.get("description")
    if description is not None and not isinstance(description, str):
        problems.append(Problem("description must be a text.", "description"))
    elif description and len(description) > TEXT_LIMIT:
        problems.append(Problem(f"description is longer than {TEXT_LIMIT}.", "description"))
    for name in ("regenerate_outputs", "continue_on_step_failure"):
        if not isinstance(body.get(name, False), bool):
            problems.append(Problem(f"{name} must be true or false.", name))
    if body.get("source") is not None and body["source"] not in SOURCES:
        problems.append(Problem(f"source must be one of {', '.join(SOURCES)}.", "source"))
    return problems + _check_control(body)


def _check_control(body: Mapping[str, Any]) -> list[Problem]:
    problems = [Problem(message, field) for field, message in read_retry(body.get("retry"))[1]]
    if fault := seconds_fault(body.get("timeout_seconds"), "timeout_seconds"):
        problems.append(Problem(fault, "timeout_seconds"))
    forced = body.get("force_nodes")
    if forced is not None and (
        not isinstance(forced, list) or not all(isinstance(one, str) for one in forced)
    ):
        problems.append(Problem("force_nodes must be a list of node ids.", "force_nodes"))
    for name in ("resume_from", "rerun_from_node"):
        if body.get(name) is not None and not isinstance(body[name], str):
            problems.append(Problem(f"{name} must be a text or null.", name))
    if body.get("rerun_from_node") is not None and body.get("resume_from") is None:
        problems.append(Problem("rerun_from_node needs resume_from.", "rerun_from_node"))
    return problems


def check_texts(value: Any, name: str) -> list[Problem]:
    """Tags and properties: an object of texts."""
    if value is None:
        return []
    if not isinstance(value, dict):
        return [Problem(f"{name} must be an object of texts.", name)]
    return [
        Problem(f"{name}.{key} must be a text of at most {TEXT_LIMIT} characters.", f"{name}.{key}")
        for key, item in value.items()
        if not isinstance(item, str) or len(item) > TEXT_LIMIT
    ]
