"""What nodes came to when a draft was checked last: most of them are as they were a moment ago.

A node is known again by all that its result depends on, so an entry never has to be thrown away
because something changed. What is given out is shared: it is looked at, never changed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.domain.graph import Node
from workspaces.domain.errors import Problem

MOST = 4000  # nodes
LONGEST = 20_000  # characters of one that is remembered
Parsed = tuple[Node | None, list[Problem]]
as_text = json.JSONEncoder(separators=(",", ":")).encode


@dataclass
class _Entry:
    made: dict[str, Any]
    problems: list[Problem]
    parsed: Parsed | None = None


class Memory:
    """Results of one process; threads may share it."""

    def __init__(self) -> None:
        self.entries: dict[Any, _Entry] = {}

    def keep(self, key: Any, entry: _Entry) -> None:
        if len(self.entries) >= MOST:
            self.entries.clear()
        self.entries[key] = entry


@dataclass
class Recall:
    """The memory as one check uses it."""

    memory: Memory
    by_node: dict[int, _Entry] = field(default_factory=dict)  # by the compiled object's identity
    asked: Any = None  # the key of the node that was not known

    def compiled(self, node: Mapping[str, Any], context: Any) -> dict[str, Any] | None:
        """The compiled node, if it was compiled before. `context`: all that compiling it looks
        at beside the node."""
        try:
            self.asked = (as_text(node), context)
        except RecursionError:  # nested deeply; it is compiled each time
            self.asked = None
            return None
        entry = self.memory.entries.get(self.asked)
        if entry is None:
            return None
        self.by_node[id(entry.made)] = entry
        return entry.made

    def keep(self, made: dict[str, Any], problems: list[Problem]) -> None:
        """What the node that was asked for last came to."""
        entry = self.by_node[id(made)] = _Entry(made, problems)
        if self.asked is not None and len(self.asked[0]) <= LONGEST:
            self.memory.keep(self.asked, entry)

    def problems_of(self, made: dict[str, Any]) -> list[Problem]:
        """What compiling it had found."""
        return self.by_node[id(made)].problems

    def parsed(self, raw: Any, read: Callable[[], Parsed]) -> Parsed:
        """The node read from what `compiled` gave, now or before."""
        entry = self.by_node.get(id(raw))
        if entry is None:
            return read()
        if entry.parsed is None:
            entry.parsed = read()
        return entry.parsed
