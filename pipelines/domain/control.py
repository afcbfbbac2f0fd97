"""How a step is tried again and how long it may run: read from JSON, and asked when it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.domain.status import Reason

MOST_RETRIES = 20
LONGEST_DELAY = 86_400
LONGEST_TIME = 2**31 - 1
# What may be better the next time. A missing output or a file that can't be copied is not.
RETRIED = (
    Reason.EXIT_CODE,
    Reason.SIGNAL,
    Reason.LOST,
    Reason.TIMED_OUT,
    Reason.OUT_OF_MEMORY,
)
WORDS = tuple(reason.value for reason in RETRIED)


@dataclass(frozen=True)
class Retry:
    """`count` further attempts, each `delay_seconds` after a failure for one of the reasons."""

    count: int
    delay_seconds: int = 0
    on: tuple[str, ...] = WORDS

    def covers(self, reason: Reason, retries: int) -> bool:
        """Whether a step that failed for `reason` after `retries` retries gets another attempt."""
        return retries < self.count and reason.value in self.on

    def as_dict(self) -> dict[str, Any]:
        return {"count": self.count, "delay_seconds": self.delay_seconds, "on": list(self.on)}


def read_retry(value: Any) -> tuple[Retry | None, list[tuple[str, str]]]:
    """A retry as JSON has it (None: none is given), and what is wrong as (field, sentence)."""
    if value is None:
        return None, []
    if not isinstance(value, Mapping):
        return None, [("retry", "retry must be an object such as {'count': 2}, or null.")]
    wrong = [
        (f"retry.{name}", f"retry has no field {name!r}; it has count, delay_seconds and on.")
        for name in value
        if name not in ("count", "delay_seconds", "on")
    ]
    count, delay = value.get("count"), value.get("delay_seconds")
    if not is_whole(count, 0, MOST_RETRIES):
        sentence = f"retry.count must be a whole number from 0 to {MOST_RETRIES}."
        wrong.append(("retry.count", sentence))
    if delay is not None and not is_whole(delay, 0, LONGEST_DELAY):
        sentence = f"retry.delay_seconds must be a whole number from 0 to {LONGEST_DELAY}."
        wrong.append(("retry.delay_seconds", sentence))
    on = value.get("on")
    if on is not None and (
        not isinstance(on, (list, tuple)) or not on or any(word not in WORDS for word in on)
    ):
        wrong.append(("retry.on", f"retry.on must be a list of some of: {', '.join(WORDS)}."))
    if wrong:
        return None, wrong
    words = WORDS if on is None else tuple(word for word in WORDS if word in on)
    return Retry(int(count or 0), int(delay or 0), words), []


def seconds_fault(value: Any, name: str) -> str:
    """Why this is no time limit in seconds (null is none), or an empty text."""
    if value is None or is_whole(value, 1, LONGEST_TIME):
        return ""
    return f"{name} must be a whole number of seconds from 1 to {LONGEST_TIME}, or null."


def is_whole(value: Any, least: int, most: int) -> bool:
    """Whether a JSON value is a whole number in this range; a bool is no number."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def with_all_below(nodes: Mapping[str, list[str]], start: str) -> set[str]:
    """`start` and everything below it; `nodes` gives the upstream of each, in any order."""
    following: dict[str, list[str]] = {}
    for node, upstream in nodes.items():
        for before in upstream:
            following.setdefault(before, []).append(node)
    found, stack = {start}, [start]
    while stack:
        for after in following.get(stack.pop(), ()):
            if after not in found:
                found.add(after)
                stack.append(after)
    return found
