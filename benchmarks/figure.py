"""What a measurement gives: one line of the table. Also the floors: the same work without us."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SDK = Path(__file__).resolve().parent.parent / "sdk" / "src"
NO_OP = "pass\n"


@dataclass(frozen=True)
class Figure:
    """`reach` is what the design asks for; `floor` was measured in the same run."""

    what: str
    ours: str
    floor: str
    compared: str
    reach: str


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of all does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-int(len(ordered) * share * 100) // 100) - 1))]


def step_variables() -> dict[str, str]:
    """What of a step's variables costs time at the start of Python."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(SDK),
        "PYTHONUNBUFFERED": "1",
        "PYTHONFAULTHANDLER": "1",
    }


def bare_loop(python: str, folder: Path, script: str, steps: int) -> float:
    """Seconds a step when a loop starts the script, one after the other."""
    file = folder / "main.py"
    file.write_text(script)
    started = time.perf_counter()
    for _ in range(steps):
        subprocess.run([python, str(file)], env=step_variables(), check=True)
    return (time.perf_counter() - started) / steps


def xargs(python: str, folder: Path, script: str, width: int, processes: int) -> float:
    """Seconds for 1 -> width -> 1 by xargs."""
    file = folder / "main.py"
    file.write_text(script)
    numbers = "\n".join(str(number) for number in range(width)).encode()
    started = time.perf_counter()
    for words in (b"1", numbers, b"1"):
        subprocess.run(
            ["xargs", f"-P{processes}", "-n1", python, str(file)],
            input=words, env=step_variables(), check=True,
        )  # fmt: skip
    return time.perf_counter() - started
