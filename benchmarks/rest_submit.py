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
from benchmarks.processes import cpu_seconds, leaders
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
    ours, floor = Load(), Load()
    for _ in range(rounds):
        floor.add(studio, "GET", "/favicon.ico", calls)
        ours.add(studio, "POST", address, calls)
    answer = studio.api("GET", f"/published-pipelines/{made['id']}")
    assert answer["run_count"] == calls * rounds, "not one run a call"
    return [
        Figure(
            f"{calls} calls of a published pipeline by {CALLERS} at once",
            f"{ours.rate:.0f} a second, p95 {ms(ours.p95)}, {ms(ours.cpu)} CPU each",
            f"empty view {floor.rate:.0f} a second, p95 {ms(floor.p95)}, {ms(floor.cpu)} CPU",
            f"{floor.rate / ours.rate:.1f} x an empty view, {ours.cpu / floor.cpu:.1f} x its CPU",
            "one run a call",
        )
    ]


class Load:
    """Rounds of calls, and the medians of what they took."""

    def __init__(self) -> None:
        self.rates: list[float] = []
        self.p95s: list[float] = []
        self.cpus: list[float] = []

    def add(self, studio: Studio, method: str, path: str, calls: int) -> None:
        web = leaders(studio.data)["web"]
        before = cpu_seconds(web)
        each, took = _load(studio, method, path, calls)
        self.cpus.append((cpu_seconds(web) - before) / calls)
        self.rates.append(calls / took)
        self.p95s.append(percentile(each, 0.95))

    @property
    def rate(self) -> float:
        return median(self.rates)

    @property
    def p95(self) -> float:
        return median(self.p95s)

    @property
    def cpu(self) -> float:
        """Seconds of the web process for one call."""
        return median(self.cpus)


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
