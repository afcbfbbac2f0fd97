"""Preparing: private copies of the snapshot and inputs, and a place aside for outputs."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path, PurePosixPath

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
        for one in spec["inputs"]:
            _copy_input(folder, one)
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
