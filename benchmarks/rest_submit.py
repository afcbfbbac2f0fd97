"""Many callers at once at v1's address of a published pipeline, beside an empty view.

Every call is another run: its parameter differs, and its step waits on a paused compute target, so
that what is measured is the web process and the database alone.
"""

from __future__ import annotations

import http.client
import json
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from urllib.parse import urlsplit

from benchmarks import graphs
from benchmarks.figure import NO_OP, Figure, median, ms, percentile
from benchmarks.studio import Studio

CALLERS = 20
NUMBERS = count()


def measure(studio: Studio, *, quick: bool) -> list[Figure]:
    studio.api("POST", "/computes", {"name": "waiting", "max_nodes": 1})
    studio.api("PATCH", "/computes/waiting", {"paused": True})
    node = graphs.node("only", studio.snapshot(NO_OP), arguments=[{"parameter": "number"}])
    graph = {
        "version": 1,
        "parameters": [{"name": "number", "type": "int", "default": 0}],
        "nodes": [{**node, "compute": "waiting"}],
    }
    made = studio.api("POST", "/published-pipelines", {"name": "bench", "graph": graph})
    address = urlsplit(made["endpoint"]).path
    calls, rounds = 200, 3 if quick else 7
    ours, floor = [], []
    for _ in range(rounds):
        floor.append(_load(studio, "GET", "/favicon.ico", calls))
        ours.append(_load(studio, "POST", address, calls))
    answer = studio.api("GET", f"/published-pipelines/{made['id']}")
    assert answer["run_count"] == calls * rounds, "not one run a call"
    ours_rate, floor_rate = (
        median([len(one) / took for one, took in all_]) for all_ in (ours, floor)
    )
    ours_p95, floor_p95 = (
        median([percentile(one, 0.95) for one, _ in all_]) for all_ in (ours, floor)
    )
    return [
        Figure(
            f"{calls} calls of a published pipeline by {CALLERS} at once",
            f"{ours_rate:.0f} a second, p95 {ms(ours_p95)}",
            f"empty view {floor_rate:.0f} a second, p95 {ms(floor_p95)}",
            f"{floor_rate / ours_rate:.1f} x an empty view", "one run a call",
        )
    ]  # fmt: skip


def _load(studio: Studio, method: str, path: str, calls: int) -> tuple[list[float], float]:
    """Seconds of each call, and of all together."""

    def work(numbers: range) -> list[float]:
        line = http.client.HTTPConnection("127.0.0.1", studio.port, timeout=120)
        took = []
        for _ in numbers:
            number = next(NUMBERS)
            headers = {"Authorization": f"Bearer {studio.token}", "Idempotency-Key": str(number)}
            body = json.dumps({"ParameterAssignments": {"number": number}})
            started = time.perf_counter()
            line.request(method, path, body if method == "POST" else None, headers)
            answer = line.getresponse()
            text = answer.read()
            took.append(time.perf_counter() - started)
            assert answer.status < 400, text[:2000]
        line.close()
        return took

    share = calls // CALLERS
    started = time.perf_counter()
    with ThreadPoolExecutor(CALLERS) as pool:
        found = list(pool.map(work, [range(share)] * CALLERS))
    return [one for part in found for one in part], time.perf_counter() - started
