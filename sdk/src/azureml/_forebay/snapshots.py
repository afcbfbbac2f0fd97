"""Send a source directory to the server: only what the workspace has not, in batches.

Equal content gives the same snapshot id, and within one process it is sent once, however many
steps share the directory.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, Optional, Union, cast

from azureml._forebay.errors import Conflict
from azureml._forebay.source_tree import SourceFile, collect_files, hash_file
from azureml.exceptions import SnapshotException

if TYPE_CHECKING:
    from azureml.core.workspace import Workspace

BATCH_BYTES = 32 * 1024 * 1024
ASKED_AT_ONCE = 10_000
CONTENT_TYPE = "application/x-forebay-blobs"
_TOKEN_FILE_LIMIT = 1 << 20

_Manifest = tuple[tuple[str, str, bool], ...]
_created: dict[tuple[str, str, _Manifest], str] = {}


def create_snapshot(
    workspace: Workspace, source_directory: Union[str, Path], *, again: bool = False
) -> str:
    """The id of the snapshot of ``source_directory``; uploads what is missing.

    ``again`` asks the server even if this process has sent the same content before: after a
    submit was answered with 409 because the server had dropped unused blobs.
    """
    files = []
    token = workspace._transport.token
    for file in collect_files(source_directory):
        _refuse_token(file, token)
        files.append(replace(file, sha256=hash_file(file)))
    manifest = tuple((file.path, file.sha256, file.executable) for file in files)
    key = (workspace._transport.server, workspace.name, manifest)
    if again or key not in _created:
        _created[key] = _send(workspace, files)
    return _created[key]


def forget_snapshots() -> None:
    """Drop what this process remembers of snapshots it has sent."""
    _created.clear()


def _send(workspace: Workspace, files: list[SourceFile]) -> str:
    _upload(workspace, _missing(workspace, files))
    body = {
        "files": [
            {
                "path": file.path,
                "sha256": file.sha256,
                "size": file.size,
                "executable": file.executable,
            }
            for file in files
        ]
    }
    path = workspace._path("snapshots")
    try:
        answer = workspace._transport.post_json(path, body, repeatable=True)
    except Conflict as conflict:  # blobs were dropped between the two calls
        missing = set(conflict.body.get("missing") or [])
        if not missing:
            raise
        _upload(workspace, [file for file in files if file.sha256 in missing])
        answer = workspace._transport.post_json(path, body, repeatable=True)
    return str(answer["id"])


def _missing(workspace: Workspace, files: list[SourceFile]) -> list[SourceFile]:
    by_hash = {file.sha256: file for file in files}
    hashes = sorted(by_hash)
    missing: list[SourceFile] = []
    for start in range(0, len(hashes), ASKED_AT_ONCE):
        answer = workspace._transport.post_json(
            workspace._path("snapshots/missing"),
            {"hashes": hashes[start : start + ASKED_AT_ONCE]},
            repeatable=True,
        )
        missing.extend(by_hash[sha256] for sha256 in answer["missing"] if sha256 in by_hash)
    return missing


def _upload(workspace: Workspace, files: list[SourceFile]) -> None:
    for batch in _batches(files):
        body = _Frames(batch)
        workspace._transport.post_bytes(
            workspace._path("blobs"),
            cast(BinaryIO, body),
            content_type=CONTENT_TYPE,
            size=body.size,
        )


def _batches(files: list[SourceFile]) -> Iterator[list[SourceFile]]:
    batch: list[SourceFile] = []
    size = 0
    for file in files:
        if batch and size + file.size > BATCH_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(file)
        size += file.size
    if batch:
        yield batch


class _Frames:
    """Files as one body, read piece by piece: ``<sha256> <size>\\n`` and the bytes, repeated."""

    def __init__(self, files: list[SourceFile]) -> None:
        self._files = files
        self.size = sum(len(self._head(file)) + file.size for file in files)
        self.seek(0)

    @staticmethod
    def _head(file: SourceFile) -> bytes:
        return f"{file.sha256} {file.size}\n".encode("ascii")

    def seek(self, offset: int) -> None:
        """Back to the start; the only place a repeated request goes to."""
        self._pieces = self._read_files()

    def read(self, size: int = -1) -> bytes:
        """The next piece, at most ``size`` bytes; empty at the end."""
        self._want = size if size > 0 else 1 << 16
        return next(self._pieces, b"")

    def _read_files(self) -> Iterator[bytes]:
        for file in self._files:
            yield self._head(file)
            left = file.size
            with open(file.local, "rb") as stream:
                while left:
                    piece = stream.read(min(self._want, left))
                    if not piece:
                        raise SnapshotException(
                            f"{file.path} became shorter while it was sent. Submit again."
                        )
                    left -= len(piece)
                    yield piece


def _refuse_token(file: SourceFile, token: Optional[str]) -> None:
    """A token in a snapshot would be readable by everyone who may see the run."""
    if not token or file.size > _TOKEN_FILE_LIMIT or file.size < len(token):
        return
    stream: IO[bytes]
    with open(file.local, "rb") as stream:
        found = os.fsencode(token) in stream.read()
    if found:
        raise SnapshotException(
            f"{file.path} contains your access token. Remove it (config.json needs none: use"
            " `forebay login`), and revoke the token if others may have seen the file."
        )
