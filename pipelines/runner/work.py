"""One attempt in the runner's hands, and small things done to its files."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from pipelines.domain.manifests import walk_files
from pipelines.domain.metric_limits import Tally
from pipelines.models import Attempt
from pipelines.runner.limits import NO_LIMIT, Verdict
from pipelines.runner.protocol import Process
from pipelines.runner.specs import INLINE_BYTES, INLINE_FILES
from pipelines.runner.spool import Spool
from pipelines.runner.staging.finalize import KEPT_FOLDERS
from pipelines.runner.staging.prepare import CODE
from pipelines.runner.staging.spec import Spec, published_place

LITTLE_SPACE = 64 << 20  # bytes


class Phase(Enum):
    ENVIRONMENT = "environment"  # waits for its environment to be built
    PREPARING = "preparing"  # a stager child copies files
    RUNNING = "running"  # the script runs
    FINALIZING = "finalizing"  # a stager child keeps the results


@dataclass
class Work:
    """One attempt in the runner's hands."""

    attempt: Attempt
    folder: Path
    spec: Spec
    phase: Phase = Phase.PREPARING
    process: Process | None = None
    exit_code: int | None = None
    canceling: bool = False
    adopted: bool = False
    kill_at: float | None = None
    timeout_at: float | None = None  # on the monotonic clock
    timed_out: bool = False
    memory: Verdict = NO_LIMIT
    spool: Spool = field(init=False)
    tally: Tally | None = None  # of the metrics taken in; made when the first ones are

    def __post_init__(self) -> None:
        self.spool = Spool(self.folder / "spool")
        if self.attempt.ingested_seq:
            self.spool.skip_to(self.attempt.ingested_seq)

    @property
    def succeeded(self) -> bool:
        """Whether the script ended well, and not because it was made to end."""
        return self.exit_code == 0 and not self.canceling and not self.timed_out

    @property
    def log(self) -> Path:
        return self.folder / "log"


def stager_arguments(work: Work, stage: str) -> list[str]:
    """What the stager child is told besides the folder."""
    if stage == "prepare":
        return []
    return ["keep" if work.succeeded else "discard"]


def is_small(work: Work) -> bool:
    """Whether what the script left is few and small enough to be hashed here."""
    count = size = 0
    code = work.folder / CODE
    places = [os.path.join(one["aside"], one["name"]) for one in work.spec["outputs"]]
    places += [published_place(one) for one in work.spec["outputs"]]
    places += [one["local"] for one in work.spec["outputs"] if "local" in one]
    for place in [*places, *(os.fspath(code / name) for name in KEPT_FOLDERS)]:
        if not os.path.lexists(place):
            continue
        for file in walk_files(place):
            count += 1
            size += file.size
            if count > INLINE_FILES or size > INLINE_BYTES:
                return False
    return True


def append_line(log_file: Path, text: str) -> None:
    """Add to a step's log; a full disk is no reason to fail here."""
    with suppress(OSError), open(log_file, "ab") as file:
        file.write(text.encode("utf-8", "replace"))


def tail_of(path: Path) -> str:
    """The end of a short text file, or nothing."""
    try:
        return path.read_bytes()[-2000:].decode("utf-8", "replace").strip()
    except OSError:
        return ""


def failed_result(detail: str) -> dict[str, Any]:
    """What finalizing would have answered, when it could not."""
    return {
        "missing": [],
        "outputs": [],
        "artifacts": [],
        "error": detail,
        "error_lines": detail.split("\n"),
    }


def make_room(folder: Path, *more: str) -> None:
    """On a disk that is all but full remove what an ended script needs no more, at once.

    Else its own temporary files might keep its outcome from being stored.
    """
    with suppress(OSError):
        disk = os.statvfs(folder)
        if disk.f_bavail * disk.f_frsize >= LITTLE_SPACE:
            return
    for name in ("tmp", "home", "inputs", *more):
        shutil.rmtree(folder / name, ignore_errors=True)
