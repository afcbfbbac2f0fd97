"""The studio's own modules in a workspace, by content: registered when it is set up or started,
or on first need."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Count

from pipelines import library
from pipelines.domain.module_specs import read_spec
from pipelines.domain.reuse import digest_of
from pipelines.models import Module, ModuleVersion
from workspaces.models import Snapshot, Workspace
from workspaces.services.access import Actor
from workspaces.services.snapshots import create_snapshots, store_blobs

FOLDER = Path(library.__file__).resolve().parent
SHARED = "forebay_modules"


@dataclass(frozen=True)
class BuiltIn:
    """A module as it is in this release."""

    key: str
    spec: Mapping[str, Any]
    files: tuple[Mapping[str, Any], ...]  # as a snapshot's
    digest: str


@dataclass(frozen=True)
class Library:
    modules: tuple[BuiltIn, ...]
    environment: Mapping[str, Any]
    blobs: Mapping[str, bytes]  # by SHA-256


@lru_cache(maxsize=1)
def read_library() -> Library:
    """What stands in pipelines/library; read once, for it changes with the studio only."""
    blobs: dict[str, bytes] = {}
    environment = json.loads((FOLDER / "environment.json").read_text(encoding="utf-8"))
    shared = [_entry(path, f"{SHARED}/{path.name}", blobs) for path in _files(FOLDER / SHARED)]
    modules = []
    for face in sorted(FOLDER.glob("*/module.json")):
        spec, problems = read_spec(json.loads(face.read_text(encoding="utf-8")))
        if problems:
            raise ValueError(f"{face}: {problems[0].field}: {problems[0].message}")
        own = [_entry(path, path.name, blobs) for path in _files(face.parent)]
        files = tuple(sorted([*own, *shared], key=lambda file: str(file["path"])))
        digest = digest_of([files, environment])
        modules.append(BuiltIn(face.parent.name, spec, files, digest))
    return Library(tuple(modules), environment, blobs)


def _files(folder: Path) -> list[Path]:
    return sorted([*folder.glob("*.py"), *folder.glob("*.json")])


def _entry(path: Path, name: str, blobs: dict[str, bytes]) -> dict[str, Any]:
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    blobs[sha256] = content
    return {"path": name, "sha256": sha256, "size": len(content), "executable": False}


def ensure_library(*, workspace: Workspace, actor: Actor) -> None:
    """The workspace has every built-in as it is in this release. One query when it has.

    Changed content becomes the module's next version, and its default; drafts keep theirs.
    """
    current, known = read_library(), _known(workspace)
    missing = [one for one in current.modules if known.get(one.key) != one.digest]
    if not missing:
        return
    frames = io.BytesIO()
    for sha256, content in current.blobs.items():
        frames.write(f"{sha256} {len(content)}\n".encode() + content)
    frames.seek(0)
    store_blobs(workspace=workspace, stream=frames)
    rows = create_snapshots(
        workspace=workspace,
        actor=actor,
        several=[[dict(file) for file in one.files] for one in missing],
    )
    snapshots = {one.key: row for one, row in zip(missing, rows, strict=True)}
    with transaction.atomic():
        Workspace.objects.select_for_update().get(pk=workspace.pk)  # one registers, others wait
        known = _known(workspace)
        changed = [one for one in missing if known.get(one.key) != one.digest]
        _register(workspace, actor, changed, snapshots, current.environment)


def _known(workspace: Workspace) -> dict[str, str]:
    """The digest of the newest version of each built-in, by key."""
    rows = ModuleVersion.objects.filter(module__workspace=workspace).exclude(module__key="")
    return dict(rows.order_by("id").values_list("module__key", "digest"))


def _register(
    workspace: Workspace,
    actor: Actor,
    changed: Sequence[BuiltIn],
    snapshots: Mapping[str, Snapshot],
    environment: Mapping[str, Any],
) -> None:
    """The next version of each of these, and the modules that are new."""
    rows = Module.objects.filter(workspace=workspace).exclude(key="")
    modules = {row.key: row for row in rows.annotate(count=Count("versions"))}
    new = [Module(workspace=workspace, key=one.key) for one in changed if one.key not in modules]
    by_key = {**modules, **{row.key: row for row in new}}
    for one in changed:
        row = by_key[one.key]
        row.name, row.group = one.spec["name"], one.spec["group"]
        row.description = one.spec["description"]
        row.default_version = str(getattr(row, "count", 0) + 1)
    Module.objects.bulk_create(new)
    if old := [by_key[one.key] for one in changed if one.key in modules]:
        Module.objects.bulk_update(old, ["name", "group", "description", "default_version"])
    ModuleVersion.objects.bulk_create(
        [
            ModuleVersion(
                module=by_key[one.key],
                version=by_key[one.key].default_version,
                spec=dict(one.spec),
                environment=dict(environment),
                snapshot=snapshots[one.key],
                digest=one.digest,
                changes=one.spec.get("changes")
                or ("Came with a newer studio." if one.key in modules else ""),
                created_by=actor.user,
            )
            for one in changed
        ]
    )
