"""What to do at a look at a schedule: which due times to submit for, and which were missed.

A due time counts as missed when the studio comes to it more than GRACE too late, or when a later
one is due as well. What becomes of those is the schedule's own policy.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from endpoints.domain.recurrence import Rule, latest_due, next_due

GRACE = timedelta(minutes=5)  # longer than it takes to notice a hanging queue and to replace it
CATCH_UP_LIMIT = 100  # runs for missed times at one look; older ones are left out
COUNT_LIMIT = 1000  # missed times are counted up to here
TICK = timedelta(microseconds=1)


class MissedPolicy(StrEnum):
    """What becomes of due times while the studio did not run."""

    SKIP = "skip"  # left out; only a time that is not late is submitted
    RUN_ONCE = "run_once"  # one run, for the last of them
    CATCH_UP = "catch_up"  # a run for each, the last CATCH_UP_LIMIT of them


@dataclass(frozen=True)
class Plan:
    """`due` in their order, each a run. `merged` earlier times are stood for by the first of
    them, `left_out` times end without a run, the last of them at `last_left_out`; `many` says that
    there were more than were counted. `following` is when to look again."""

    due: tuple[datetime, ...]
    merged: int
    left_out: int
    last_left_out: datetime | None
    many: bool
    following: datetime | None


def plan_ticks(rule: Rule, *, first: datetime, now: datetime, policy: MissedPolicy) -> Plan:
    """What to do at `now` with everything due from `first` (the first that is not done) on."""
    found = latest_due(rule, first - TICK, now, COUNT_LIMIT + 1)
    many = len(found) > COUNT_LIMIT
    following = next_due(rule, max(now, first - TICK))
    if not found:
        return Plan((), 0, 0, None, False, following)
    if policy is MissedPolicy.CATCH_UP:
        due, rest = found[-CATCH_UP_LIMIT:], found[:-CATCH_UP_LIMIT]
    elif policy is MissedPolicy.RUN_ONCE:
        due, rest = found[-1:], found[:-1]
        return Plan(tuple(due), len(rest), 0, None, many, following)
    else:
        on_time = now - found[-1] <= GRACE
        due, rest = (found[-1:], found[:-1]) if on_time else ([], found)
    return Plan(tuple(due), 0, len(rest), rest[-1] if rest else None, many, following)


def left_out_sentence(plan: Plan, policy: MissedPolicy) -> str:
    """Why times have no run, for people."""
    count = f"more than {COUNT_LIMIT}" if plan.many else str(plan.left_out)
    times = "time was" if plan.left_out == 1 else "times were"
    if policy is MissedPolicy.CATCH_UP:
        return f"{count} due {times} left out: at most {CATCH_UP_LIMIT} are made up for."
    return f"{count} due {times} missed while the studio did not run, and this schedule skips them."


def merged_sentence(plan: Plan) -> str:
    """What one run stands for, for people; empty when only for its own time."""
    if not plan.merged:
        return ""
    count = f"more than {COUNT_LIMIT}" if plan.many else str(plan.merged)
    times = "time" if plan.merged == 1 else "times"
    return f"Stands for {count} earlier {times} too, missed while the studio did not run."
