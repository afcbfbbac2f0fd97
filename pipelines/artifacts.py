"""Reads of the files kept with runs and steps; those of a running step as they are now."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from pipelines.domain.manifests import walk_files
from pipelines.domain.status import ACTIVE, Status
from pipelines.models import Artifact, Run, StepRun
from pipelines.selectors import attempt_folder, get_attempt, origin_of
from workspaces.domain.errors import NotFound
from workspaces.storage import BlobStore

LIVE_FOLDERS = ("outputs", "logs")  # of a running step's working folder
MOST_LIVE_FILES = 1000


@dataclass(frozen=True)
class KeptFile:
    """A file by the name under which it is kept, and where its bytes are now."""

    path: str
    size: int
    place: Path


def artifacts_of(step: StepRun) -> list[KeptFile]:
    """Files that a step uploaded or left in ./outputs and ./logs, by path."""
    origin = origin_of(step)
    found = {file.path: file for file in _live_files(origin)}
    found.update({row.path: _kept(row) for row in Artifact.objects.filter(step_run=origin)})
    return [found[path] for path in sorted(found)]


def artifacts_of_run(run: Run) -> list[KeptFile]:
    """Files that were uploaded to a run itself, by path."""
    return [_kept(row) for row in Artifact.objects.filter(run=run, step_run=None).order_by("path")]


def get_artifact(step: StepRun, path: str) -> KeptFile:
    """One file of a step by its path. Raises NotFound."""
    origin = origin_of(step)
    row = Artifact.objects.filter(step_run=origin, path=path).first()
    if row is not None:
        return _kept(row)
    found = next((file for file in _live_files(origin) if file.path == path), None)
    if found is None:
        raise NotFound(f"Step {step.name!r} has no artifact {path!r}.")
    return found


def get_run_artifact(run: Run, path: str) -> KeptFile:
    """One file of a run by its path. Raises NotFound."""
    row = Artifact.objects.filter(run=run, step_run=None, path=path).first()
    if row is None:
        raise NotFound(f"Run {run.number} has no artifact {path!r} of its own.")
    return _kept(row)


def _kept(row: Artifact) -> KeptFile:
    store = BlobStore(Path(settings.FOREBAY_DATA) / "blobs")
    return KeptFile(row.path, row.size, store.path_of(row.sha256))


def _live_files(step: StepRun) -> list[KeptFile]:
    """Files in the working folder of a step that runs now; links are not followed."""
    attempt = get_attempt(step, None) if Status(step.status) in ACTIVE else None
    if attempt is None:
        return []
    code = attempt_folder(attempt) / "code"
    found: list[KeptFile] = []
    for name in LIVE_FOLDERS:
        if not (code / name).is_dir() or (code / name).is_symlink():
            continue
        try:
            for file in walk_files(code / name):
                relative = os.fsencode(f"{name}/{file.relative}").decode("utf-8", "replace")
                found.append(KeptFile(relative, file.size, Path(file.path)))
                if len(found) >= MOST_LIVE_FILES:
                    return found
        except OSError:  # the script moves its files about at this moment
            continue
    return found
