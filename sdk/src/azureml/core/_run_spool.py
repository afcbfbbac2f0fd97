"""The spool: a file beside a running step to which records are appended, one JSON line each.

The runner reads it, so nothing that was logged is lost when the server is away. A line is
written by one `write` to a file opened for appending: threads and forked children may share it.
"""

from __future__ import annotations

import json
import os
import threading
from typing import Any, Dict


class Spool:
    """Appends records to `path`, opened at the first one."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._descriptor: int | None = None
        self._process = 0

    def append(self, record: Dict[str, Any]) -> None:
        """Write one record; OSError when the disk refuses it."""
        line = json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        content = line.encode("utf-8", "replace") + b"\n"
        if self._process != os.getpid():  # a lock held while forking stays held in the child
            self._lock = threading.Lock()
            self._descriptor, self._process = None, os.getpid()
        with self._lock:
            if self._descriptor is None:
                flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
                self._descriptor = os.open(self._path, flags, 0o600)
            while content:
                content = content[os.write(self._descriptor, content) :]
