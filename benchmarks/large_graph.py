"""Validate and submit a graph of 10,000 steps: time, and what the web process grew to."""

from __future__ import annotations

import json
import time

from benchmarks import graphs
from benchmarks.figure import NO_OP, Figure, ms
from benchmarks.processes import leaders, peak_memory
from benchmarks.studio import Studio

STEPS = 10_000


def measure(studio: Studio, *, quick: bool) -> list[Figure]:
    snapshot = studio.snapshot(NO_OP)
    nodes = [
        node for i in range(100) for node in graphs.chain(snapshot, STEPS // 100, name=f"c{i}_")
    ]
    body = graphs.body("large", nodes)
    started = time.perf_counter()
    json.loads(json.dumps(body))
    floor = time.perf_counter() - started
    started = time.perf_counter()
    answer = studio.api("POST", "/runs/validate", body)
    assert answer["problems"] == []
    validated = time.perf_counter()
    run = studio.submit(body)
    submitted = time.perf_counter()
    memory = peak_memory(leaders(studio.data)["web"])
    studio.api("POST", f"/runs/{run['id']}/cancel")
    return [
        Figure(
            "validate + submit 10,000 steps",
            f"{ms(validated - started)} + {ms(submitted - validated)}",
            f"JSON there and back {ms(floor)}",
            f"web process at most {memory / 1e6:.0f} MB", "< 5 s, < 500 MB",
        )
    ]  # fmt: skip
