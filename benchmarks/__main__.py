"""The benchmarks: one studio, every figure beside a floor measured in the same run.

python -m benchmarks                    all of them, about ten minutes
python -m benchmarks --quick            fewer rounds, 2,000 steps instead of 10,000
python -m benchmarks --only chain idle  some of them
python -m benchmarks --write            also put the table into docs/benchmarks.md
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import (
    chain,
    designer,
    fan_out,
    first_step,
    idle,
    large_graph,
    latency,
    many_steps,
    rest_submit,
    reuse,
)
from benchmarks.figure import NO_OP, Figure
from benchmarks.graphs import body, node
from benchmarks.studio import ROOT, Studio

PAGE = ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- table -->", "<!-- end of table -->"
# The idle one comes first: a web process that met a large graph keeps some of its memory.
ALL: dict[str, Callable[..., list[Figure]]] = {
    "idle": idle.measure,
    "chain": chain.measure_no_op,
    "chain-50ms": chain.measure_50_ms,
    "fan-out": fan_out.measure,
    "first-step": first_step.measure,
    "latency": latency.measure,
    "reuse": reuse.measure,
    "many-steps": many_steps.measure,
    "large-graph": large_graph.measure,
    "rest-submit": rest_submit.measure,
    "designer": designer.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", nargs="+", choices=sorted(ALL), default=list(ALL))
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--database", default="", help="a FOREBAY_DATABASE_URL, else SQLite")
    options = parser.parse_args()
    started = time.monotonic()
    figures: list[Figure] = []
    with (
        tempfile.TemporaryDirectory(prefix="forebay-bench-") as folder,
        Studio(Path(folder), database=options.database) as studio,
    ):
        studio.target(2)
        studio.finish(body("warm-up", [node("only", studio.snapshot(NO_OP))]))
        for name in (name for name in ALL if name in options.only):
            for figure in ALL[name](studio, quick=options.quick):
                figures.append(figure)
                print(" | ".join(vars(figure).values()), flush=True)
    text = table(figures, quick=options.quick, took=time.monotonic() - started)
    print("\n" + text)
    if options.write:
        write(text)


def table(figures: list[Figure], *, quick: bool, took: float) -> str:
    """The figures as Markdown, with what they were measured on."""
    rows = ["| what | Forebay | floor, same run | compared | to reach |", "|---|---|---|---|---|"]
    rows += [f"| {' | '.join(vars(figure).values())} |" for figure in figures]
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True,
        check=False,
    ).stdout.strip()  # fmt: skip
    where = (
        f"{datetime.now(UTC):%d %B %Y}, commit {commit or 'unknown'}, {cpu_name()}, "
        f"{os.cpu_count()} CPUs, Linux {platform.release()}, Python {platform.python_version()}; "
        f"load {os.getloadavg()[1]:.1f}, {took / 60:.0f} minutes{', --quick' if quick else ''}."
    )
    return "\n".join([where, "", *rows])


def cpu_name() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def write(text: str) -> None:
    """Put the table between its two marks."""
    page = PAGE.read_text()
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")


if __name__ == "__main__":
    main()
