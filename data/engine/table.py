"""Starting the child that reads a table, and handing on what it writes, chunk by chunk."""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from workspaces.domain.errors import InvalidInput, Unavailable

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parent.parent.parent
CHUNK = 256 * 1024
MEMORY_MB = 768
CPU_SECONDS = 900
START_SECONDS = 15  # from the first line until somebody reads on
WAIT_SECONDS = 600  # until the first line: loading and typing are done by then
THREADS = 2
AT_ONCE = threading.BoundedSemaphore(4)  # children of one server process
PATIENCE_SECONDS = 30
FOLDER_PREFIX = "table-"
LOST_AFTER = 24 * 3600.0  # seconds; no answer is read for that long
REFUSED = 2


class TableStream:
    """One child at work. `head` is the first line; iterate for all bytes; `close` ends it."""

    def __init__(
        self,
        request: Mapping[str, Any],
        scratch: Path,
        *,
        patience: float = PATIENCE_SECONDS,
        wait: float = WAIT_SECONDS,
    ) -> None:
        if not AT_ONCE.acquire(timeout=patience):
            raise Unavailable("Too many tables are being read at once. Try again in a minute.")
        self._wait = wait
        self._closed = threading.Lock()
        self._folder: Path | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed in close()
        try:
            scratch.mkdir(parents=True, exist_ok=True)
            self._folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX, dir=scratch))
            self._child = self._start({**request, "folder": str(self._folder)})
            self.head = self._first_line()
            self._unread = self._close_unless_read()
        except BaseException:
            self.close()
            raise

    def _start(self, request: Mapping[str, Any]) -> subprocess.Popen[bytes]:
        # -E and a bare environment: none of the server's variables reach the child.
        child = subprocess.Popen(
            [sys.executable, "-E", "-s", "-m", "data.engine.child"],
            cwd=ROOT,
            env={"PATH": os.defpath, "LANG": "C.UTF-8", "TZ": "UTC"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            start_new_session=True,
        )
        assert child.stdin is not None
        try:
            child.stdin.write(json.dumps(request).encode())
            child.stdin.close()
        except BrokenPipeError:
            pass  # it died at once; the first line tells
        return child

    def _first_line(self) -> bytes:
        assert self._child is not None and self._child.stdout is not None
        timer = threading.Timer(self._wait, self._child.kill)
        timer.daemon = True
        timer.start()
        try:
            line = self._child.stdout.readline()
        finally:
            timer.cancel()
        if not line.endswith(b"\n"):
            raise self._failure()
        return line

    def _close_unless_read(self) -> threading.Timer:
        """A client that left before the first line: the server drops the answer unclosed."""
        timer = threading.Timer(START_SECONDS, self.close)
        timer.daemon = True
        timer.start()
        return timer

    def _failure(self) -> Exception:
        assert self._child is not None
        code = self._child.wait()
        self._errors.seek(0)
        text = self._errors.read().decode(errors="replace")
        if code == REFUSED:
            try:
                return InvalidInput(json.loads(text)["message"], code="unreadable_table")
            except (ValueError, KeyError):
                pass
        logger.error("the table reader ended with code %s: %s", code, text[-4000:])
        if code < 0 or "MemoryError" in text or "Out of Memory" in text:
            return InvalidInput(
                f"Reading this dataset takes more than {MEMORY_MB} MB of memory or "
                f"{CPU_SECONDS // 60} minutes. Split its files, or read fewer of them.",
                code="table_too_large",
            )
        return RuntimeError(f"the table reader ended with code {code}")

    def __iter__(self) -> Iterator[bytes]:
        """The first line and the rows. A child that fails half-way raises: never a short table."""
        assert self._child is not None and self._child.stdout is not None
        self._unread.cancel()
        yield self.head
        read = self._child.stdout.read1  # type: ignore[attr-defined]
        while chunk := read(CHUNK):
            yield chunk
        if self._child.wait() != 0 and not self._closed.locked():
            raise self._failure()

    def close(self) -> None:
        """End the child if it still runs, and drop its folder. May be called twice."""
        if not self._closed.acquire(blocking=False):
            return
        if hasattr(self, "_unread"):
            self._unread.cancel()
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            if self._child.stdout is not None:
                self._child.stdout.close()
        self._errors.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        AT_ONCE.release()


def sweep_scratch(scratch: Path) -> int:
    """Drop the folders of tables whose server was killed while it read them; answers how many."""
    gone = 0
    for folder in scratch.glob(f"{FOLDER_PREFIX}*"):
        try:
            lost = time.time() - folder.stat().st_mtime > LOST_AFTER
        except FileNotFoundError:
            continue
        if lost:
            shutil.rmtree(folder, ignore_errors=True)
            gone += 1
    return gone


def open_table(
    *,
    files: Sequence[Mapping[str, str]],
    definition: Mapping[str, Any],
    limit: int | None,
    scratch: Path,
) -> TableStream:
    """Read these files ({local, path}) as a tabular definition says.

    Returns when the types are known and the first row can be sent. InvalidInput names the file,
    and the line when known, that can't be read.
    """
    request = {
        "files": list(files),
        "definition": dict(definition),
        "limit": limit,
        "memory_mb": MEMORY_MB,
        "cpu_seconds": CPU_SECONDS,
        "threads": THREADS,
    }
    return TableStream(request, scratch)


def read_columns(
    *,
    files: Sequence[Mapping[str, str]],
    definition: Mapping[str, Any],
    sample: int | None,
    seconds: int,
    scratch: Path,
) -> list[dict[str, str]]:
    """Names and types of the columns, within `seconds`; of the first `sample` rows, or of all.

    Raises InvalidInput for what can't be read, or not in that time, and Unavailable.
    """
    request = {
        "files": list(files),
        "definition": dict(definition),
        "limit": 0,
        "sample": sample,
        "memory_mb": MEMORY_MB,
        "cpu_seconds": seconds,
        "threads": THREADS,
    }
    stream = TableStream(request, scratch, patience=1, wait=seconds)
    try:
        return list(json.loads(stream.head)["columns"])
    finally:
        stream.close()
