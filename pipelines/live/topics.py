"""The names that sockets subscribe to: `runs`, `run:<uid>`, `log:<step uid>:<attempt>`,
`build:<key>`, `draft:<uid>`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipelines.live.tailer import RUN_KINDS, LiveEvent
from workspaces.domain.errors import InvalidInput


@dataclass(frozen=True)
class RunsTopic:
    """Starts, ends and changes of every run of the workspace."""

    workspace_id: int

    def wants(self, event: LiveEvent) -> bool:
        return event.workspace_id == self.workspace_id and event.kind in RUN_KINDS


@dataclass(frozen=True)
class RunTopic:
    """Everything about one run."""

    workspace_id: int
    run: str

    def wants(self, event: LiveEvent) -> bool:
        return event.run == self.run and event.workspace_id == self.workspace_id


@dataclass(frozen=True)
class LogTopic:
    """What one attempt of a step prints."""

    step: str
    attempt: int


@dataclass(frozen=True)
class BuildTopic:
    """What the build of an environment prints."""

    key: str


@dataclass(frozen=True)
class DraftTopic:
    """Who saves a draft, and who has it open."""

    draft: str


Topic = RunsTopic | RunTopic | LogTopic | BuildTopic | DraftTopic


def parse_topic(name: Any, workspace_id: int) -> Topic:
    """A topic's name as a topic. Raises InvalidInput with the forms that exist."""
    kind, _, rest = name.partition(":") if isinstance(name, str) else ("", "", "")
    if len(rest) <= 100:
        if kind == "runs" and name == "runs":
            return RunsTopic(workspace_id)
        if kind == "run" and rest:
            return RunTopic(workspace_id, rest)
        if kind == "build" and rest:
            return BuildTopic(rest)
        if kind == "draft" and rest:
            return DraftTopic(rest)
        step, _, attempt = rest.rpartition(":")
        if kind == "log" and step and attempt.isascii() and attempt.isdigit():
            return LogTopic(step, int(attempt))
    raise InvalidInput(
        "topic must be 'runs', 'run:<run id>', 'log:<step run id>:<attempt>', 'build:<key>' or "
        "'draft:<draft id>'.",
        code="bad_topic",
    )


def whole_number(message: dict[str, Any], field: str) -> int | None:
    """A count from a message, or None when it is absent. Raises InvalidInput otherwise."""
    value = message.get(field)
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**62:
        return value
    raise InvalidInput(f"{field} must be a whole number from 0 up.", code="bad_message")
