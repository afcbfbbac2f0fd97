"""A log that is bounded on disk while every offset in it stays what it was.

Above the limit the middle is cut: the bytes are given back to the file system as a hole, so the
size and all offsets stay. `log.cut` beside the log says where; readers show one line instead.
Standard library only: the stager child reads logs too.
"""

from __future__ import annotations

import ctypes
import errno
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

BLOCK = 4096
FALLOC_FL_KEEP_SIZE, FALLOC_FL_PUNCH_HOLE = 1, 2
MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Cut:
    """The bytes from `start` to `end` are not kept."""

    start: int
    end: int

    @property
    def marker(self) -> bytes:
        """What a reader shows in their place."""
        left_out = max(1, round((self.end - self.start) / MEGABYTE))
        return (
            f"\n… {left_out:,} MB of output are left out here; "
            f"of long logs the beginning and the end are kept …\n"
        ).encode()


@dataclass(frozen=True)
class LogPiece:
    """Some bytes of a log. `next` is where to read on; behind a cut it is far ahead.

    `last`: what comes next does not continue these bytes.
    """

    data: bytes
    start: int
    next: int
    size: int
    last: bool = False


def read_cut(log: Path) -> Cut | None:
    """What was cut out of this log; None when it is whole."""
    try:
        start, end = (log.parent / f"{log.name}.cut").read_text().split()
        return Cut(int(start), int(end))
    except (FileNotFoundError, ValueError):
        return None


def read_log(log: Path, offset: int, limit: int) -> LogPiece:
    """Up to `limit` bytes from `offset`, a negative one counting from the end.

    A log that is not there yet is empty. A read never goes across a cut, and one that begins in
    a cut gives its marker.
    """
    try:
        descriptor = os.open(log, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return LogPiece(b"", 0, 0, 0)
    try:
        size = os.fstat(descriptor).st_size
        start = max(0, size + offset) if offset < 0 else min(offset, size)
        data = os.pread(descriptor, limit, start)
    finally:
        os.close(descriptor)
    cut = read_cut(log)  # after the bytes: it is written before they go
    if cut is not None and cut.start <= start < cut.end:
        return LogPiece(cut.marker, start, cut.end, size, last=True)
    if cut is not None and start < cut.start:
        data = data[: cut.start - start]
    end = start + len(data)
    return LogPiece(data, start, end, size, last=cut is not None and end == cut.start)


def cut_log(log: Path, *, limit: int, slack: int = 0) -> bool:
    """Cut the middle out when the log is more than `limit` and `slack` bytes long.

    The first and the last half of `limit` stay. False: there was nothing to cut, or the file
    system knows no holes; then readers skip the middle all the same, and it stays on the disk.
    """
    try:
        size = log.stat().st_size
    except FileNotFoundError:
        return False
    before = read_cut(log)
    start = before.start if before else limit // 2 // BLOCK * BLOCK
    done = before.end if before else start
    end = (size - limit // 2) // BLOCK * BLOCK
    if end - done <= slack:
        return False
    try:
        _write_cut(log, Cut(start, end))
    except OSError:  # a full disk: make room first
        punched = _punch(log, done, end)
        _write_cut(log, Cut(start, end))
        return punched
    return _punch(log, done, end)


def _write_cut(log: Path, cut: Cut) -> None:
    new = log.parent / f"{log.name}.cut.new"
    new.write_text(f"{cut.start} {cut.end}\n")
    new.replace(log.parent / f"{log.name}.cut")


def _punch(log: Path, start: int, end: int) -> bool:
    """Give the bytes back to the file system; False when it can't."""
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = os.open(log, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        with suppress(AttributeError):
            answer = libc.fallocate64(
                descriptor,
                FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                ctypes.c_int64(start),
                ctypes.c_int64(end - start),
            )
            number = ctypes.get_errno()
            if answer != 0 and number not in (errno.EOPNOTSUPP, errno.ENOSYS, errno.EPERM):
                raise OSError(number, os.strerror(number), os.fspath(log))
            return bool(answer == 0)
    finally:
        os.close(descriptor)
    return False
