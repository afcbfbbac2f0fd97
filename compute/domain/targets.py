"""What a compute target may be called and how large it may be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from workspaces.domain.errors import InvalidInput, Problem

NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,22}[A-Za-z0-9]")
MOST_NODES = 100
LEAST_MEMORY_MB = 32  # less, and no interpreter starts
PRIORITIES = ("dedicated", "lowpriority")
TEXT_FIELDS = {"vm_size": 60, "description": 10_000}


@dataclass(frozen=True)
class TargetSettings:
    """What can be chosen about a target, and changed later."""

    vm_size: str = "STANDARD_D2_V2"
    vm_priority: str = "dedicated"
    min_nodes: int = 0
    max_nodes: int = 4
    idle_seconds: int = 1800
    memory_limit_mb: int | None = None
    description: str = ""
    tags: Mapping[str, str] | None = None


# The body's fields -> ours.
FIELDS = {
    "vm_size": "vm_size",
    "vm_priority": "vm_priority",
    "min_nodes": "min_nodes",
    "max_nodes": "max_nodes",
    "idle_seconds_before_scaledown": "idle_seconds",
    "memory_limit_mb": "memory_limit_mb",
    "description": "description",
    "tags": "tags",
}


def check_name(name: object) -> str:
    """The name, or InvalidInput that says how one is spelt."""
    if isinstance(name, str) and NAME.fullmatch(name):
        return name
    raise InvalidInput.field(
        "name",
        "A compute target's name has 2 to 24 letters, digits or '-', starts with a letter and "
        f"ends with a letter or digit; {str(name)[:60]!r} does not.",
    )


def read_settings(body: Mapping[str, Any], current: TargetSettings) -> TargetSettings:
    """`current` with the fields of a request body; null means as it is (no limit, for memory).

    InvalidInput lists every wrong field.
    """
    problems = [
        Problem(f"A compute target has no field {field!r}.", field=field)
        for field in body
        if field not in FIELDS and field not in ("name", "kind", "paused")
    ]
    given = {FIELDS[f]: body[f] for f in FIELDS if body.get(f) is not None}
    if "memory_limit_mb" in body:  # the one field that null takes away
        given["memory_limit_mb"] = body["memory_limit_mb"]
    problems += _field_problems(body)
    if problems:
        raise InvalidInput.of(problems)
    if "tags" in given:
        given["tags"] = {str(key): str(value) for key, value in given["tags"].items()}
    if "vm_priority" in given:
        given["vm_priority"] = given["vm_priority"].lower()
    settings = replace(current, **given)
    if settings.min_nodes > settings.max_nodes:
        raise InvalidInput.field(
            "min_nodes",
            f"min_nodes ({settings.min_nodes}) must not be above max_nodes ({settings.max_nodes}).",
        )
    return settings


def _field_problems(body: Mapping[str, Any]) -> list[Problem]:
    problems = []

    def wrong(field: str, message: str) -> None:
        problems.append(Problem(f"'{field}' {message}.", field=field))

    ranges = {
        "min_nodes": (0, MOST_NODES),
        "max_nodes": (1, MOST_NODES),
        "idle_seconds_before_scaledown": (0, 2**31 - 1),
        "memory_limit_mb": (LEAST_MEMORY_MB, 2**31 - 1),
    }
    for field, (least, most) in ranges.items():
        value = body.get(field)
        whole = isinstance(value, int) and not isinstance(value, bool)
        if value is not None and not (whole and least <= value <= most):
            wrong(field, f"must be a whole number from {least} to {most}")
    for field, longest in TEXT_FIELDS.items():
        value = body.get(field)
        if value is not None and not (isinstance(value, str) and len(value) <= longest):
            wrong(field, f"must be a text of at most {longest} characters")
    priority = body.get("vm_priority")
    if priority is not None and str(priority).lower() not in PRIORITIES:
        wrong("vm_priority", f"must be one of {', '.join(PRIORITIES)}")
    if not isinstance(body.get("paused", False), bool):
        wrong("paused", "must be true or false")
    if body.get("tags") is not None and not isinstance(body["tags"], Mapping):
        wrong("tags", "must be an object of names and texts")
    return problems


@dataclass(frozen=True)
class NodeCounts:
    """A target's nodes: slots of this machine. Idle ones count down to `min_nodes`."""

    current: int
    target: int
    running: int
    idle: int
    queued: int

    def as_dict(self) -> dict[str, Any]:
        steady = self.current == self.target
        return {
            "allocation_state": "Steady" if steady else "Resizing",
            "current_node_count": self.current,
            "target_node_count": self.target,
            "running_node_count": self.running,
            "idle_node_count": self.idle,
            "preparing_node_count": 0,
            "leaving_node_count": 0,
            "unusable_node_count": 0,
            "preempted_node_count": 0,
            "queued_step_count": self.queued,
        }


def warm_now(nodes: int, busy_at: datetime | None, idle_seconds: int, now: datetime) -> int:
    """How many of the nodes in use until `busy_at` are still there."""
    if busy_at is None or now - busy_at >= timedelta(seconds=idle_seconds):
        return 0
    return nodes


def count_nodes(
    *, min_nodes: int, max_nodes: int, running: int, queued: int, warm: int = 0
) -> NodeCounts:
    """How many nodes there are and should be while these steps run and wait.

    `warm` nodes had work a moment ago and are there until the target's idle time is over.
    """
    current = max(min_nodes, running, min(warm, max_nodes))
    return NodeCounts(
        current=current,
        target=max(current, min(max_nodes, running + queued)),
        running=running,
        idle=current - running,
        queued=queued,
    )
