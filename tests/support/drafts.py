"""Graphs of drafts: nodes of built-in modules, wired by hand."""

from __future__ import annotations

from typing import Any

from pipelines.domain.catalog import Catalog, ModuleFace
from pipelines.services.library import read_library


def node(
    node_id: str, key: str, inputs: list[dict[str, Any]] | None = None, **settings: Any
) -> dict[str, Any]:
    """A node of a built-in module as the editor sends it."""
    return {
        "id": node_id,
        "name": "",
        "module": {"key": key},
        "settings": settings,
        "inputs": inputs or [],
        "ui": {"x": 0, "y": 0},
    }


def wire(port: str, before: str, output: str) -> dict[str, Any]:
    """An input that comes from another node."""
    return {"name": port, "source": {"node": before, "output": output}}


def classification() -> dict[str, Any]:
    """Data typed in, split, learned from, scored and evaluated."""
    rows = [f"{i / 10},{(i * 7) % 5},{'large' if i > 20 else 'small'}" for i in range(40)]
    return {
        "version": 1,
        "parameters": [],
        "ui": {"notes": [], "groups": []},
        "nodes": [
            node("data", "enter-data-manually", data="\n".join(["size,noise,kind", *rows])),
            node("split", "split-data", [wire("dataset", "data", "results")], seed=1),
            node("learner", "two-class-logistic-regression", C=10),
            node(
                "train",
                "train-model",
                [wire("learner", "learner", "learner"), wire("dataset", "split", "results1")],
                label="kind",
            ),
            node(
                "score",
                "score-model",
                [wire("model", "train", "model"), wire("dataset", "split", "results2")],
            ),
            node("evaluate", "evaluate-model", [wire("scored", "score", "scored")]),
        ],
    }


def library_catalog(**changes: Any) -> Catalog:
    """The built-ins as a workspace knows them, without a database."""
    library = read_library()
    faces = {
        (f"id-{one.key}", "1"): ModuleFace(
            uid=f"id-{one.key}",
            key=one.key,
            name=one.spec["name"],
            version="1",
            spec=one.spec,
            snapshot=f"source-{one.key}",
            environment=library.environment,
        )
        for one in library.modules
    }
    fields: dict[str, Any] = {
        "faces": faces,
        "current": dict.fromkeys((uid for uid, _ in faces), "1"),
        "keys": {one.key: f"id-{one.key}" for one in library.modules},
        "datastore": "workspaceblobstore",
        "compute": "cpu",
        **changes,
    }
    return Catalog(**fields)
