"""Files that a program keeps with a run or a step while it goes on."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings
from django.db import transaction

from pipelines.models import Artifact, Run, StepRun
from pipelines.services.hot_rows import lock_run_row
from workspaces.domain.errors import InvalidInput
from workspaces.domain.relative_paths import path_fault, shown
from workspaces.storage import BlobStore, Readable

CHUNK = 1 << 20
MOST_BYTES = 10 << 30  # of one file


def keep_artifact(*, run: Run, step_run: StepRun | None, path: str, stream: Readable) -> Artifact:
    """Keep a file under a name, in place of an earlier one of that name.

    The bytes are on disk before the row says so. Raises InvalidInput for a name that is no path.
    """
    if fault := path_fault(path):
        raise InvalidInput.field("path", f"The name {shown(path)} {fault}.")
    sha256, size = _keep_bytes(stream)
    with transaction.atomic():
        lock_run_row(run.pk)
        row, _ = Artifact.objects.update_or_create(
            run=run,
            step_run=step_run,
            path=path,
            defaults={"sha256": sha256, "size": size},
        )
    return row


def _keep_bytes(stream: Readable) -> tuple[str, int]:
    """Write a stream into the blob store under its hash."""
    store = BlobStore(Path(settings.FOREBAY_DATA) / "blobs")
    incoming = store.folder / "incoming"
    incoming.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    descriptor, temporary = tempfile.mkstemp(dir=incoming)
    made = Path(temporary)
    try:
        with os.fdopen(descriptor, "wb") as file:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
                if size > MOST_BYTES:
                    raise InvalidInput(f"A file has at most {MOST_BYTES >> 30} GiB.")
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        place = store.path_of(digest.hexdigest())
        place.parent.mkdir(parents=True, exist_ok=True)
        made.chmod(0o444)
        made.rename(place)  # an equal one that is there is replaced, and so young again
    finally:
        made.unlink(missing_ok=True)
    return digest.hexdigest(), size
