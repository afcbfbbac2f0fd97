"""The content-addressed store: files named by the SHA-256 of their bytes.

Standard library only, so that the runner's stager can use it too. A blob appears by one rename
of a complete, hashed and flushed temporary file on the same disk; it never changes afterwards.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from workspaces.domain.errors import InvalidInput
from workspaces.domain.snapshot_files import SHA256, blob_path

CHUNK = 1 << 20
TEMPORARY = "incoming"  # below the store's folder: same disk, never taken for a blob
TOKEN = re.compile(rb"fb[ys]_[A-Za-z0-9_-]{43}")
TOKEN_LENGTH = 47
FLUSH_THREADS = 8  # flushes that wait together share one journal commit


class Readable(Protocol):
    """What a blob is read from: a file or a request's body."""

    def read(self, size: int = ..., /) -> bytes: ...


@dataclass(frozen=True)
class StagedBlob:
    """A complete file that is not in the store yet."""

    sha256: str
    size: int
    temporary: Path
    holds_token: bool


class BlobStore:
    """Blobs below one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path_of(self, sha256: str) -> Path:
        """Where the blob is or would be; ValueError when this is no SHA-256."""
        return blob_path(self.folder, sha256)

    def has(self, sha256: str) -> bool:
        return self.path_of(sha256).is_file()

    def open(self, sha256: str) -> BinaryIO:
        """The blob's bytes; FileNotFoundError when it is not here."""
        return self.path_of(sha256).open("rb")

    def put(self, stream: Readable, *, sha256: str, size: int) -> StagedBlob:
        """Store one blob of exactly `size` bytes read from `stream`.

        Raises InvalidInput, with nothing stored, when the bytes end early or hash otherwise.
        """
        staged = self.stage(stream, sha256=sha256, size=size)
        self.publish([staged])
        return staged

    def stage(self, stream: Readable, *, sha256: str, size: int) -> StagedBlob:
        """Read exactly `size` bytes into a temporary file and check their hash."""
        incoming = self.folder / TEMPORARY
        incoming.mkdir(parents=True, exist_ok=True)
        temporary = incoming / uuid.uuid4().hex
        try:
            with temporary.open("xb", buffering=0) as file:
                actual, holds_token = _copy(stream, file, size)
            if actual != sha256:
                raise InvalidInput(
                    f"The bytes sent for blob {sha256[:12]}… have the hash {actual[:12]}…; "
                    "the file changed while it was sent. Send it again.",
                    code="wrong_hash",
                )
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        return StagedBlob(sha256, size, temporary, holds_token)

    def publish(self, staged: Sequence[StagedBlob]) -> None:
        """Flush staged files to disk and rename them into the store; safe to race and repeat."""
        folders = {self.path_of(blob.sha256).parent for blob in staged}
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(min(FLUSH_THREADS, max(1, len(staged)))) as pool:
            list(pool.map(_flush, [blob.temporary for blob in staged]))
            for blob in staged:
                blob.temporary.chmod(0o444)
                blob.temporary.replace(self.path_of(blob.sha256))
            list(pool.map(_flush, folders))

    def discard(self, staged: Iterable[StagedBlob]) -> None:
        """Drop staged files that will not be published."""
        for blob in staged:
            blob.temporary.unlink(missing_ok=True)

    def delete_older(self, sha256: str, *, than: float) -> bool:
        """Remove a blob that nobody put or touched for `than` seconds; whether it is gone.

        Somebody may touch it between the look and the removal. So it is moved aside first, where
        nobody finds it to touch, looked at again, and put back when it turns out to be young.
        """
        place = self.path_of(sha256)
        aside = self.folder / TEMPORARY / f"{sha256}.{uuid.uuid4().hex}"
        aside.parent.mkdir(parents=True, exist_ok=True)
        try:
            place.rename(aside)
        except FileNotFoundError:
            return True
        if time.time() - aside.stat().st_mtime <= than:
            aside.replace(place)
            return False
        aside.unlink()
        return True

    def hashes(self) -> Iterator[str]:
        """The blobs on disk, in no order."""
        if not self.folder.is_dir():
            return
        for folder in os.scandir(self.folder):
            if len(folder.name) == 2 and folder.is_dir():
                for entry in os.scandir(folder.path):
                    if SHA256.fullmatch(entry.name):
                        yield entry.name

    def age(self, sha256: str) -> float:
        """Seconds since the blob was last put; 0 when it is not here."""
        try:
            return time.time() - self.path_of(sha256).stat().st_mtime
        except FileNotFoundError:
            return 0.0

    def sweep_incoming(self, *, older_than: float) -> int:
        """Delete temporary files left behind by a crash; answers how many."""
        incoming, gone = self.folder / TEMPORARY, 0
        if not incoming.is_dir():
            return 0
        for entry in os.scandir(incoming):
            if time.time() - entry.stat().st_mtime > older_than:
                Path(entry.path).unlink(missing_ok=True)
                gone += 1
        return gone


def _copy(stream: Readable, file: BinaryIO, size: int) -> tuple[str, bool]:
    """Copy `size` bytes; answers their hash and whether an access token of ours is among them."""
    digest, left, tail, holds_token = hashlib.sha256(), size, b"", False
    while left:
        chunk = stream.read(min(CHUNK, left))
        if not chunk:
            raise InvalidInput(
                f"The upload ended {left:,} bytes early. Send it again.", code="torn_upload"
            )
        digest.update(chunk)
        write_all(file, chunk)
        left -= len(chunk)
        window = tail + chunk
        holds_token = holds_token or (
            (b"fby_" in window or b"fbs_" in window) and bool(TOKEN.search(window))
        )
        tail = window[-(TOKEN_LENGTH - 1) :]
    return digest.hexdigest(), holds_token


def write_all(file: BinaryIO, chunk: bytes) -> None:
    """Write a whole chunk to an unbuffered file, which may take it in parts."""
    view = memoryview(chunk)
    while view:
        view = view[file.write(view) :]


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
