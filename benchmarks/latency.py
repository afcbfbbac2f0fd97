"""How late a browser is: a printed line and a change of status, at a real socket."""

from __future__ import annotations

import subprocess
import time
from datetime import datetime

from benchmarks import graphs
from benchmarks.figure import NO_OP, Figure, ms, percentile, step_variables
from benchmarks.studio import FINAL, Studio

LINES = """
import random, time
time.sleep(0.5)
for _ in range({lines}):
    print(time.time(), flush=True)
    time.sleep(random.uniform(0.01, 0.09))
"""


def measure(studio: Studio, *, quick: bool) -> list[Figure]:
    return [_lines(studio, 60 if quick else 300), _statuses(studio, 20 if quick else 60)]


def _lines(studio: Studio, lines: int) -> Figure:
    script = LINES.format(lines=lines)
    run = studio.submit(graphs.body("lines", [graphs.node("only", studio.snapshot(script))]))
    line = studio.socket()
    line.subscribe(f"log:{run['steps'][0]['id']}:1", offset=0)
    late: list[float] = []
    text = ""
    while (heard := line.hear())["type"] != "log_end":
        now = time.time()
        assert heard["type"] == "log", heard
        *whole, text = (text + heard["text"]).split("\n")
        late += [now - float(one) for one in whole if one]
    line.close()
    assert len(late) == lines, f"{len(late)} of {lines} lines"
    return Figure(
        "print() in a step -> line at the socket, p95", ms(percentile(late, 0.95)),
        f"a pipe, p95 {ms(_pipe(studio, min(lines, 60)))}",
        f"median {ms(percentile(late, 0.5))}", "< 150 ms",
    )  # fmt: skip


def _pipe(studio: Studio, lines: int) -> float:
    script = studio.folder / "main.py"
    script.write_text(LINES.format(lines=lines))
    late = []
    with subprocess.Popen(
        [studio.python, str(script)], env=step_variables(), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for one in process.stdout:
            late.append(time.time() - float(one))
    return percentile(late, 0.95)


def _statuses(studio: Studio, steps: int) -> Figure:
    """From the moment that the transaction carries to the frame; a REST call as the floor."""
    line = studio.socket()
    body = graphs.body("statuses", graphs.chain(studio.snapshot(NO_OP), steps))
    empty = []
    for _ in range(20):
        started = time.perf_counter()
        studio.api("GET", "/computes")
        empty.append(time.perf_counter() - started)
    run = studio.submit(body)
    line.subscribe(f"run:{run['id']}", after=None)
    late = []
    while True:
        heard = line.hear()
        now = time.time()
        assert heard["type"] == "event", heard
        late.append(now - datetime.fromisoformat(heard["at"].replace("Z", "+00:00")).timestamp())
        if heard["kind"] == "run.status" and heard["data"]["status"] in FINAL:
            break
    line.close()
    return Figure(
        "change of status -> event at the socket, p95", ms(percentile(late, 0.95)),
        f"small REST call, p95 {ms(percentile(empty, 0.95))}",
        f"median {ms(percentile(late, 0.5))}", "< 100 ms",
    )  # fmt: skip
