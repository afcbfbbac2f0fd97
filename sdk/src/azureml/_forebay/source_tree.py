"""Which files of a source directory make a snapshot, and their hashes.

`.amlignore` in the root of the directory, else `.gitignore` there, excludes paths by git's
patterns. Version control and caches are never taken: they would make equal sources differ.
Links are followed inside the directory; one that leads out of it is an error, not a hole.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Union

from azureml._forebay.formatting import format_size
from azureml.exceptions import SnapshotException, UserErrorException

MAX_BYTES = 300_000_000
MAX_PATH = 1000
ALWAYS_EXCLUDED = frozenset({".git", "__pycache__", ".ipynb_checkpoints"})
# A file changed this shortly before it was hashed may change again within its time stamp.
_SETTLED_SECONDS = 1.0

_Identity = tuple[str, int, int, int, int]
_hashes: dict[_Identity, str] = {}


@dataclass(frozen=True)
class SourceFile:
    """One file: its place in the snapshot (with ``/``), on this disk, and what it is."""

    path: str
    local: str
    size: int
    executable: bool
    sha256: str = ""


class _Ignore(Protocol):
    def match_file(self, file: str) -> bool: ...


class _IgnoreNothing:
    def match_file(self, file: str) -> bool:
        return False


def collect_files(source_directory: Union[str, Path]) -> list[SourceFile]:
    """The files of a snapshot, sorted by path, not hashed yet."""
    root = os.path.abspath(os.path.expanduser(str(source_directory)))
    if os.path.isfile(root):
        raise UserErrorException(
            f"source_directory is a file: {root}. Give the folder that contains your script."
        )
    if not os.path.isdir(root):
        raise UserErrorException(f"source_directory does not exist: {root}.")
    files = sorted(_walk(root), key=lambda file: file.path)
    _check_size(root, files)
    return files


def hash_file(file: SourceFile) -> str:
    """The sha256 of a file; one that has not changed since is not read again."""
    facts = os.stat(file.local)
    identity = (file.local, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino)
    known = _hashes.get(identity)
    if known:
        return known
    started = time.time()
    digest = hashlib.sha256()
    with open(file.local, "rb") as stream:
        for piece in iter(lambda: stream.read(1 << 20), b""):
            digest.update(piece)
    if started - facts.st_mtime > _SETTLED_SECONDS:
        _hashes[identity] = digest.hexdigest()
    return digest.hexdigest()


def _walk(root: str) -> Iterator[SourceFile]:
    ignore = _read_ignore_file(root)
    real_root = os.path.realpath(root)
    # folder, its path in the snapshot, and the real folders above it (to see links in circles)
    pending = [(root, "", frozenset({real_root}))]
    while pending:
        folder, prefix, above = pending.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            raise SnapshotException(f"{folder} can't be read: {error.strerror}.") from error
        for entry in entries:
            path = prefix + entry.name
            if entry.name in ALWAYS_EXCLUDED:
                continue
            is_folder = entry.is_dir()
            if ignore.match_file(path + "/" if is_folder else path):
                continue
            _check_path(path)
            if entry.is_symlink():
                _check_link(entry, path, real_root)
            if is_folder:
                real = os.path.realpath(entry.path)
                if real in above:
                    raise SnapshotException(
                        f"{path} links to a folder that contains it. Exclude it in .amlignore."
                    )
                pending.append((entry.path, path + "/", above | {real}))
                continue
            facts = entry.stat()
            if stat.S_ISREG(facts.st_mode):  # sockets and pipes have no content to take
                executable = os.name == "posix" and bool(facts.st_mode & stat.S_IXUSR)
                yield SourceFile(path, entry.path, facts.st_size, executable)


def _read_ignore_file(root: str) -> _Ignore:
    for name in (".amlignore", ".gitignore"):
        path = os.path.join(root, name)
        if os.path.isfile(path):
            with open(path, encoding="utf-8-sig", errors="replace") as file:
                lines = file.read().splitlines()
            break
    else:
        return _IgnoreNothing()
    try:
        from pathspec import GitIgnoreSpec  # only needed with such a file, and not in a step
    except ImportError:
        raise UserErrorException(
            f"{path} needs the package pathspec to be read: pip install pathspec."
        ) from None
    return GitIgnoreSpec.from_lines(lines)


def _check_path(path: str) -> None:
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        raise SnapshotException(
            f"The file name {path!r} is not valid UTF-8. Rename it or exclude it in .amlignore."
        ) from None
    if "\\" in path:
        raise SnapshotException(
            f"The file name {path!r} contains a backslash. Rename it or exclude it in .amlignore."
        )
    if len(path) > MAX_PATH:
        raise SnapshotException(
            f"The path {path[:80]}… is longer than {MAX_PATH} characters."
            " Shorten it or exclude it in .amlignore."
        )


def _check_link(entry: os.DirEntry[str], path: str, real_root: str) -> None:
    real = os.path.realpath(entry.path)
    if real != real_root and not real.startswith(real_root.rstrip(os.sep) + os.sep):
        raise SnapshotException(
            f"{path} is a link that leads out of the source directory (to {real})."
            " Copy what it points to into the directory, or exclude the link in .amlignore."
        )
    if not os.path.exists(real):
        raise SnapshotException(
            f"{path} is a link to nothing (to {real}). Remove it or exclude it in .amlignore."
        )


def _check_size(root: str, files: list[SourceFile]) -> None:
    total = sum(file.size for file in files)
    if total <= MAX_BYTES:
        return
    sizes: Counter[str] = Counter()
    for file in files:
        top, slash, _ = file.path.partition("/")
        sizes[top + slash] += file.size
    biggest = ", ".join(f"{name} ({format_size(size)})" for name, size in sizes.most_common(3))
    raise SnapshotException(
        f"The source directory {root} has {format_size(total)}; a snapshot may have"
        f" {format_size(MAX_BYTES)}. Biggest: {biggest}. Exclude what the script does not need"
        " in a file .amlignore there, or upload data to a datastore."
    )
