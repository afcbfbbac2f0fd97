"""The same pipeline again, all reused: from the submit's call until the run is Completed."""

from __future__ import annotations

import time
from itertools import pairwise

from benchmarks import graphs
from benchmarks.figure import NO_OP, Figure, median, ms
from benchmarks.studio import Studio

REACH = {50: "< 0.25 s", 1_000: "< 2 s"}


def measure(studio: Studio, *, quick: bool) -> list[Figure]:
    figures = []
    for steps, reach in REACH.items():
        # A comment makes the source a new one: nothing of other measurements is reused.
        snapshot = studio.snapshot(f"{NO_OP}# {steps} steps, {time.time()}\n")
        outputs = [{"name": "out", "datastore": "workspaceblobstore", "is_directory": True}]
        nodes = graphs.chain(snapshot, steps, outputs=outputs)
        for node in nodes:  # equal steps would be reused from each other
            node["arguments"] = [node["id"], {"output": "out"}]
        for before, after in pairwise(nodes):
            source = {"node": before["id"], "output": "out"}
            after["inputs"] = [{"name": "before", "mode": "mount", "source": source}]
            after["after"] = []
        body = graphs.body("reuse", nodes, regenerate_outputs=False)
        studio.finish(body)
        empty, ours = [], []
        for _ in range(3 if quick else 7):
            started = time.perf_counter()
            studio.api("GET", "/computes")
            empty.append(time.perf_counter() - started)
            started = time.perf_counter()
            run = studio.submit(body)
            ours.append(time.perf_counter() - started)
            assert run["status"] == "Completed", run["status"]
        figures.append(
            Figure(
                f"{steps:,} steps in a chain again, all reused", ms(median(ours)),
                f"small REST call {ms(median(empty))}",
                f"{median(ours) / steps * 1000:.2f} ms a step", reach,
            )
        )  # fmt: skip
    return figures
