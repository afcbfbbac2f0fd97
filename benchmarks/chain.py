"""What a step costs: a chain of 50 steps against a bare loop that runs the same script."""

from __future__ import annotations

from benchmarks import graphs
from benchmarks.figure import NO_OP, Figure, bare_loop, median, ms
from benchmarks.studio import Studio, seconds_between

STEPS = 50


def measure_no_op(studio: Studio, *, quick: bool) -> list[Figure]:
    bare, ours = _rounds(studio, NO_OP, 3 if quick else 7)
    over = median([b - a for a, b in zip(bare, ours, strict=True)])
    ratio = median([b / a for a, b in zip(bare, ours, strict=True)])
    return [
        Figure(
            "chain of 50 no-op steps, per step", ms(median(ours)),
            f"bare loop {ms(median(bare))}", f"+{ms(over)}, {ratio:.2f} x", "<= +5 ms",
        )
    ]  # fmt: skip


def measure_50_ms(studio: Studio, *, quick: bool) -> list[Figure]:
    bare, ours = _rounds(studio, "import time\ntime.sleep(0.05)\n", 2 if quick else 4)
    ratio = median([b / a for a, b in zip(bare, ours, strict=True)])
    return [
        Figure(
            "chain of 50 steps of 50 ms, per step", ms(median(ours)),
            f"bare loop {ms(median(bare))}", f"{ratio:.2f} x", "<= 1.15 x",
        )
    ]  # fmt: skip


def _rounds(studio: Studio, script: str, rounds: int) -> tuple[list[float], list[float]]:
    """Taking turns: the loop, the chain, the loop …; each chain beside the loops around it."""
    snapshot = studio.snapshot(script)
    body = graphs.body("chain", graphs.chain(snapshot, STEPS))
    bare, ours = [], []
    before = bare_loop(studio.python, studio.folder, script, STEPS)
    for _ in range(rounds):
        run = studio.finish(body)
        ours.append(seconds_between(run["submitted_at"], run["ended_at"]) / STEPS)
        after = bare_loop(studio.python, studio.folder, script, STEPS)
        bare.append((before + after) / 2)
        before = after
    return bare, ours
