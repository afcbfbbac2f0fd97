"""A pytest plugin, loaded before Django reads its settings: tests never touch a real studio."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

_SCRATCH = tempfile.TemporaryDirectory(prefix="forebay-tests-")
_ROOT = Path(_SCRATCH.name)
(_ROOT / "var").mkdir()
os.environ.update(
    FOREBAY_DATA=str(_ROOT / "var"),
    FOREBAY_KEY_FILE=str(_ROOT / "test.key"),
    XDG_CONFIG_HOME=str(_ROOT / "config"),
    # Playwright's fixtures keep an event loop running in the thread of the tests.
    DJANGO_ALLOW_ASYNC_UNSAFE="1",
)
# It would hide output that is buffered where users have no such variable.
os.environ.pop("PYTHONUNBUFFERED", None)
os.environ.pop("FOREBAY_TOKEN", None)
