"""The order in which queued steps of one compute target are claimed: runs take turns."""

from __future__ import annotations

from collections.abc import Iterable


def positions(ready: Iterable[tuple[int, int]], *, after: int) -> dict[int, int]:
    """Step id -> 1, 2, … for (run id, step id) pairs in their order; `after` was served last.

    The same as claiming until nothing is left: each round takes one step of each run, beginning
    behind the run that was served last.
    """
    rounds: list[list[tuple[bool, int, int]]] = []
    taken: dict[int, int] = {}
    for run, step in ready:
        turn = taken.get(run, 0)
        taken[run] = turn + 1
        if turn == len(rounds):
            rounds.append([])
        rounds[turn].append((run <= after, run, step))
    order = [step for one in rounds for _, _, step in sorted(one)]
    return {step: number for number, step in enumerate(order, 1)}
