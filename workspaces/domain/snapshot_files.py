"""The manifest of a snapshot: its rules, its digest, and private copies of it on disk.

Standard library only: the runner's stager imports it without Django.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from workspaces.domain.errors import InvalidInput, Problem, TooLarge
from workspaces.domain.relative_paths import path_fault, shown

MAX_SNAPSHOT_BYTES = 300 * 1024 * 1024
MAX_SNAPSHOT_FILES = 20_000
MAX_PROBLEMS = 1000

SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, order=True)
class SnapshotFile:
    """One file of a source folder; its bytes are the blob `sha256`."""

    path: str
    sha256: str
    size: int
    executable: bool = False

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def parse_files(raw: object) -> list[SnapshotFile]:
    """The manifest of a request body, sorted by path.

    Raises TooLarge above 300 MB, InvalidInput with one problem for each wrong entry.
    """
    if not isinstance(raw, list):
        raise InvalidInput.field("files", "'files' must be a list of {path, sha256, size}.")
    if not raw:
        raise InvalidInput.field("files", "The snapshot has no file; a script at least is needed.")
    if len(raw) > MAX_SNAPSHOT_FILES:
        raise InvalidInput.field(
            "files",
            f"The snapshot has {len(raw):,} files; at most {MAX_SNAPSHOT_FILES:,} are taken. "
            "Leave some out with a .amlignore file.",
        )
    problems: list[Problem] = []
    files = [
        file for index, entry in enumerate(raw) if (file := _parse_file(index, entry, problems))
    ]
    problems += _clashes(files)
    if problems:
        raise InvalidInput.of(problems[:MAX_PROBLEMS])
    check_size(sum(file.size for file in files))
    return sorted(files)


def check_size(size: int) -> None:
    """Raises TooLarge, with both figures, when a snapshot is above the limit."""
    if size > MAX_SNAPSHOT_BYTES:
        raise TooLarge(
            f"The snapshot is {size / 2**20:,.0f} MB; at most {MAX_SNAPSHOT_BYTES // 2**20} MB "
            "are taken. Leave data out with a .amlignore file and pass it as a dataset.",
            extra={"size": size, "limit": MAX_SNAPSHOT_BYTES},
        )


def _parse_file(index: int, entry: object, problems: list[Problem]) -> SnapshotFile | None:
    if not isinstance(entry, Mapping):
        problems.append(Problem(f"File {index} must be an object.", field=f"files.{index}"))
        return None
    path, sha256, size = entry.get("path"), entry.get("sha256"), entry.get("size")
    executable = entry.get("executable", False)
    before = len(problems)

    def wrong(name: str, message: str) -> None:
        problems.append(Problem(message, field=f"files.{index}.{name}"))

    fault = path_fault(path)
    if fault:
        wrong("path", f"The path {shown(path)} {fault}.")
    if not isinstance(sha256, str) or not SHA256.fullmatch(sha256):
        wrong("sha256", f"sha256 of {shown(path)} must be 64 lower-case hexadecimal digits.")
    if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size < 2**63:
        wrong("size", f"The size of {shown(path)} must be a whole number of bytes.")
    if not isinstance(executable, bool):
        wrong("executable", f"'executable' of {shown(path)} must be true or false.")
    if len(problems) > before:
        return None
    return SnapshotFile(str(path), str(sha256), int(str(size)), bool(executable))


def _clashes(files: Sequence[SnapshotFile]) -> list[Problem]:
    problems = []
    seen: set[str] = set()
    folders: set[str] = set()
    for file in files:
        if file.path in seen:
            problems.append(
                Problem(f"The path {shown(file.path)} is there twice.", "files", code="duplicate")
            )
        seen.add(file.path)
        parts = file.path.split("/")
        folders.update("/".join(parts[:depth]) for depth in range(1, len(parts)))
    problems += [
        Problem(f"{shown(path)} is a file and a folder at once.", "files", code="duplicate")
        for path in sorted(seen & folders)
    ]
    return problems


def manifest_digest(files: Iterable[SnapshotFile]) -> str:
    """SHA-256 over the sorted manifest: equal folders have equal digests."""
    body = [[f.path, f.sha256, f.size, f.executable] for f in sorted(files)]
    return hashlib.sha256(json.dumps(body, separators=(",", ":")).encode()).hexdigest()


def blob_path(blob_folder: Path, sha256: str) -> Path:
    """Where the blob with this hash lives: spread over 256 folders by its first two digits."""
    if not SHA256.fullmatch(sha256):
        raise ValueError(f"not a SHA-256: {sha256!r}")
    return blob_folder / sha256[:2] / sha256


def copy_tree(files: Iterable[Mapping[str, Any]], blob_folder: Path, target: Path) -> None:
    """Write private copies of a snapshot's files (its stored `files`) below `target`.

    Copies, never links: a script may change what it finds without hurting anyone. May be
    repeated after a crash. A blob that is gone raises FileNotFoundError with its path.
    """
    made: set[Path] = set()
    target.mkdir(parents=True, exist_ok=True)
    for file in files:
        path = file["path"]
        fault = path_fault(path)
        if fault:
            raise ValueError(f"the path {shown(path)} {fault}")
        copy = target / path
        if copy.parent not in made:
            copy.parent.mkdir(parents=True, exist_ok=True)
            made.add(copy.parent)
        shutil.copyfile(blob_path(blob_folder, file["sha256"]), copy)
        copy.chmod(0o755 if file.get("executable") else 0o644)
