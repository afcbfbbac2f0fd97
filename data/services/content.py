"""Content ids: when two datasets or paths hold the same bytes, so that steps can be reused.

The store's own identity of a file (size, times, inode) is the key to a hash made on first use.
Above a limit hashing would hold up a submit: then the identity counts, and a note says so.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.db import transaction

from data.models import ContentHash, DatasetVersion, Datastore
from data.selectors import DataFile, dataset_files, path_files
from data.storage import open_storage
from workspaces.domain.errors import InvalidInput

HASH_LIMIT = 1 << 30  # bytes of one dataset or path that are hashed at most
BATCH = 500
# A file changed again within one tick of the disk's clock keeps its identity: too young to trust.
SETTLED_SECONDS = 0.1


@dataclass(frozen=True)
class ContentId:
    """`id` is equal for equal bytes under equal names; `note` says when it isn't about bytes."""

    id: str
    note: str = ""


def content_id_of_dataset(version: DatasetVersion) -> ContentId:
    """Of the dataset's files and its definition. InvalidInput names a missing path.

    Where the files lie does not count, what they are called below the named folder does.
    """
    definition = {key: value for key, value in version.definition.items() if key != "paths"}
    return _content_id(dataset_files(version), [version.kind, definition])


def content_id_of_path(datastore: Datastore, path: str) -> ContentId:
    """Of the file, or all files of the folder, at a path. InvalidInput when there is none."""
    return _content_id(path_files(datastore, path), "path")


def _content_id(files: Sequence[DataFile], how: Any) -> ContentId:
    total = sum(file.size for file in files)
    if total > HASH_LIMIT:
        entries = sorted([f.relative, f.datastore.uid, f.path, f.identity] for f in files)
        note = (
            f"{total / 2**30:.1f} GiB are too much to read before each run, so size and time of "
            "the files count instead of their bytes."
        )
        return ContentId(_digest(["identity", how, entries]), note)
    hashes = _hashes(files)
    entries = sorted([f.relative, hashes[f.datastore.pk, f.path]] for f in files)
    return ContentId(_digest(["bytes", how, entries]))


def _digest(body: Any) -> str:
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _hashes(files: Sequence[DataFile]) -> dict[tuple[int, str], str]:
    known = _cached(files)
    found, fresh = {}, []
    for file in files:
        sha256 = known.get((file.datastore.pk, file.path, file.identity))
        if sha256 is None:
            file, sha256 = _hash_settled(file)
            if _is_settled(file.local):
                fresh.append((file, sha256))
        found[file.datastore.pk, file.path] = sha256
    _remember(fresh)
    return found


def _cached(files: Sequence[DataFile]) -> dict[tuple[int, str, str], str]:
    known = {}
    for start in range(0, len(files), BATCH):
        batch = files[start : start + BATCH]
        rows = ContentHash.objects.filter(
            datastore__in={f.datastore.pk for f in batch}, path__in=[f.path for f in batch]
        )
        known.update({(r.datastore_id, r.path, r.identity): r.sha256 for r in rows})
    return known


def _hash_settled(file: DataFile) -> tuple[DataFile, str]:
    """The file's hash, and its identity while it was read."""
    storage = open_storage(file.datastore.root)
    for _ in range(3):
        try:
            with file.local.open("rb") as stream:
                sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise InvalidInput(
                f"{file.path!r} in datastore {file.datastore.name!r} can't be read: "
                f"{error.strerror}."
            ) from None
        after = storage.info(file.path)
        if after and after.identity == file.identity:
            return file, sha256
        if after:
            file = replace(file, identity=after.identity, size=after.size)
    raise InvalidInput(
        f"{file.path!r} in datastore {file.datastore.name!r} keeps changing while it is read. "
        "Submit again when it is written."
    )


def _is_settled(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_ctime > SETTLED_SECONDS
    except OSError:
        return False


def _remember(hashed: Iterable[tuple[DataFile, str]]) -> None:
    rows = [
        ContentHash(
            datastore=file.datastore,
            path=file.path,
            identity=file.identity,
            sha256=sha256,
            size=file.size,
        )
        for file, sha256 in hashed
    ]
    if not rows:
        return
    with transaction.atomic():
        ContentHash.objects.bulk_create(
            rows,
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=["datastore", "path"],
            update_fields=["identity", "sha256", "size"],
        )
