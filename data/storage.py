"""Files of a datastore behind one small interface, opened from its fsspec URL.

Today every root is a local folder (`file:///…`); other stores join by another class that gives
the same answers through their own fsspec file system. Paths are relative and already cleaned.
"""

from __future__ import annotations

import os
import shutil
import stat
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import fsspec

from data.domain.paths import PRIVATE_FOLDER
from workspaces.domain.errors import Conflict, InvalidInput, NotFound
from workspaces.domain.relative_paths import path_fault, shown
from workspaces.storage import Readable

CHUNK = 1 << 20


@dataclass(frozen=True)
class StoredFile:
    """One file of a store. `identity` changes whenever the store says the file may have."""

    path: str
    size: int
    modified_at: datetime
    identity: str


class Storage(Protocol):
    """What every kind of store can do."""

    def local_path(self, path: str) -> Path: ...
    def info(self, path: str) -> StoredFile | None: ...
    def files_in(self, folder: str) -> Iterator[StoredFile]: ...
    def walk(self, folder: str) -> Iterator[StoredFile]: ...
    def entries(self, folder: str, limit: int) -> list[str]: ...
    def write(self, path: str, stream: Readable, *, overwrite: bool) -> StoredFile: ...


def open_storage(root: str) -> Storage:
    """The storage behind a datastore's `root`. InvalidInput for a kind that is not there yet."""
    filesystem, path = fsspec.core.url_to_fs(root)
    protocols = filesystem.protocol
    if "file" in ((protocols,) if isinstance(protocols, str) else protocols):
        return FolderStorage(Path(path))
    raise InvalidInput(f"Datastores at {root.partition(':')[0]}: are not supported yet.")


class FolderStorage:
    """A folder of this machine. Symbolic links that lead out of it are as good as absent."""

    def __init__(self, root: Path) -> None:
        self.root = Path(os.path.realpath(root))

    def local_path(self, path: str) -> Path:
        """The real place of a path, which need not exist; NotFound when links lead outside."""
        real = Path(os.path.realpath(self.root / path))
        outside = real != self.root and self.root not in real.parents
        if outside or real.is_symlink():  # still a link after resolving: a circle
            raise NotFound(f"The path {shown(path)} leads nowhere in its datastore: see its links.")
        return real

    def info(self, path: str) -> StoredFile | None:
        """The file at this path; None when there is none, or a folder."""
        try:
            status = self.local_path(path).stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return _stored(path, status) if stat.S_ISREG(status.st_mode) else None

    def is_folder(self, path: str) -> bool:
        return self.local_path(path).is_dir()

    def entries(self, folder: str, limit: int) -> list[str]:
        """Names in a folder, folders first and ending in `/`; links are left out."""
        try:
            with os.scandir(self.local_path(folder)) as found:
                kept = [
                    (not entry.is_dir(), entry.name)
                    for entry in found
                    if not entry.is_symlink()
                    and not path_fault(entry.name)
                    and (folder or entry.name != PRIVATE_FOLDER)
                ]
        except (FileNotFoundError, NotADirectoryError):
            return []
        return [name if is_file else f"{name}/" for is_file, name in sorted(kept)[:limit]]

    def files_in(self, folder: str) -> Iterator[StoredFile]:
        """The files directly in a folder, sorted by name; none when it is no folder."""
        place = self.local_path(folder)
        if place.is_dir():
            yield from self._scan(place, folder)

    def walk(self, folder: str) -> Iterator[StoredFile]:
        """Every file below a folder, sorted by path. Links to folders are not followed."""
        place = self.local_path(folder)
        if not place.is_dir():
            return
        for parent, folders, _ in os.walk(place):
            below = os.path.relpath(parent, place)
            prefix = "/".join(p for p in (folder, "" if below == "." else below) if p)
            if not prefix and PRIVATE_FOLDER in folders:
                folders.remove(PRIVATE_FOLDER)
            folders.sort()
            yield from self._scan(Path(parent), prefix)

    def _scan(self, place: Path, prefix: str) -> Iterator[StoredFile]:
        """The files of one folder that is known to lie in the store."""
        try:
            with os.scandir(place) as entries:
                names = sorted(entries, key=lambda entry: entry.name)
        except FileNotFoundError:
            return
        for entry in names:
            path = f"{prefix}/{entry.name}" if prefix else entry.name
            try:
                if entry.is_symlink():  # may lead anywhere, so it is looked at closely
                    found = self.info(path)
                else:
                    is_file = entry.is_file(follow_symlinks=False)
                    found = _stored(path, entry.stat(follow_symlinks=False)) if is_file else None
            except (NotFound, FileNotFoundError):  # gone since the folder was read
                continue
            if found:
                yield found

    def write(self, path: str, stream: Readable, *, overwrite: bool) -> StoredFile:
        """Write a file by one rename of a complete copy.

        Raises Conflict `exists` when it is there and not to be overwritten, or when a file
        stands where a folder is needed (or the other way round).
        """
        target = self.local_path(path)
        if not overwrite and target.exists():
            raise _exists(path)
        incoming = self.root / PRIVATE_FOLDER / "incoming"
        incoming.mkdir(parents=True, exist_ok=True)
        temporary = incoming / uuid.uuid4().hex
        try:
            with temporary.open("xb") as file:
                shutil.copyfileobj(stream, file, CHUNK)
                file.flush()
                os.fsync(file.fileno())
            target.parent.mkdir(parents=True, exist_ok=True)
            self.local_path(path)  # the folders may have become links meanwhile
            if overwrite:
                temporary.replace(target)
            else:
                os.link(temporary, target)  # unlike a rename, fails when the target is there
        except (NotADirectoryError, IsADirectoryError, FileExistsError):
            raise _exists(path) from None
        finally:
            temporary.unlink(missing_ok=True)
        written = self.info(path)
        if written is None:
            raise Conflict(f"{shown(path)} was deleted while it was written. Send it again.")
        return written


def _exists(path: str) -> Conflict:
    return Conflict(
        f"{shown(path)} is there already, as a file or a folder. "
        "Pass overwrite=True to replace a file.",
        code="exists",
    )


def _stored(path: str, status: os.stat_result) -> StoredFile:
    return StoredFile(
        path=path,
        size=status.st_size,
        modified_at=datetime.fromtimestamp(status.st_mtime, UTC),
        identity=f"{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}:{status.st_ino}",
    )
