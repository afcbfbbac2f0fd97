"""1 -> 200 -> 1 with two slots, against `xargs -P2`."""

from __future__ import annotations

from benchmarks import graphs
from benchmarks.figure import NO_OP, Figure, median, ms, xargs
from benchmarks.studio import Studio, seconds_between

WIDTH, SLOTS = 200, 2


def measure(studio: Studio, *, quick: bool) -> list[Figure]:
    body = graphs.body("fan-out", graphs.fan(studio.snapshot(NO_OP), WIDTH))
    ours, floors = [], []
    before = xargs(studio.python, studio.folder, NO_OP, WIDTH, SLOTS)
    for _ in range(2 if quick else 5):
        run = studio.finish(body)
        ours.append(seconds_between(run["submitted_at"], run["ended_at"]))
        after = xargs(studio.python, studio.folder, NO_OP, WIDTH, SLOTS)
        floors.append((before + after) / 2)
        before = after
    ratio = median([b / a for a, b in zip(floors, ours, strict=True)])
    return [
        Figure(
            "1 -> 200 -> 1 at 2 slots, whole run", ms(median(ours)),
            f"xargs -P2 {ms(median(floors))}", f"{ratio:.2f} x", "<= 1.3 x",
        )
    ]  # fmt: skip
