"""10,000 no-op steps in two chains: do the last 100 cost what the first 100 cost?"""

from __future__ import annotations

from benchmarks import graphs
from benchmarks.figure import NO_OP, Figure, bare_loop, ms
from benchmarks.studio import Studio, seconds_between

PART = 100


def measure(studio: Studio, *, quick: bool) -> list[Figure]:
    steps = 2_000 if quick else 10_000
    snapshot = studio.snapshot(NO_OP)
    first, second = (graphs.chain(snapshot, steps // 2, name=name) for name in "ab")
    before = bare_loop(studio.python, studio.folder, NO_OP, PART)
    # Nodes of both chains take turns, so that both slots have work until the end.
    nodes = [node for pair in zip(first, second, strict=True) for node in pair]
    run = studio.finish(graphs.body("many", nodes))
    after = bare_loop(studio.python, studio.folder, NO_OP, PART)
    ends = sorted(step["ended_at"] for step in studio.steps(run["id"]))
    early = seconds_between(ends[0], ends[PART])
    late = seconds_between(ends[-1 - PART], ends[-1])
    machine = after / before  # a machine that became slower meanwhile is not our doing
    return [
        Figure(
            f"{steps:,} no-op steps: last 100 against first 100", ms(late),
            f"first 100: {ms(early)}", f"{late / early:.2f} x (bare loop {machine:.2f} x)",
            "<= 1.5 x",
        )
    ]  # fmt: skip
