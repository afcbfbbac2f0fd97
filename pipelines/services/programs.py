"""Drafts and runs as Python programs: what of the workspace they name, and their zip."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from typing import IO, Any

from data.models import DatasetVersion
from data.selectors import default_datastore
from pipelines.domain.catalog import Catalog
from pipelines.domain.drafting import sources_of
from pipelines.domain.drafts import values_for
from pipelines.domain.program.names import identifier
from pipelines.domain.program.readable import readable
from pipelines.domain.program.subject import DatasetName, Program, Subject, Surroundings
from pipelines.domain.program.write import write_program
from pipelines.draft_selectors import modules_by_name
from pipelines.models import PipelineDraft, Run
from pipelines.services.draft_catalog import load_catalog
from pipelines.services.draft_runs import compile_draft
from workspaces.domain.errors import InvalidInput, NotFound, Problem
from workspaces.models import Workspace
from workspaces.selectors import snapshot_by_uid
from workspaces.services.access import Actor
from workspaces.services.snapshots import blob_store

# No program has this; what else is wrong with a draft stands at the top of its program.
REFUSED = (
    "cycle",
    "empty",
    "invalid",
    "duplicate_node",
    "duplicate_input",
    "duplicate_output",
    "duplicate_parameter",
)
PROGRAM = "pipeline.py"
IN_MEMORY = 8_000_000  # bytes of a zip; a larger one goes through a file
STAMP = (1980, 1, 1, 0, 0, 0)  # of every file in a zip: equal programs are equal bytes


def program_of_draft(*, draft: PipelineDraft, actor: Actor) -> Program:
    """The draft as it is saved. Raises InvalidInput when its form is none that runs."""
    values = values_for(draft.graph, draft.parameters)
    asked: dict[str, Any] = {
        "workspace": draft.workspace,
        "actor": actor,
        "graph": draft.graph,
        "compute": draft.default_compute,
        "values": values,
    }
    _, problems = compile_draft(**asked)
    refused = [one for one in problems if one.code in REFUSED and not _is_value(one)]
    if refused:
        raise InvalidInput.of(refused)
    graph, lost = readable(draft.graph)
    lost += [f"The property '{name}' is left out here." for name in draft.properties]
    subject = Subject(
        title=f"Draft '{draft.name}'",
        description=draft.description,
        experiment=draft.experiment or draft.name,
        graph=graph,
        values=values,
        default_compute=draft.default_compute,
        tags=draft.tags,
        unfinished=tuple(_sentence(one) for one in problems),
        lost=tuple(lost),
    )
    return write_program(subject, _surroundings(draft.workspace, subject, load_catalog(**asked)))


def program_of_run(*, run: Run, actor: Actor) -> Program:
    """What this run was, as it was submitted."""
    catalog = load_catalog(
        workspace=run.workspace,
        actor=actor,
        graph=run.graph,
        compute="",
        values=run.parameters,
    )
    options: dict[str, Any] = {
        "continue_on_step_failure": True if run.continue_on_step_failure else None,
        "retry": run.retry,
        "timeout_seconds": run.timeout_seconds,
    }
    subject = Subject(
        title=f"Run {run.number} of experiment '{run.experiment.name}'",
        description=run.description,
        experiment=run.experiment.name,
        graph=run.graph,
        values=run.parameters,
        tags=run.tags,
        options={name: value for name, value in options.items() if value},
    )
    return write_program(subject, _surroundings(run.workspace, subject, catalog))


def file_name(title: str) -> str:
    """A file's name for a draft or a run, without an ending."""
    return identifier(title).strip("_") or "pipeline"


def zip_program(*, workspace: Workspace, program: Program, server: str) -> IO[bytes]:
    """The program, its source folders and a config.json, at the beginning of the file.

    Raises NotFound when the store has not the bytes of a script any more.
    """
    # The caller closes it, after it was sent.
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, PROGRAM, program.text.encode())
        _add(archive, "config.json", _config(workspace, server))
        for uid, folder in program.folders.items():
            for one in snapshot_by_uid(workspace, uid).files:
                info = _info(f"{folder}/{one['path']}", executable=bool(one.get("executable")))
                try:
                    with blob_store().open(one["sha256"]) as blob, archive.open(info, "w") as into:
                        while chunk := blob.read(1 << 20):
                            into.write(chunk)
                except FileNotFoundError:
                    message = f"The bytes of {one['path']!r} are gone from the store."
                    raise NotFound(message) from None
    file.seek(0)
    return file


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(_info(name), content)


def _info(name: str, *, executable: bool = False) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, STAMP)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = (0o100755 if executable else 0o100644) << 16
    return info


def _config(workspace: Workspace, server: str) -> bytes:
    """As the SDK reads it; it holds no secret."""
    config = {
        "subscription_id": workspace.subscription_id,
        "resource_group": workspace.resource_group,
        "workspace_name": workspace.name,
        "forebay_server": server,
    }
    return (json.dumps(config, indent=2) + "\n").encode()


def _is_value(problem: Problem) -> bool:
    return problem.node is None and problem.field.startswith("parameters.")


def _sentence(problem: Problem) -> str:
    whose = problem.node_name or problem.node
    return f"{whose}: {problem.message}" if whose else problem.message


def _surroundings(workspace: Workspace, subject: Subject, catalog: Catalog) -> Surroundings:
    uids, names = _named_datasets(subject)
    rows = DatasetVersion.objects.filter(workspace=workspace).select_related("dataset")
    known = list(rows.filter(uid__in=uids)) if uids else []
    of_names = list(rows.filter(dataset__name__in=names).order_by("version")) if names else []
    ids: dict[tuple[str, str], str] = {}
    for row in of_names:
        if row.dataset is not None:
            ids[(row.dataset.name, str(row.version))] = row.uid
            ids[(row.dataset.name, "latest")] = row.uid  # the last one is the newest
    return Surroundings(
        workspace=workspace.name,
        default_datastore=default_datastore(workspace).name,
        datasets={row.uid: _dataset_name(row) for row in [*known, *of_names]},
        dataset_ids=ids,
        catalog=catalog,
        modules_by_name=modules_by_name(workspace, {face.name for face in catalog.faces.values()}),
    )


def _dataset_name(row: DatasetVersion) -> DatasetName:
    name = row.dataset.name if row.dataset is not None else None
    return DatasetName(name, row.version, row.kind == DatasetVersion.TABULAR)


def _named_datasets(subject: Subject) -> tuple[set[str], set[str]]:
    """(ids, names) of the datasets that inputs and values name."""
    chosen: Iterable[Any] = [
        *sources_of(subject.graph),
        *(one.get("default") for one in subject.graph.get("parameters") or []),
        *subject.values.values(),
    ]
    values = [one for one in chosen if isinstance(one, Mapping)]
    return (
        {one["dataset"] for one in values if isinstance(one.get("dataset"), str)},
        {one["name"] for one in values if isinstance(one.get("name"), str)},
    )
