"""Taking in what scripts logged, a bounded piece a turn: a talkative step holds up no other."""

from __future__ import annotations

import time
from typing import Any

from django.utils import timezone

from pipelines.domain.metric_limits import SPOOL_BYTES
from pipelines.runner.work import Work, append_line
from pipelines.services import records

TURN = 0.05  # seconds of one turn of the loop that go into records
SHOWN_REFUSALS = 20  # of one batch, in the step's log


class Backlog:
    """Works whose spool holds more than one turn takes in.

    The result of an ended one waits here: its outcome is stored after its last record.
    """

    def __init__(self) -> None:
        self.waiting: dict[int, tuple[Work, dict[str, Any] | None]] = {}

    def take_in(self, work: Work, result: dict[str, Any] | None = None) -> bool:
        """Take in new lines, all of them when there is a `result`; False: the rest waits."""
        until = time.monotonic() + TURN
        if ingest(work, to_end=result is not None, until=until):
            return True
        self.waiting[work.attempt.step_run_id] = (work, result)
        return False

    def go_on(self) -> list[tuple[Work, dict[str, Any]]]:
        """Another turn for the one that waits longest. The ended works that are done now."""
        if not self.waiting:
            return []
        step_id, (work, result) = next(iter(self.waiting.items()))
        del self.waiting[step_id]
        done = self.take_in(work, result)
        return [(work, result)] if done and result is not None else []


def ingest(work: Work, *, to_end: bool, until: float) -> bool:
    """Store new lines of the spool; lines that can't be kept are named in the step's log.

    False when the time was over before the lines were.
    """
    if work.tally is None:
        work.tally = records.tally_of(work.attempt)
    for batch in work.spool.batches(to_end=to_end):
        kept, limits = work.tally.admit(batch.records)
        batch.refused += limits
        stored = records.ingest_spool_records(
            attempt=work.attempt,
            records=kept,
            from_seq=batch.from_seq,
            to_seq=batch.to_seq,
            now=timezone.now(),
        )
        if stored and batch.refused:
            more = len(batch.refused) - SHOWN_REFUSALS
            said = batch.refused[:SHOWN_REFUSALS]
            said += [f"{more} more records were not kept."] if more > 0 else []
            append_line(work.log, "\n".join(said) + "\n")
        work.spool.advance(batch)
        if time.monotonic() >= until:
            if work.spool.has_more():
                return False
            break
    if to_end and work.spool.was_cut():
        shown = f"the first {SPOOL_BYTES >> 20} MB"
        append_line(work.log, f"Of what this step logged {shown} are kept.\n")
    return True
