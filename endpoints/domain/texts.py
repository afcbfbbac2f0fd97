"""Names and texts of published pipelines and endpoints: what fits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from workspaces.domain.errors import Problem

NAME_LIMIT, VERSION_LIMIT, TEXT_LIMIT = 255, 100, 10_000
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
NOT_IN_EXPERIMENTS = re.compile(r"[\x00-\x1f\x7f/\\?#%]+")


def name_problem(name: Any, what: str) -> str:
    """Why this can't name `what`, or an empty text."""
    if not isinstance(name, str) or not name.strip():
        return f"The {what} needs a name."
    if len(name.strip()) > NAME_LIMIT:
        return f"The {what}'s name has {len(name.strip())} characters; {NAME_LIMIT} fit."
    if found := CONTROL.search(name):
        return f"The {what}'s name can't hold {found.group()!r}."
    return ""


def text_problems(body: Mapping[str, Any]) -> list[Problem]:
    """Problems of `description` and `version`, which may be left out or null."""
    problems = []
    for field, limit in (("description", TEXT_LIMIT), ("version", VERSION_LIMIT)):
        value = body.get(field)
        if value is not None and (not isinstance(value, str) or len(value) > limit):
            message = f"{field} must be a text of at most {limit} characters."
            problems.append(Problem(message, field))
    return problems


def unknown_fields(body: Mapping[str, Any], known: tuple[str, ...]) -> list[Problem]:
    """A problem for each field that nobody would read."""
    return [
        Problem(f"There is no field {str(name)!r} here; there are: {', '.join(known)}.", str(name))
        for name in body
        if name not in known
    ]


def experiment_for(name: str) -> str:
    """The experiment of a call that names none: called like what was called."""
    text = NOT_IN_EXPERIMENTS.sub("-", name).strip()
    return "pipeline" if text in ("", ".", "..") else text
