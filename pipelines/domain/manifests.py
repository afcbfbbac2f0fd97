"""What a tree of files is: its content (hashes) and its identity (what a change would touch).

Standard library only: the stager and the services that check for reuse both use it.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

CHUNK = 1024 * 1024


@dataclass(frozen=True)
class TreeFile:
    """A regular file of a tree; `relative` uses `/` and is empty when the tree is one file."""

    relative: str
    path: str
    size: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True)
class Manifest:
    """A published output as it is registered."""

    content_id: str
    identity: str
    file_count: int
    size: int
    is_directory: bool


def walk_files(root: str | Path) -> Iterator[TreeFile]:
    """Every regular file below `root` (or `root` itself), in no order; links are not followed."""
    top = os.fspath(root)
    found = os.lstat(top)
    if stat.S_ISREG(found.st_mode):
        yield TreeFile("", top, found.st_size, found.st_mtime_ns, found.st_ino)
    if not stat.S_ISDIR(found.st_mode):
        return
    waiting = [("", top)]
    while waiting:
        prefix, folder = waiting.pop()
        with os.scandir(folder) as entries:
            for entry in entries:
                relative = prefix + entry.name
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((relative + "/", entry.path))
                elif entry.is_file(follow_symlinks=False):
                    info = entry.stat(follow_symlinks=False)
                    yield TreeFile(
                        relative, entry.path, info.st_size, info.st_mtime_ns, info.st_ino
                    )


def hash_file(path: str | Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    digest = hashlib.sha256()
    with open(path, "rb", buffering=0) as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def content_id(hashes: Iterable[tuple[str, str]]) -> str:
    """The digest of (relative path, sha256) pairs, in any order."""
    digest = hashlib.sha256(b"forebay-tree-1\n")
    for relative, sha256 in sorted(hashes):
        digest.update(os.fsencode(relative) + b"\0" + sha256.encode() + b"\n")
    return digest.hexdigest()


def identity_of_files(files: Iterable[TreeFile]) -> str:
    """The digest of paths, sizes, times and inodes: equal means nobody touched the files."""
    digest = hashlib.sha256(b"forebay-identity-1\n")
    for file in sorted(files, key=lambda one: one.relative):
        line = f"\0{file.size}\0{file.mtime_ns}\0{file.inode}\n"
        digest.update(os.fsencode(file.relative) + line.encode())
    return digest.hexdigest()


def identity_of_tree(root: str | Path) -> str:
    """The identity of what is at `root` now. Raises OSError when nothing is there."""
    return identity_of_files(walk_files(root))


def describe_tree(root: str | Path) -> Manifest:
    """Hash and measure what is at `root`. Raises OSError when nothing is there."""
    files = list(walk_files(root))
    return Manifest(
        content_id=content_id((file.relative, hash_file(file.path)) for file in files),
        identity=identity_of_files(files),
        file_count=len(files),
        size=sum(file.size for file in files),
        is_directory=os.path.isdir(root),
    )
