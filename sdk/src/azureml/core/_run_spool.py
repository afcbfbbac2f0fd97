"""The spool: a file beside a running step to which records are appended, one JSON line each.

The runner reads it, so nothing that was logged is lost when the server is away. A line is
written by one `write` to a file opened for appending: threads and forked children may share it.
"""

from __future__ import annotations

import json
import os
import threading
from typing import Any, Dict, Set, Tuple

from azureml.core._run_logging import warn

# What the studio keeps of one step; it enforces the same.
MOST_PER_NAME = 250_000
MOST_PER_STEP = 1_000_000
SPOOL_BYTES = 512 << 20


class Spool:
    """Appends records to `path`, opened at the first one.

    Metric values above the limits are not written, with one warning for each limit: a script that
    logs in a tight loop fills no disk. Each process counts its own.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._descriptor: int | None = None
        self._process = 0
        self._counts: Dict[Tuple[str, str, str], int] = {}
        self._total = 0
        self._warned: Set[Any] = set()

    def admits(self, target: str, name: str, child: str = "") -> bool:
        """Whether one more metric value of this name is kept; counts it."""
        series = (target, child, name)
        count = self._counts.get(series, 0)
        if self._total >= MOST_PER_STEP:
            self._warn(None, f"this step has logged {MOST_PER_STEP:,} metric values")
            return False
        if count >= MOST_PER_NAME:
            self._warn(series, f"the metric '{name}' has {MOST_PER_NAME:,} values")
            return False
        self._counts[series] = count + 1
        self._total += 1
        return True

    def _warn(self, what: Any, said: str) -> None:
        if what not in self._warned:
            self._warned.add(what)
            warn(f"{said}: later ones are not kept. Log every tenth value, or a list at once.")

    def append(self, record: Dict[str, Any]) -> None:
        """Write one record; OSError when the disk refuses it."""
        if record["kind"] == "metric" and not self.admits(
            record.get("target", "self"), record["name"], record.get("child", "")
        ):
            return
        line = json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        content = line.encode("utf-8", "replace") + b"\n"
        if self._process != os.getpid():  # a lock held while forking stays held in the child
            self._lock = threading.Lock()
            self._descriptor, self._process = None, os.getpid()
        with self._lock:
            if self._descriptor is None:
                flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
                self._descriptor = os.open(self._path, flags, 0o600)
            if os.fstat(self._descriptor).st_size > SPOOL_BYTES:
                self._warn(SPOOL_BYTES, f"this step has logged {SPOOL_BYTES >> 20} MB")
                return
            while content:
                content = content[os.write(self._descriptor, content) :]
