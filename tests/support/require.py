"""Parts that a machine may lack: left out loudly, or a failure when FOREBAY_REQUIRE=all."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.support.postgres import find_programs

CHROMIUM = "/usr/bin/chromium"

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
# Programs of others are never committed: who has a copy points at it, nobody must.
OPTIONAL: dict[str, tuple[Callable[[], bool], str]] = {
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
