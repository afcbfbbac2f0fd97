"""Parts that a machine may lack: left out loudly, or a failure when FOREBAY_REQUIRE=all."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.support.postgres import find_programs

CHROMIUM = "/usr/bin/chromium"


def _can_mount() -> bool:
    with tempfile.TemporaryDirectory() as place:
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place],
            capture_output=True,
            check=False,
        )
        if mounted.returncode == 0:
            subprocess.run(["umount", place], check=True)
        return mounted.returncode == 0


def _has_memory_groups() -> bool:
    from pipelines.runner.limits import find_hierarchy

    return find_hierarchy() is not None


PARTS: dict[str, tuple[Callable[[], bool], str]] = {
    "chromium": (lambda: Path(CHROMIUM).exists(), "apt-get install chromium"),
    "node": (lambda: shutil.which("npm") is not None, "install Node 20 or newer"),
    "packages": (
        lambda: os.environ.get("FOREBAY_OFFLINE") != "1",
        "unset FOREBAY_OFFLINE and let uv reach a package index",
    ),
    "postgresql": (
        lambda: find_programs() is not None and importlib.util.find_spec("psycopg") is not None,
        "apt-get install postgresql, and pip install -r requirements-postgres.txt",
    ),
    "ordinary user": (
        lambda: os.geteuid() != 0 or shutil.which("setpriv") is not None,
        "apt-get install util-linux",
    ),
}
# Nobody must have these. Programs of others are never committed: who has a copy points at it. File
# systems and control groups are made by root only, and not in every container.
OPTIONAL: dict[str, tuple[Callable[[], bool], str]] = {
    "tmpfs": (
        lambda: os.geteuid() == 0 and _can_mount(),
        "run as root, where file systems may be mounted",
    ),
    "memory groups": (
        _has_memory_groups,
        "run where control groups for memory may be made (root, or a delegated cgroup)",
    ),
    "programs": (
        lambda: bool(os.environ.get("FOREBAY_PROGRAMS")),
        "set FOREBAY_PROGRAMS to a folder of v1 programs",
    ),
}


def is_missing(part: str) -> str:
    """How to get the part, or an empty text when it is here."""
    present, remedy = {**PARTS, **OPTIONAL}[part]
    return "" if present() else remedy


def is_required(part: str) -> bool:
    """Whether leaving the part out fails the run."""
    return os.environ.get("FOREBAY_REQUIRE") == "all" and part in PARTS
