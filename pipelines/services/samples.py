"""The sample pipelines: drafts whose data comes with them, open from the Designer's home."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from compute.selectors import usual_target
from data.models import DatasetVersion, Datastore
from data.selectors import default_datastore, local_path
from data.services.datasets import create_dataset, register_dataset
from data.services.datastores import write_file
from pipelines import library
from pipelines.models import PipelineDraft
from pipelines.services.drafts import NOTHING, create_draft
from workspaces.domain.errors import Conflict, InvalidInput, NotFound
from workspaces.models import Workspace
from workspaces.services.access import Actor

FOLDER = Path(library.__file__).resolve().parent / "samples"
ORDER = ("iris", "diabetes", "breast-cancer", "wine", "reviews")  # as the home page shows them
PLACE = "samples"  # the folder on the datastore


@dataclass(frozen=True)
class Sample:
    """A draft's graph in which files of `data` stand where a workspace has ids and paths."""

    key: str
    name: str
    summary: str
    experiment: str
    data: Sequence[Mapping[str, str]]  # file, name, description
    graph: Mapping[str, Any]

    @property
    def step_count(self) -> int:
        return len(self.graph["nodes"])


@lru_cache(maxsize=1)
def read_samples() -> tuple[Sample, ...]:
    """All of them; read once, for they change with the studio only."""
    texts = [(FOLDER / f"{key}.json").read_text(encoding="utf-8") for key in ORDER]
    return tuple(Sample(**json.loads(text)) for text in texts)


def draft_of_sample(
    *,
    workspace: Workspace,
    actor: Actor,
    key: str,
    body: Mapping[str, Any],
    note_stored: Callable[[PipelineDraft], None] = NOTHING,
) -> PipelineDraft:
    """A draft of a sample, on data that this puts into the workspace when it is not there yet.

    `body` may have other fields of a draft. Raises InvalidInput for a sample that is not there.
    """
    sample = next((one for one in read_samples() if one.key == key), None)
    if sample is None:
        message = f"There is no sample {key!r}; there are: {', '.join(ORDER)}."
        raise InvalidInput.field("sample", message, "unknown_sample")
    store = default_datastore(workspace)
    paths, versions = _place_data(workspace, actor, store, sample.data)
    return create_draft(
        workspace=workspace,
        actor=actor,
        body={
            "name": sample.name,
            "description": sample.summary,
            "experiment": sample.experiment,
            "graph": _filled(sample, store, paths, versions),
            "default_compute": usual_target(workspace),
            **body,
        },
        origin={"sample": {"id": sample.key, "name": sample.name}},
        note_stored=note_stored,
    )


def place_sample_data(*, workspace: Workspace, actor: Actor) -> list[DatasetVersion]:
    """The data of all samples as datasets of the workspace, for who begins without a sample."""
    store = default_datastore(workspace)
    data = [one for sample in read_samples() for one in sample.data]
    _, versions = _place_data(workspace, actor, store, data)
    return list(versions.values())


def _place_data(
    workspace: Workspace, actor: Actor, store: Datastore, data: Sequence[Mapping[str, str]]
) -> tuple[dict[str, str], dict[str, DatasetVersion]]:
    """Path and dataset of each file, put there when it is not there yet."""
    paths = {one["file"]: _place_file(workspace, actor, store, one["file"]) for one in data}
    versions = {
        one["file"]: _register(workspace, actor, store, paths[one["file"]], one) for one in data
    }
    return paths, versions


def _place_file(workspace: Workspace, actor: Actor, store: Datastore, name: str) -> str:
    """The sample's file on the datastore; its path. Nothing that is there is overwritten."""
    content = (FOLDER / "data" / name).read_bytes()
    plain, own = Path(name), sha256(content).hexdigest()[:8]
    for path in (f"{PLACE}/{name}", f"{PLACE}/{plain.stem}-{own}{plain.suffix}"):
        try:
            write_file(
                workspace=workspace,
                actor=actor,
                datastore=store,
                path=path,
                stream=io.BytesIO(content),
                overwrite=False,
            )
            return path
        except Conflict:
            if _holds(store, path, content):
                return path
    raise Conflict(
        f"{PLACE}/{name} of datastore {store.name!r} is there with other content, and so is its "
        "other name. Move one of them away.",
        code="exists",
    )


def _holds(store: Datastore, path: str, content: bytes) -> bool:
    try:
        place = local_path(store, path)
        return place.stat().st_size == len(content) and place.read_bytes() == content
    except (OSError, NotFound):
        return False


def _register(
    workspace: Workspace, actor: Actor, store: Datastore, path: str, about: Mapping[str, str]
) -> DatasetVersion:
    """The file as a dataset: by its name, or without one where somebody else has the name."""
    definition = {"paths": [{"datastore": store.name, "path": path}]}
    version = create_dataset(
        workspace=workspace, actor=actor, kind="tabular", definition=definition, validate=True
    )
    try:
        return register_dataset(
            workspace=workspace,
            actor=actor,
            version=version,
            name=about["name"],
            description=about["description"],
        )
    except Conflict:
        return version


def _filled(
    sample: Sample, store: Datastore, paths: Mapping[str, str], versions: Mapping[str, Any]
) -> dict[str, Any]:
    """The graph with this workspace's ids and paths."""
    titles = {one["file"]: one["name"] for one in sample.data}
    graph: dict[str, Any] = json.loads(json.dumps(sample.graph))
    for node in graph["nodes"]:
        for port in node["inputs"]:
            if "dataset" in port["source"]:
                port["source"] = {"dataset": versions[port["source"]["dataset"]].uid}
        for name, value in node["settings"].items():
            if isinstance(value, dict) and "datastore" in value:
                node["settings"][name] = {"datastore": store.name, "path": paths[value["path"]]}
    for pill in graph["ui"]["sources"]:
        file = pill["source"]["dataset"]
        pill |= {"source": {"dataset": versions[file].uid}, "name": titles[file]}
        if versions[file].version:
            pill["version"] = versions[file].version
    return graph
