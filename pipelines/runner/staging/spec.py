"""`attempt.json`: all that staging must know, written by the runner when it claims a step."""

from __future__ import annotations

import json
import os
from pathlib import Path, PurePosixPath
from typing import Any, NotRequired, TypedDict

VERSION = 1
SPEC_FILE = "attempt.json"
PREPARED_FILE = "prepared.json"
FINALIZED_FILE = "finalized.json"


class SpecFile(TypedDict):
    """A file of the snapshot."""

    path: str
    sha256: str
    size: int
    executable: bool


class SpecCopy(TypedDict):
    """One file or folder of an input. `to` is below the attempt folder."""

    source: str
    to: str
    link: bool  # a link to the datastore's file, for mounts


class SpecInput(TypedDict):
    """What the script gets for an input; `listing` is its entry in inputs.json."""

    name: str
    folder: str | None  # made even when there is nothing to copy; below the attempt folder
    copies: list[SpecCopy]
    listing: dict[str, Any]
    at: NotRequired[str]  # below the attempt folder: a place of the program's choice
    overwrite: NotRequired[bool]  # there, files that are in the way are replaced


class SpecOutput(TypedDict):
    """An output: written to `aside`/`name`, published to `root`/`published`/`name`."""

    name: str
    aside: str  # absolute folder of this attempt on the datastore's disk
    published: str  # absolute folder that the aside folder becomes
    is_directory: bool | None
    destination: NotRequired[str]  # absolute; instead of `published`/`name`
    keep_existing: NotRequired[bool]  # a file that is there already is an error, not replaced
    local: NotRequired[str]  # absolute, in the attempt folder: written there, then moved aside
    takes_existing: NotRequired[bool]  # what the source directory has at `local` is part of it
    replaces_existing: NotRequired[bool]  # what it has there is removed before the script starts


def published_place(output: SpecOutput) -> str:
    """Where an output is once it is published."""
    return output.get("destination") or os.path.join(output["published"], output["name"])


class Spec(TypedDict):
    """The whole of attempt.json, version 1."""

    version: int
    step_run: str
    attempt: int
    blobs: str  # absolute folder of the blob store
    files: list[SpecFile]
    inputs: list[SpecInput]
    outputs: list[SpecOutput]
    argv: list[str]
    env: dict[str, str]
    notices: NotRequired[list[str]]  # lines for the step's log: what was asked and is not done


class StagingError(Exception):
    """Staging can't go on; the message is a sentence for the user."""


def read_spec(folder: Path) -> Spec:
    """The spec of an attempt folder. Raises StagingError for one of another version."""
    spec: Spec = json.loads((folder / SPEC_FILE).read_text())
    if spec["version"] != VERSION:
        raise StagingError(
            f"The attempt folder is of version {spec['version']}; this studio knows {VERSION}."
        )
    return spec


def read_json(path: Path) -> Any:
    """What `write_json` wrote."""
    return json.loads(path.read_text())


def write_json(path: Path, value: Any, *, mode: int = 0o600) -> None:
    """Write a whole JSON file or nothing: by a temporary file and a rename."""
    temporary = path.with_name(path.name + ".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb", buffering=0) as file:
        data = memoryview(json.dumps(value).encode())
        while data:
            data = data[file.write(data) :]
    os.replace(temporary, path)


def below(folder: Path, relative: str) -> Path:
    """`folder`/`relative`, refused when it would leave the folder."""
    parts = PurePosixPath(relative)
    if parts.is_absolute() or ".." in parts.parts or not parts.parts:
        raise StagingError(f"The path {relative!r} leaves its folder.")
    return folder / relative


def size_text(size: int) -> str:
    """A size as a person reads it: 512 B, 1.5 kB, 20.0 MB."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} B"
