"""What a submit would do with each step, from what is known before anything runs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

REUSED = "reused"  # an earlier result is taken
RUNS = "runs"  # it runs, if the steps above it end well
DEPENDS = "depends"  # on the bytes that steps above it make


@dataclass(frozen=True)
class Answer:
    """One of the three, and for `depends` the node ids on which it depends."""

    answer: str
    on: tuple[str, ...] = ()


def foretell(
    upstream: Mapping[str, Sequence[str]],
    decided: Mapping[str, bool],
    must_run: Collection[str],
) -> dict[str, Answer]:
    """The answer for each node; `upstream` is in topological order.

    `decided` has the nodes that a submit decides at once (True: reused), `must_run` those that
    run whatever there is to reuse.
    """
    answers: dict[str, Answer] = {}
    for node, before in upstream.items():
        if node in decided:
            answers[node] = Answer(REUSED if decided[node] else RUNS)
        elif node in must_run:
            answers[node] = Answer(RUNS)
        else:
            open_ones = tuple(one for one in before if answers[one].answer != REUSED)
            answers[node] = Answer(DEPENDS, open_ones)
    return answers
