"""The designer's requests on a draft of 1,000 modules: check, columns, autosave.

The floor is the same JSON read and written by Python: less no server can do with it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from benchmarks.figure import Figure, median, ms
from benchmarks.studio import Studio

MODULES = 1_000
ROW = "5.1,3.5,1.4,0.2,setosa\n"
# Each round reads what the one before made: (module, output, settings).
STEPS: list[tuple[str, str, dict[str, Any]]] = [
    ("select-columns", "results", {"columns": {"include": ["length", "width", "kind"]}}),
    ("clean-missing-data", "cleaned", {"mode": "remove_rows"}),
    ("normalize-data", "results", {"columns": {"types": ["numeric"]}}),
    ("split-data", "results1", {"fraction": 0.8, "stratify": "kind", "seed": 7}),
    ("remove-duplicate-rows", "results", {"columns": {"all": True}}),
]


def draft_graph(modules: int) -> dict[str, Any]:
    """Ten tables typed in, each with a long chain behind it, as the editor sends it."""
    table = "length,width,petal,depth,kind\n" + ROW * 20
    nodes: list[dict[str, Any]] = []
    chains = max(1, modules // 100)
    for chain in range(chains):
        before, output = f"data-{chain}", "results"
        nodes.append(_node(before, "enter-data-manually", chain, 0, {"data": table}, None))
        for place in range(1, modules // chains):
            key, made, settings = STEPS[(place - 1) % len(STEPS)]
            source = {"node": before, "output": output}
            before, output = f"step-{chain}-{place}", made
            nodes.append(_node(before, key, chain, place, settings, source))
    ui: dict[str, Any] = {"notes": [], "groups": [], "sources": []}
    return {"version": 1, "parameters": [], "nodes": nodes, "ui": ui}


def _node(
    node_id: str, key: str, x: int, y: int, settings: dict[str, Any], source: dict[str, str] | None
) -> dict[str, Any]:
    return {
        "id": node_id,
        "name": f"{key} {y}",
        "module": {"key": key, "version": "1", "name": key},
        "settings": settings,
        "inputs": [] if source is None else [{"name": "dataset", "source": source}],
        "outputs": [],
        "compute": "",
        "comment": "",
        "allow_reuse": True,
        "ui": {"x": x * 320, "y": y * 140},
    }


def measure(studio: Studio, *, quick: bool) -> list[Figure]:
    graph, rounds = draft_graph(MODULES), 5 if quick else 15
    made = studio.api("POST", "/drafts", {"name": "bench", "graph": graph})
    place = f"/drafts/{made['id']}"
    body = {"graph": graph, "default_compute": "bench"}
    revision = made["revision"]

    def save() -> None:
        nonlocal revision
        graph["nodes"][0]["ui"]["x"] += 1
        saved = studio.api("PATCH", place, {"revision": revision, "graph": graph})
        revision = saved["revision"]

    asked: list[tuple[str, str, Callable[[], Any]]] = [
        ("check", "< 50 ms CPU", lambda: studio.api("POST", f"{place}/validate", body)),
        ("columns of", "< 200 ms", lambda: studio.api("POST", f"{place}/schema", body)),
        ("autosave", "< 200 ms", save),
    ]
    figures = []
    for word, reach, ask in asked:
        ask()
        floor, ours = [], []
        for _ in range(rounds):
            floor.append(_seconds(lambda: json.loads(json.dumps(body))))
            ours.append(_seconds(ask))
        figures.append(
            Figure(
                f"{word} a draft of {MODULES:,} modules", ms(median(ours)),
                f"JSON there and back {ms(median(floor))}",
                f"{median(ours) / median(floor):.1f} x", reach,
            )
        )  # fmt: skip
    return figures


def _seconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
