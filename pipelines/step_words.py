"""What a step waits for and what may be done about it, in words."""

from __future__ import annotations

from typing import Any

from pipelines.domain.status import FINAL, Status, sentence
from pipelines.models import Attempt, StepRun
from pipelines.queue_selectors import queue_positions


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 21st."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ending}"


def queue_line(step: StepRun) -> str:
    """Its place in the queue, and whether the queue stands still; nothing for other steps."""
    if step.status != Status.QUEUED.value:
        return ""
    target = step.compute_target
    place = queue_positions([step]).get(step.pk)
    parts = []
    if place is not None:
        parts.append(f"{ordinal(place)} in the queue of {target.name}")
    if target.paused_at is not None:
        by = f" by {target.paused_by.get_username()}" if target.paused_by else ""
        parts.append(f"{target.name} is paused{by}: nothing starts on it")
    return "; ".join(parts)


def tries_text(step: StepRun) -> str:
    """`2 of 3` for a step that may be tried again or was; else the number of its attempt."""
    tries = int(step.retry.get("count") or 0) + 1 if step.retry else 1
    if step.attempt == 0 or (tries < 2 and step.retries == 0):
        return str(step.attempt or "–")
    # `retries` counts the attempts that were tried again, not those a restart cut short.
    return f"{step.retries + 1} of {max(tries, step.retries + 1)}"


def retry_line(step: StepRun) -> str:
    """`Attempt 2 of 3` while a step is being tried again (when: its `not_before`); else nothing."""
    tries = tries_text(step)
    return f"Attempt {tries}" if " of " in tries and Status(step.status) not in FINAL else ""


def can_cancel(step: StepRun) -> bool:
    """Whether asking for its end would change anything."""
    return Status(step.status) not in FINAL and step.status != Status.CANCEL_REQUESTED.value


def attempt_row(step: StepRun, row: Attempt) -> dict[str, Any]:
    """One attempt as the Attempts tab shows it."""
    over = bool(row.outcome) or row.number < step.attempt
    said = dict(row.reason_data or {})
    if not said and row.number == step.attempt:
        said = dict(step.reason_data)  # rows from before attempts kept their own
    return {
        "row": row,
        "sentence": sentence(row.reason, said),
        "status": row.outcome or step.status,
        "over": over,
    }
