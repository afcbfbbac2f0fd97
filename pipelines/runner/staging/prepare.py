"""Preparing: private copies of the snapshot and inputs, and a place aside for outputs."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path, PurePosixPath

from pipelines.domain.manifests import walk_files
from pipelines.runner.staging.spec import Spec, SpecInput, StagingError

CODE = "code"  # the script's working folder
PRIVATE_FOLDERS = ("home", "tmp")


def prepare(folder: Path, spec: Spec) -> None:
    """Lay the attempt out. Raises StagingError with a sentence."""
    for name in (CODE, "inputs"):
        if os.path.exists(folder / name):  # an earlier try was cut short
            shutil.rmtree(folder / name)
    for name in (CODE, *PRIVATE_FOLDERS):
        os.makedirs(folder / name, exist_ok=True)
    try:
        _copy_snapshot(folder / CODE, spec)
        said = list(spec.get("notices", ()))
        for one in spec["inputs"]:
            _copy_input(folder, one)
            said += _describe(folder, one)
        if said:
            with open(folder / "log", "a", encoding="utf-8", errors="replace") as log:
                log.writelines(f"{line}\n" for line in said)
        _make_output_folders(spec)
    except OSError as error:
        raise StagingError(f"{error.strerror or error} ({error.filename}).") from error
    with open(folder / "inputs.json", "w") as file:
        json.dump({one["name"]: one["listing"] for one in spec["inputs"]}, file)


def _copy_snapshot(code: Path, spec: Spec) -> None:
    made = {code}
    blobs = spec["blobs"]
    for file in spec["files"]:
        target = _below(code, file["path"])
        if target.parent not in made:
            target.parent.mkdir(parents=True, exist_ok=True)
            made.add(target.parent)
        source = os.path.join(blobs, file["sha256"][:2], file["sha256"])
        try:
            shutil.copyfile(source, target)
        except FileNotFoundError as error:
            raise StagingError(f"The snapshot's file {file['path']} is gone.") from error
        if file["executable"]:
            target.chmod(0o755)


def _copy_input(folder: Path, one: SpecInput) -> None:
    if one["folder"] is not None:
        _below(folder, one["folder"]).mkdir(parents=True, exist_ok=True)
    for copy in one["copies"]:
        source, target = Path(copy["source"]), _below(folder, copy["to"])
        target.parent.mkdir(parents=True, exist_ok=True)
        if not source.exists():
            raise StagingError(f"The input {one['name']} is gone: {source.name} does not exist.")
        if copy["link"]:
            target.symlink_to(source)
        elif source.is_dir():
            shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
        else:
            shutil.copyfile(source, target)


def _describe(folder: Path, one: SpecInput) -> list[str]:
    """One line for the step's log about what was copied or linked for an input."""
    linked = sum(copy["link"] for copy in one["copies"])
    if linked:
        files = "1 file" if linked == 1 else f"{linked} files"
        return [f"Input {one['name']}: linked {files}, which must not be changed."]
    count = size = 0
    for copy in one["copies"]:
        for file in walk_files(_below(folder, copy["to"])):
            count, size = count + 1, size + file.size
    if not one["copies"]:
        return []
    files = "1 file" if count == 1 else f"{count} files"
    return [f"Input {one['name']}: copied {files}, {_size_text(size)}."]


def _make_output_folders(spec: Spec) -> None:
    for output in spec["outputs"]:
        aside = Path(output["aside"])
        aside.mkdir(parents=True, exist_ok=True)
        if output["is_directory"]:
            (aside / output["name"]).mkdir(exist_ok=True)


def _below(folder: Path, relative: str) -> Path:
    """`folder`/`relative`, refused when it would leave the folder."""
    parts = PurePosixPath(relative)
    if parts.is_absolute() or ".." in parts.parts or not parts.parts:
        raise StagingError(f"The path {relative!r} leaves its folder.")
    return folder / relative


def _size_text(size: int) -> str:
    """A size as a person reads it: 512 B, 1.5 kB, 20.0 MB."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} B"
