"""Where a queued step stands: how many are claimed before it, and whether its target is paused."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.domain.queue import positions
from pipelines.domain.status import Status
from pipelines.models import StepRun
from workspaces.raw_sql import fetch

# Both read nothing but an index: the first one holds only rows that may be claimed now, the
# second one walks back from the newest attempts, and not far.
_READY = """
SELECT run_id, id FROM pipelines_steprun
WHERE status = 'Queued' AND not_before IS NULL AND compute_target_id = %s ORDER BY run_id, id
"""
_LAST_SERVED = """
SELECT s.run_id FROM (SELECT id, step_run_id FROM pipelines_attempt ORDER BY id DESC LIMIT 50) a
JOIN pipelines_steprun s ON s.id = a.step_run_id
WHERE s.compute_target_id = %s ORDER BY a.id DESC LIMIT 1
"""


def queue_positions(steps: Sequence[StepRun]) -> dict[int, int]:
    """By primary key: 1 for the step of its target that is claimed next. Only queued ones.

    One that waits for its next attempt's time has none yet.
    """
    queued = [s for s in steps if s.status == Status.QUEUED.value and s.not_before is None]
    found: dict[int, int] = {}
    for target in {step.compute_target_id for step in queued}:
        last = fetch(_LAST_SERVED, [target])
        ready = [(run, step) for run, step in fetch(_READY, [target])]
        found |= positions(ready, after=last[0][0] if last else 0)
    return {step.pk: found[step.pk] for step in queued if step.pk in found}
