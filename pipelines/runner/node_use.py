"""Tells the database now and then which compute targets have work, and on how many nodes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.utils import timezone

from compute.services.node_use import note_use

EVERY = 10.0  # seconds between two notes of a target that goes on working


class NodeUse:
    """Remembers what was noted, so that a note is written only when it says something new."""

    def __init__(self) -> None:
        self._claimed: set[int] = set()
        self._noted: dict[int, int] = {}
        self._next = 0.0

    def claimed(self, target: int) -> None:
        """A step began; it may end before anybody looks."""
        self._claimed.add(target)

    def look(self, working: Iterable[int], now: float) -> None:
        """`working` has each target once for every step that holds a node of it."""
        counts = Counter(working)
        for target in self._claimed:
            counts[target] = max(1, counts[target])
        more = {pk: count for pk, count in counts.items() if count > self._noted.get(pk, 0)}
        gone = {pk: 0 for pk in self._noted if pk not in counts}
        if counts and now >= self._next:
            more, self._next = dict(counts), now + EVERY
        self._claimed.clear()
        if more or gone:
            note_use(nodes={**more, **gone}, now=timezone.now())
        self._noted = {pk: max(count, self._noted.get(pk, 0)) for pk, count in counts.items()}
