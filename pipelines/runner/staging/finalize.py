"""Finalizing: outputs checked, hashed and published, `./outputs` and `./logs` kept."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipelines.domain.manifests import CHUNK, describe_tree, walk_files
from pipelines.runner.staging.destinations import publish_at, remove_aside
from pipelines.runner.staging.error_lines import read_error_lines
from pipelines.runner.staging.places import UPLOADS, local_place, take_local_output
from pipelines.runner.staging.prepare import CODE
from pipelines.runner.staging.spec import Spec, SpecOutput, StagingError, published_place

KEPT_FOLDERS = ("outputs", "logs")
PATH_LENGTH = 1000  # characters of an artifact's path
INCOMING = "incoming"  # as workspaces/storage.py has it: swept there after a crash


def finalize(folder: Path, spec: Spec, *, keep_outputs: bool) -> dict[str, Any]:
    """Keep what the script left and say what it was.

    With `keep_outputs` false (the script failed or was canceled) outputs are thrown away and
    only artifacts and the end of the log are kept.
    """
    result: dict[str, Any] = {
        "version": 1,
        "error": None,
        "missing": [],
        "outputs": [],
        "artifacts": [],
        "error_lines": [],
    }
    try:
        result["artifacts"] = list(_keep_artifacts(folder, Path(spec["blobs"])))
        if keep_outputs:
            missing = [one["name"] for one in spec["outputs"] if not _is_there(one)]
            result["missing"] = missing
            keep_outputs = not missing
        if keep_outputs:
            for one in spec["outputs"]:
                take_local_output(folder, one)
            result["outputs"] = _publish(spec["outputs"])
        else:
            _discard(spec["outputs"])
    except (OSError, StagingError) as error:
        result["error"] = f"{str(error).rstrip('.')}."
        keep_outputs = False
    if not keep_outputs:
        result["error_lines"] = read_error_lines(folder / "log")
    return result


def clean_up(folder: Path) -> None:
    """Remove what only the running script needed; log, spool, spec and results stay."""
    for name in (CODE, UPLOADS, "inputs", "home", "tmp"):
        path = os.path.join(folder, name)
        try:
            os.rmdir(path)  # most are empty, or were never made: one system call
        except FileNotFoundError:
            continue
        except OSError:
            shutil.rmtree(path, ignore_errors=True)


def _is_there(output: SpecOutput) -> bool:
    path = local_place(output) or os.path.join(output["aside"], output["name"])
    if not os.path.lexists(path) and not os.path.isdir(output["aside"]):
        path = published_place(output)
    return os.path.exists(path) and not os.path.islink(path)


def _publish(outputs: list[SpecOutput]) -> list[dict[str, Any]]:
    """One rename per datastore. Done already, by a finalizing that was cut short: kept."""
    for one in outputs:
        if "destination" in one and os.path.isdir(one["aside"]):
            publish_at(one)
    plain = [one for one in outputs if "destination" not in one]
    for aside, published in {(one["aside"], one["published"]) for one in plain}:
        if not os.path.isdir(aside):
            continue
        if os.path.isdir(published):  # left by an earlier attempt that was given up
            old = f"{aside}.old"
            os.rename(published, old)
            shutil.rmtree(old, ignore_errors=True)
        os.makedirs(os.path.dirname(published), exist_ok=True)
        os.rename(aside, published)
    return [{"name": one["name"], **asdict(describe_tree(published_place(one)))} for one in outputs]


def _discard(outputs: list[SpecOutput]) -> None:
    for one in outputs:
        remove_aside(one)


def _keep_artifacts(folder: Path, blobs: Path) -> Iterator[dict[str, Any]]:
    code = folder / CODE
    for name in KEPT_FOLDERS:
        if not os.path.isdir(code / name) or os.path.islink(code / name):
            continue
        for file in walk_files(code / name):
            relative = os.fsencode(f"{name}/{file.relative}").decode("utf-8", "replace")
            if len(relative) > PATH_LENGTH:
                _say(folder, f"{relative[:60]}… is not kept: its path is longer than 1,000.")
                continue
            sha256, size = _keep_blob(file.path, blobs)
            yield {"path": relative, "sha256": sha256, "size": size}


def _say(folder: Path, line: str) -> None:
    with suppress(OSError), open(folder / "log", "a", encoding="utf-8", errors="replace") as log:
        log.write(f"{line}\n")


def _keep_blob(path: str, blobs: Path) -> tuple[str, int]:
    """Copy a file into the blob store under the hash of the very bytes that were copied."""
    digest, size = hashlib.sha256(), 0
    incoming = blobs / INCOMING
    incoming.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=incoming)
    try:
        with os.fdopen(descriptor, "wb") as target, open(path, "rb", buffering=0) as source:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
                target.write(chunk)
        place = blobs / digest.hexdigest()[:2] / digest.hexdigest()
        place.parent.mkdir(exist_ok=True)
        try:
            os.utime(place)  # as if just put: the sweep spares it until the artifact is stored
            os.unlink(temporary)
        except FileNotFoundError:
            os.chmod(temporary, 0o444)
            os.rename(temporary, place)
    except BaseException:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise
    return digest.hexdigest(), size
