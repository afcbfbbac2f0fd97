"""Preparing: private copies of the snapshot and inputs, and a place aside for outputs."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import suppress
from pathlib import Path

from pipelines.runner.staging.inputs import copy_input, describe_input
from pipelines.runner.staging.places import UPLOADS, make_local_output
from pipelines.runner.staging.spec import Spec, StagingError, below

CODE = "code"  # the script's working folder
PRIVATE_FOLDERS = ("home", "tmp")
SMALL = 64 * 1024  # bytes that are read at once


def prepare(folder: Path, spec: Spec) -> None:
    """Lay the attempt out. Raises StagingError with a sentence."""
    for name in (CODE, "inputs", UPLOADS):
        if os.path.exists(folder / name):  # an earlier try was cut short
            shutil.rmtree(folder / name)
    for name in (CODE, *PRIVATE_FOLDERS):
        with suppress(FileExistsError):
            os.mkdir(folder / name)
    try:
        _copy_snapshot(folder / CODE, spec)
        said = list(spec.get("notices", ()))
        for one in spec["inputs"]:
            copy_input(folder, one)
            said += describe_input(folder, one)
        if said:
            with open(folder / "log", "a", encoding="utf-8", errors="replace") as log:
                log.writelines(f"{line}\n" for line in said)
        _make_output_folders(folder, spec)
    except OSError as error:
        raise StagingError(f"{error.strerror or error} ({error.filename}).") from error
    with open(folder / "inputs.json", "w") as file:
        json.dump({one["name"]: one["listing"] for one in spec["inputs"]}, file)


def _copy_snapshot(code: Path, spec: Spec) -> None:
    made = {code}
    blobs = spec["blobs"]
    for file in spec["files"]:
        target = below(code, file["path"])
        if target.parent not in made:
            target.parent.mkdir(parents=True, exist_ok=True)
            made.add(target.parent)
        source = os.path.join(blobs, file["sha256"][:2], file["sha256"])
        try:
            _copy_file(source, target, file["size"])
        except FileNotFoundError as error:
            raise StagingError(f"The snapshot's file {file['path']} is gone.") from error
        if file["executable"]:
            target.chmod(0o755)


def _copy_file(source: str, target: Path, size: int) -> None:
    """A private copy. `copyfile` asks six questions first, which a small file is not worth."""
    if size > SMALL:
        shutil.copyfile(source, target)
        return
    with open(source, "rb", buffering=0) as file:
        data = file.read()
    with open(target, "wb", buffering=0) as copy:
        copy.write(data)


def _make_output_folders(folder: Path, spec: Spec) -> None:
    for output in spec["outputs"]:
        aside = Path(output["aside"])
        aside.mkdir(parents=True, exist_ok=True)
        if "local" in output:
            make_local_output(folder, output)
        elif output["is_directory"]:
            (aside / output["name"]).mkdir(exist_ok=True)
