"""How many metric values of one attempt are kept: the first ones, and one line about the rest.

The SDK holds the same limits (`azureml/core/_run_spool.py`), so that a script that logs in a tight
loop does not fill the disk; here they bind whoever writes the spool.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipelines.domain.records import Record

MOST_PER_NAME = 250_000
MOST_PER_STEP = 1_000_000
SPOOL_BYTES = 512 << 20  # of a spool; what comes behind is not read

Series = tuple[bool, str, str]  # for the parent, id of the child run, name


@dataclass
class Tally:
    """What an attempt has logged so far."""

    counts: Counter[Series] = field(default_factory=Counter)
    total: int = 0
    _said: set[Series | tuple[()]] = field(default_factory=set)

    @classmethod
    def of(cls, counts: Mapping[Series, int]) -> Tally:
        """For a runner that takes an attempt over."""
        return cls(Counter(counts), sum(counts.values()))

    def admit(self, records: Sequence[Record]) -> tuple[list[Record], list[str]]:
        """Those that are kept, and a sentence for each limit that was reached just now."""
        kept: list[Record] = []
        sentences: list[str] = []
        for record in records:
            if record.kind == "metric":
                series = (record.parent, record.child, record.name)
                over = self._limit_reached(series)
                if over is not None:
                    if over not in self._said:
                        self._said.add(over)
                        sentences.append(_sentence(over))
                    continue
                self.counts[series] += 1
                self.total += 1
            kept.append(record)
        return kept, sentences

    def _limit_reached(self, series: Series) -> Series | tuple[()] | None:
        if self.total >= MOST_PER_STEP:
            return ()
        return series if self.counts[series] >= MOST_PER_NAME else None


def _sentence(over: Series | tuple[()]) -> str:
    if not over:
        return (
            f"This step has logged {MOST_PER_STEP:,} metric values: later ones are not kept. "
            "Log every tenth value, or a list at once."
        )
    return (
        f"The metric {over[2]!r} has {MOST_PER_NAME:,} values: later ones are not kept. "
        "Log every tenth value, or a list at once."
    )
