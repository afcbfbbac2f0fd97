"""Snapshots and their blobs: down once, shared by content, gone when nothing refers to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from workspaces.domain.errors import Conflict, InvalidInput, Problem, TooLarge
from workspaces.domain.relative_paths import shown
from workspaces.domain.snapshot_files import (
    MAX_PROBLEMS,
    MAX_SNAPSHOT_BYTES,
    MAX_SNAPSHOT_FILES,
    SHA256,
    SnapshotFile,
    check_size,
    copy_tree,
    manifest_digest,
    parse_files,
)
from workspaces.models import Blob, BlobPresence, Snapshot, Workspace
from workspaces.services.access import Actor
from workspaces.services.blob_frames import FrameReader
from workspaces.storage import BlobStore, Readable, StagedBlob

KEEP_UNREFERENCED = timedelta(hours=24)
BATCH = 500  # ids in one SQL statement

Item = TypeVar("Item")


def blob_store() -> BlobStore:
    """The studio's one store."""
    return BlobStore(settings.FOREBAY_DATA / "blobs")


def batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """The items in lists that one SQL statement takes."""
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch


def missing_blobs(*, workspace: Workspace, hashes: Sequence[str]) -> list[str]:
    """Which of these blobs this workspace must still send, in the order asked.

    A blob that only another workspace has sent is missing: knowing a hash gives no file.
    """
    if len(hashes) > MAX_SNAPSHOT_FILES:
        raise InvalidInput.field("hashes", f"At most {MAX_SNAPSHOT_FILES:,} hashes at once.")
    for index, sha256 in enumerate(hashes):
        if not isinstance(sha256, str) or not SHA256.fullmatch(sha256):
            raise InvalidInput.field(
                f"hashes.{index}", "A hash must be 64 lower-case hexadecimal digits."
            )
    with transaction.atomic():
        here = set(_touch_present(workspace, set(hashes)))
    return [sha256 for sha256 in dict.fromkeys(hashes) if sha256 not in here]


def _touch_present(workspace: Workspace, hashes: set[str]) -> dict[str, Blob]:
    """The blobs that the workspace has and the disk too; the sweep spares them for a day more."""
    store, here = blob_store(), {}
    for batch in batches(sorted(hashes)):
        rows = BlobPresence.objects.filter(workspace=workspace, blob__in=batch)
        found = [p.blob for p in rows.select_related("blob") if store.has(p.blob_id)]
        rows.filter(blob__in=found).update(touched_at=timezone.now())
        here.update({blob.sha256: blob for blob in found})
    return here


def store_blobs(*, workspace: Workspace, stream: Readable) -> int:
    """Store every frame of a body, all or none; answers how many.

    Raises InvalidInput for a torn body or a wrong hash, TooLarge above a snapshot's limit.
    """
    store, reader = blob_store(), FrameReader(stream)
    staged: list[StagedBlob] = []
    total = 0
    try:
        for sha256, size in reader.headers():
            total += size
            if total > MAX_SNAPSHOT_BYTES or len(staged) >= MAX_SNAPSHOT_FILES:
                raise TooLarge(
                    f"One upload takes at most {MAX_SNAPSHOT_BYTES // 2**20} MB in "
                    f"{MAX_SNAPSHOT_FILES:,} files. A snapshot can't be larger."
                )
            staged.append(store.stage(reader, sha256=sha256, size=size))
        if staged:
            store.publish(staged)
    except BaseException:
        store.discard(staged)
        raise
    _record_blobs(workspace, {blob.sha256: blob for blob in staged}.values())
    return len(staged)


@transaction.atomic
def _record_blobs(workspace: Workspace, staged: Iterable[StagedBlob]) -> None:
    now, store = timezone.now(), blob_store()
    for batch in batches(staged):
        Blob.objects.bulk_create(
            [Blob(sha256=b.sha256, size=b.size, holds_token=b.holds_token) for b in batch],
            ignore_conflicts=True,
        )
        BlobPresence.objects.bulk_create(
            [
                BlobPresence(workspace=workspace, blob_id=b.sha256, touched_at=now)
                for b in batch
                if store.has(b.sha256)  # a sweep in this very moment: the client sends it again
            ],
            update_conflicts=True,
            unique_fields=["workspace", "blob"],
            update_fields=["touched_at"],
        )


def create_snapshot(*, workspace: Workspace, actor: Actor, files: object) -> Snapshot:
    """A snapshot of these files (a list of {path, sha256, size, executable}).

    Equal content answers the earlier row. Raises InvalidInput with every bad path, TooLarge
    above 300 MB, Conflict with `missing` hashes when blobs have to be sent first.
    """
    return create_snapshots(workspace=workspace, actor=actor, several=[files])[0]


@transaction.atomic
def create_snapshots(
    *, workspace: Workspace, actor: Actor, several: Sequence[object]
) -> list[Snapshot]:
    """As `create_snapshot`, one for each list of files, in a handful of statements."""
    manifests = [parse_files(files) for files in several]
    hashes = {file.sha256 for manifest in manifests for file in manifest}
    blobs = _touch_present(workspace, hashes)
    missing = sorted(hashes - set(blobs))
    if missing:
        raise Conflict(
            f"{len(missing)} files of the snapshot are not here yet. Send their blobs first.",
            code="missing_blobs",
            extra={"missing": missing},
        )
    wanted = {}
    for manifest in manifests:
        _check_against_blobs(manifest, blobs)
        wanted[manifest_digest(manifest)] = manifest
    found = _by_digest(workspace, wanted)
    made = [
        Snapshot(
            workspace=workspace,
            digest=digest,
            files=[file.as_dict() for file in manifest],
            file_count=len(manifest),
            size=sum(file.size for file in manifest),
            created_by=actor.user,
        )
        for digest, manifest in wanted.items()
        if digest not in found
    ]
    if made:  # equal content that is sent twice at once is one row
        Snapshot.objects.bulk_create(made, ignore_conflicts=True)
        found |= _by_digest(workspace, [snapshot.digest for snapshot in made])
    return [found[manifest_digest(manifest)] for manifest in manifests]


def _by_digest(workspace: Workspace, digests: Iterable[str]) -> dict[str, Snapshot]:
    found = {}
    for batch in batches(digests):
        rows = Snapshot.objects.filter(workspace=workspace, digest__in=batch)
        found.update({row.digest: row for row in rows})
    return found


def _check_against_blobs(manifest: Sequence[SnapshotFile], blobs: dict[str, Blob]) -> None:
    check_size(sum(blobs[file.sha256].size for file in manifest))
    problems = [
        Problem(
            f"{shown(file.path)} holds an access token of this studio. Take it out of the file "
            "or leave the file out with .amlignore, and revoke the token: it was sent.",
            field="files",
            code="holds_token",
        )
        for file in manifest
        if blobs[file.sha256].holds_token
    ]
    problems += [
        Problem(
            f"{shown(file.path)} is said to have {file.size:,} bytes, "
            f"but its blob has {blobs[file.sha256].size:,}.",
            field="files",
        )
        for file in manifest
        if file.size != blobs[file.sha256].size
    ]
    if problems:
        raise InvalidInput.of(problems[:MAX_PROBLEMS])


def materialise_snapshot(snapshot: Snapshot, target: Path) -> None:
    """Private copies of the snapshot's files below `target`. May be repeated."""
    copy_tree(snapshot.files, blob_store().folder, target)


def sweep_unreferenced_blobs(
    *, now: datetime, referenced_elsewhere: Iterable[str] = (), limit: int = 10_000
) -> int:
    """Delete blobs that nothing refers to and nobody touched for 24 h; answers how many.

    `referenced_elsewhere` are the hashes that higher floors keep (artifacts). A file is deleted
    inside the transaction that drops its row, so an upload of the same blob comes before it
    (and its younger file is spared) or after it (and finds no file, so sends it again).
    """
    store, oldest = blob_store(), now - KEEP_UNREFERENCED
    keep = set(referenced_elsewhere)
    for files in Snapshot.objects.values_list("files", flat=True).iterator(chunk_size=100):
        keep.update(file["sha256"] for file in files)
    store.sweep_incoming(older_than=KEEP_UNREFERENCED.total_seconds())
    doomed = [sha256 for sha256 in store.hashes() if sha256 not in keep]
    gone = 0
    for batch in batches(islice(doomed, limit)):
        gone += _delete_blobs(store, batch, oldest, now)
    return gone


@transaction.atomic
def _delete_blobs(store: BlobStore, hashes: list[str], oldest: datetime, now: datetime) -> int:
    fresh = BlobPresence.objects.select_for_update().filter(blob__in=hashes, touched_at__gte=oldest)
    spared = set(fresh.values_list("blob", flat=True))
    old = (now - oldest).total_seconds()
    doomed = [h for h in hashes if h not in spared and store.age(h) > old]
    gone = [sha256 for sha256 in doomed if store.delete_older(sha256, than=old)]
    BlobPresence.objects.filter(blob__in=gone).delete()
    Blob.objects.filter(sha256__in=gone).delete()
    return len(gone)
