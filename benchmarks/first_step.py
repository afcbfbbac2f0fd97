"""From the submit's call to the first line of the first step's script."""

from __future__ import annotations

import random
import subprocess
import time
from pathlib import Path

from benchmarks import graphs
from benchmarks.figure import Figure, median, ms, percentile, step_variables
from benchmarks.studio import Studio

STAMP = "import sys, time\nopen(sys.argv[1], 'w').write(str(time.time()))\n"


def measure(studio: Studio, *, quick: bool) -> list[Figure]:
    stamp = studio.folder / "stamp"
    snapshot = studio.snapshot(STAMP)
    body = graphs.body("first", [graphs.node("only", snapshot, arguments=[str(stamp)])])
    ours, bare = [], []
    for _ in range(10 if quick else 30):
        time.sleep(random.uniform(0.1, 0.2))
        bare.append(_bare(studio, stamp))
        started = time.time()
        studio.finish(body)
        ours.append(float(stamp.read_text()) - started)
    return [
        Figure(
            "submit call -> first step's script runs", ms(median(ours)),
            f"spawn {ms(median(bare))}", f"p95 {ms(percentile(ours, 0.95))}", "< 0.1 s",
        )
    ]  # fmt: skip


def _bare(studio: Studio, stamp: Path) -> float:
    script = studio.folder / "main.py"
    script.write_text(STAMP)
    started = time.time()
    subprocess.run([studio.python, str(script), str(stamp)], env=step_variables(), check=True)
    return float(stamp.read_text()) - started
