"""What nodes came to when a draft was checked last: most of them are as they were a moment ago.

A node is known again by all that its result depends on, so an entry never has to be thrown away
because something changed. What is given out is shared: it is looked at, never changed.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from pipelines.domain.columns import Known
from pipelines.domain.graph import Node
from workspaces.domain.errors import Problem

MOST = 4000  # nodes
ROOM = 8 << 20  # bytes of all that are remembered, as they are compared
LONGEST = 20_000  # bytes of one of them
WIDEST = 500  # columns of one whose tables are remembered
Parsed = tuple[Node | None, list[Problem]]
Answer = TypeVar("Answer")


def as_bytes(node: Any) -> bytes:
    """JSON in, the same bytes for the same JSON: version 0 knows no identities. Four times as
    fast as JSON text. Raises ValueError for what is nested too deeply."""
    return marshal.dumps(node, 0)


@dataclass
class _Entry:
    made: dict[str, Any]
    problems: list[Problem]
    parsed: Parsed | None = None
    last: dict[str, tuple[Any, Any]] = field(default_factory=dict)  # question -> (seen, answer)


class Memory:
    """Results of one process; threads may share it."""

    def __init__(self) -> None:
        self.entries: dict[Any, _Entry] = {}
        self.size = 0

    def keep(self, key: tuple[bytes, Any], entry: _Entry) -> None:
        if len(self.entries) >= MOST or self.size > ROOM:
            self.entries.clear()
            self.size = 0
        self.entries[key] = entry
        self.size += len(key[0])


@dataclass
class Recall:
    """The memory as one check uses it."""

    memory: Memory
    by_node: dict[int, _Entry] = field(default_factory=dict)  # by identity, drawn and compiled
    asked: Any = None  # the key of the node that was not known

    def compiled(self, node: Mapping[str, Any], context: Any) -> dict[str, Any] | None:
        """The compiled node, if it was compiled before. `context`: all that compiling it looks
        at beside the node."""
        try:
            self.asked = (as_bytes(node), context)
        except ValueError:  # nested deeply; it is compiled each time
            self.asked = None
            return None
        entry = self.memory.entries.get(self.asked)
        if entry is None:
            return None
        self.by_node[id(node)] = self.by_node[id(entry.made)] = entry
        return entry.made

    def keep(self, node: Mapping[str, Any], made: dict[str, Any], problems: list[Problem]) -> None:
        """What the node that was asked for last came to."""
        entry = self.by_node[id(node)] = self.by_node[id(made)] = _Entry(made, problems)
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

    def answer(
        self,
        node: Mapping[str, Any],
        question: str,
        seen: Mapping[str, Known],
        find: Callable[[], Answer],
    ) -> Answer:
        """What `find` says of the node as it is drawn and of the columns `seen`, now or when it
        last saw the same ones."""
        entry = self.by_node.get(id(node))
        if entry is None:
            return find()
        last = entry.last.get(question)
        if last is not None and last[0] == seen:
            return cast(Answer, last[1])
        found = find()
        if sum(len(known.columns) for known in seen.values() if known is not None) <= WIDEST:
            entry.last[question] = (seen, found)
        return found
