"""Reading an attempt's spool while its script writes it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.domain.metric_limits import SPOOL_BYTES
from pipelines.domain.records import BadRecord, Record, parse_line

BATCH_LINES = 500
BATCH_BYTES = 4_000_000
KEPT_BYTES = 1_000_000  # of a spool whose records are stored


@dataclass
class Batch:
    """Whole lines of a spool: what they say, and the sentences about those that say nothing."""

    from_seq: int
    to_seq: int
    next_offset: int
    records: list[Record] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@dataclass
class Spool:
    """Where the runner is in one spool file. `seq` counts lines from 1."""

    path: Path
    seq: int = 0
    offset: int = 0

    def skip_to(self, seq: int) -> None:
        """Pass over lines that an earlier runner stored."""
        if seq <= self.seq or not self.path.exists():
            return
        with open(self.path, "rb") as file:
            file.seek(self.offset)
            while self.seq < seq and file.readline().endswith(b"\n"):
                self.seq += 1
            self.offset = file.tell()

    def has_more(self) -> bool:
        """Whether the file grew since the last batch, and is not longer than is read of one."""
        try:
            size = self.path.stat().st_size
        except FileNotFoundError:
            return False
        return size > self.offset and self.offset < SPOOL_BYTES

    def was_cut(self) -> bool:
        """Whether lines are left that nobody will read."""
        with suppress(FileNotFoundError):
            return self.offset >= SPOOL_BYTES and self.path.stat().st_size > self.offset
        return False

    def discard(self) -> None:
        """Its records are stored: a long file is not kept for later readers."""
        with suppress(FileNotFoundError):
            if self.path.stat().st_size > KEPT_BYTES:
                self.path.unlink()

    def batches(self, *, to_end: bool) -> Iterator[Batch]:
        """New whole lines, a batch at a time. With `to_end` an unfinished last line counts too.

        The caller stores a batch and calls `advance` before it asks for the next one.
        """
        while self.has_more():
            batch = Batch(self.seq, self.seq, self.offset)
            with open(self.path, "rb") as file:
                file.seek(self.offset)
                while batch.to_seq - batch.from_seq < BATCH_LINES:
                    line = file.readline()
                    if not line or not (line.endswith(b"\n") or to_end):
                        break
                    batch.to_seq += 1
                    batch.next_offset += len(line)
                    _parse_into(batch, line)
                    if batch.next_offset - self.offset > BATCH_BYTES:
                        break
            if batch.to_seq == batch.from_seq:
                return
            yield batch

    def advance(self, batch: Batch) -> None:
        self.seq, self.offset = batch.to_seq, batch.next_offset


def _parse_into(batch: Batch, line: bytes) -> None:
    if not line.strip():
        return
    try:
        batch.records.append(parse_line(line))
    except BadRecord as error:
        batch.refused.append(f"Record {batch.to_seq} of the spool was not kept. {error}")
