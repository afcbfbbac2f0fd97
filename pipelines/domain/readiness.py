"""What should move next, computed from the whole graph: the oracle of the incremental way.

`services/progress.py` moves steps by counting; this pure function says the same from scratch.
Tests compare the two, and the runner repairs open runs with it when it starts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.domain.status import Status


@dataclass(frozen=True)
class Moves:
    """Node ids that may start, and those that never will because of a failure."""

    ready: frozenset[str]
    blocked: frozenset[str]


def next_moves(
    upstream: Mapping[str, Sequence[str]],
    statuses: Mapping[str, Status],
    *,
    continue_on_step_failure: bool = False,
) -> Moves:
    """Which NotStarted nodes become ready, and which are blocked by a failed or canceled one."""
    ended_badly = {Status.FAILED, Status.CANCELED}
    failed = {node for node, status in statuses.items() if status in ended_badly}
    blocked: set[str] = set()
    changed = True
    while changed:
        changed = False
        for node, before in upstream.items():
            if node in blocked or statuses[node] is not Status.NOT_STARTED:
                continue
            if any(other in failed or other in blocked for other in before):
                blocked.add(node)
                changed = True
    waiting = {node for node, status in statuses.items() if status is Status.NOT_STARTED}
    if failed and not continue_on_step_failure:
        return Moves(frozenset(), frozenset(waiting))
    ready = {
        node
        for node in waiting - blocked
        if all(statuses[other] is Status.COMPLETED for other in upstream[node])
    }
    return Moves(frozenset(ready), frozenset(blocked))
