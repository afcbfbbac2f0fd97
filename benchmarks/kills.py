"""The kill series: `kill -9` of server processes while steps run; every step ran exactly once.

    python -m benchmarks.kills [--database sqlite postgres]

400 steps in 20 chains of 20, 10 to 90 ms each, 4 slots. 90 of 100 kills hit web, runner, the queue
and the queue's own workers, each started again at once; the last 10 hit the children of
`manage.py studio`, which starts them again itself. Kills are spread evenly over the work.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import graphs
from benchmarks.processes import leaders, sessions
from benchmarks.studio import FINAL, Studio

SCRIPT = """
import sys, time
with open(sys.argv[1], "a") as tally:
    tally.write(sys.argv[2] + "\\n")
time.sleep(float(sys.argv[3]))
"""
PARTS = ("web", "runner", "queue")
VICTIMS = ("runner", "web", "runner", "queue worker", "runner", "queue")


class PartsByHand(Studio):
    """Web, runner and queue without a supervisor; one that was killed starts again at once."""

    def start(self) -> None:
        for name in PARTS:
            self.spawn(name)

    def kill(self, victim: str) -> bool:
        """False when there was nothing to kill yet."""
        name = victim.partition(" ")[0]
        members = sessions().get(self.processes[name].pid, [])
        if victim == "queue worker":
            members = [pid for pid in members if pid != self.processes[name].pid]
            if not members:
                return False
            os.kill(random.choice(members), signal.SIGKILL)
            return True
        # The queue's helpers go with it, as the supervisor would have it.
        for pid in [self.processes[name].pid, *members] if name == "queue" else members:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.processes[name].wait(10)
        self.spawn(name)
        return True


class Supervised(Studio):
    """`manage.py studio`; its children are killed and it starts them again."""

    def kill(self, victim: str) -> bool:
        try:
            os.kill(leaders(self.data)[victim.partition(" ")[0]], signal.SIGKILL)
        except (OSError, KeyError, ValueError):
            return False
        return True


@dataclass
class Result:
    """What a series left behind; `problems` is empty when all is well."""

    steps: int = 0
    seconds: float = 0.0
    kills: Counter[str] = field(default_factory=Counter)
    attempts: int = 0
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        hit = ", ".join(f"{count} {name}" for name, count in sorted(self.kills.items()))
        total = sum(self.kills.values())
        return (
            f"{self.steps} steps, {total} kills ({hit}) in {self.seconds:.0f} s: "
            f"{self.attempts - self.steps} attempts were fenced and made again; "
            + ("; ".join(self.problems) or "each script ran exactly once, nothing lost, none twice")
        )


def kill_series(
    studio: PartsByHand | Supervised, *, chains: int, length: int, kills: int, result: Result
) -> None:
    """One run under fire; what is wrong afterwards is added to the result."""
    tally = studio.folder / f"tally-{chains}-{length}-{kills}"
    tally.write_text("")
    snapshot = studio.snapshot(SCRIPT)
    nodes = []
    for chain in range(chains):
        for one in graphs.chain(snapshot, length, name=f"c{chain}s"):
            seconds = f"{random.uniform(0.01, 0.09):.3f}"
            nodes.append({**one, "arguments": [str(tally), one["id"], seconds]})
    started = time.monotonic()
    run = studio.submit(graphs.body("kills", nodes))
    for number in range(kills):
        due = len(nodes) * number // kills
        _wait(lambda due=due: _begun(tally) >= due, 120)  # type: ignore[misc]
        time.sleep(random.uniform(0, 0.05))
        victim = VICTIMS[number % len(VICTIMS)]
        if isinstance(studio, Supervised):
            victim = PARTS[number % len(PARTS)]
        _wait(lambda victim=victim: studio.kill(victim), 60)  # type: ignore[misc]
        result.kills[victim] += 1
    _wait(lambda: _patient(studio, f"/runs/{run['id']}")["status"] in FINAL, 180)
    result.seconds += time.monotonic() - started
    result.steps += len(nodes)
    _check(studio, run["id"], [node["id"] for node in nodes], tally, result)


def _check(studio: Studio, run: str, names: list[str], tally: Path, result: Result) -> None:
    found = _patient(studio, f"/runs/{run}")
    if found["status"] != "Completed":
        result.problems.append(f"the run is {found['status']}: {found['sentence']}")
    ran = Counter(tally.read_text().split())
    if wrong := {name: ran[name] for name in names if ran[name] != 1}:
        result.problems.append(f"scripts that did not run once: {wrong}")
    for step in found["steps"]:
        result.attempts += len(step["attempts"])
        if step["status"] != "Completed":
            result.problems.append(f"{step['name']} is {step['status']}: {step['sentence']}")
    completed: Counter[str] = Counter()
    after = 0
    while True:
        page = _patient(studio, f"/runs/{run}/events?after={after}")
        for event in page["items"]:
            if event["data"].get("status") == "Completed":
                completed[event["data"].get("node") or "the run"] += 1
        if page["last"] == after:
            break
        after = page["last"]
    if twice := {name: n for name, n in completed.items() if n != 1}:
        result.problems.append(f"Completed was told more than once: {twice}")
    if len(completed) != len(names) + 1:
        result.problems.append(f"{len(completed)} Completed events for {len(names)} steps")


def _begun(tally: Path) -> int:
    return tally.read_bytes().count(b"\n")


def _wait(is_true: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < end, "the series is stuck"
        time.sleep(0.01)


def _patient(studio: Studio, path: str) -> Any:
    """A read that outlasts a web process that was just killed."""
    end = time.monotonic() + 60
    while True:
        try:
            return studio.api("GET", path)
        except (OSError, http.client.HTTPException):
            assert time.monotonic() < end, "web did not come back"
            time.sleep(0.1)


def full_series(folder: Path, *, database: Callable[[str], str]) -> Result:
    """The whole of it: 320 steps and 90 kills by hand, 80 steps and 10 kills supervised."""
    result = Result()
    by_hand = PartsByHand(folder / "by-hand", slots=4, database=database("by_hand"))
    with by_hand:
        by_hand.target(4)
        kill_series(by_hand, chains=20, length=16, kills=90, result=result)
    supervised = Supervised(folder / "supervised", slots=4, database=database("supervised"))
    with supervised:
        supervised.target(4)
        kill_series(supervised, chains=20, length=4, kills=10, result=result)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--database", nargs="+", choices=("sqlite", "postgres"), default=["sqlite", "postgres"]
    )
    options = parser.parse_args()
    wrong = False
    for kind in options.database:
        with contextlib.ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="forebay-kills-")))
            database: Callable[[str], str] = lambda name: ""  # noqa: E731
            if kind == "postgres":
                from tests.support.postgres import Cluster

                database = stack.enter_context(Cluster()).create_database
            result = full_series(folder, database=database)
            print(f"{kind}: {result}", flush=True)
            wrong = wrong or bool(result.problems)
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
