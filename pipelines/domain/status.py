"""The one set of statuses, what may follow what, and the reasons behind them.

    NotStarted ──> Queued ──> Preparing ──> Running ──> Finalizing ──> Completed
        │            │  ^         │            │             │
        │            │  └─again───┴────────────┴─────────────┼──> Failed
        │            │                         │             └──> Canceled
        ├─reused────────────────────────────────────────────────> Completed
        └────────────┴──> Canceled      Preparing/Running ──> CancelRequested ──> Canceled

Only `services/progress.py`, `steps.py` and `retries.py` write a status, through `TRANSITIONS`.
"""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    NOT_STARTED = "NotStarted"  # waits for other steps
    QUEUED = "Queued"  # ready; waits for a free node
    PREPARING = "Preparing"  # claimed: files, inputs and environment are being laid out
    RUNNING = "Running"  # its process runs
    FINALIZING = "Finalizing"  # the process ended; outputs are checked and published
    COMPLETED = "Completed"  # done, outputs registered
    FAILED = "Failed"  # done, not usable; the reason says why
    CANCEL_REQUESTED = "CancelRequested"  # someone asked; the process is being ended
    CANCELED = "Canceled"  # ended, or never started, because someone asked


FINAL = frozenset({Status.COMPLETED, Status.FAILED, Status.CANCELED})
# Occupies a node.
ACTIVE = frozenset({Status.PREPARING, Status.RUNNING, Status.FINALIZING, Status.CANCEL_REQUESTED})

TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.NOT_STARTED: frozenset(
        {Status.QUEUED, Status.COMPLETED, Status.FAILED, Status.CANCELED}
    ),
    Status.QUEUED: frozenset(
        {Status.PREPARING, Status.NOT_STARTED, Status.CANCELED, Status.FAILED}
    ),
    Status.PREPARING: frozenset(
        {Status.RUNNING, Status.QUEUED, Status.FAILED, Status.CANCEL_REQUESTED, Status.FINALIZING}
    ),
    Status.RUNNING: frozenset(
        {Status.FINALIZING, Status.FAILED, Status.CANCEL_REQUESTED, Status.QUEUED}
    ),
    Status.FINALIZING: frozenset({Status.COMPLETED, Status.FAILED, Status.CANCELED, Status.QUEUED}),
    Status.CANCEL_REQUESTED: frozenset({Status.CANCELED, Status.FINALIZING, Status.FAILED}),
    Status.COMPLETED: frozenset(),
    Status.FAILED: frozenset(),
    Status.CANCELED: frozenset(),
}

# A run moves through fewer of the same words.
RUN_TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.NOT_STARTED: frozenset({Status.RUNNING, *FINAL}),
    Status.RUNNING: frozenset({Status.CANCEL_REQUESTED, *FINAL}),
    Status.CANCEL_REQUESTED: frozenset(FINAL),
    Status.COMPLETED: frozenset(),
    Status.FAILED: frozenset(),
    Status.CANCELED: frozenset(),
}


class Reason(StrEnum):
    """Why something has the status it has. `SENTENCES` is what a person reads."""

    NONE = ""
    UPSTREAM_FAILED = "upstream_failed"
    RUN_STOPPED = "run_stopped"
    CANCELED_BY_USER = "canceled_by_user"
    EXIT_CODE = "exit_code"
    SIGNAL = "signal"
    MISSING_OUTPUT = "missing_output"
    PREPARE_FAILED = "prepare_failed"
    FINALIZE_FAILED = "finalize_failed"
    ENVIRONMENT_FAILED = "environment_failed"
    LOST = "lost"
    NEVER_STARTED = "never_started"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    RUN_TIMED_OUT = "run_timed_out"
    RETRYING = "retrying"
    STEP_FAILED = "step_failed"
    INTERNAL = "internal"


# Filled with `str.format` from the row's `reason_data`.
SENTENCES: dict[Reason, str] = {
    Reason.NONE: "",
    Reason.UPSTREAM_FAILED: "Not started, because {step} failed.",
    Reason.RUN_STOPPED: "Not started, because the run stopped when {step} failed.",
    Reason.CANCELED_BY_USER: "Canceled by {actor}.",
    Reason.EXIT_CODE: "The script ended with exit code {exit_code}.",
    Reason.SIGNAL: "The script was ended by signal {signal}.",
    Reason.MISSING_OUTPUT: "The script ended well but did not write its output {output}.",
    Reason.PREPARE_FAILED: "The step could not be prepared: {detail}",
    Reason.FINALIZE_FAILED: "The step's results could not be kept: {detail}",
    Reason.ENVIRONMENT_FAILED: "The step's environment could not be built: {detail}",
    Reason.LOST: "The step's process disappeared without an exit code.",
    Reason.NEVER_STARTED: "The runner ended before it could start the script; it is tried again.",
    Reason.TIMED_OUT: "The script ran longer than its limit of {seconds} s.",
    Reason.OUT_OF_MEMORY: (
        "The script was ended because it used more than the memory limit of {limit_mb} MB."
    ),
    Reason.RUN_TIMED_OUT: "The run took longer than its limit of {seconds} s.",
    Reason.RETRYING: "Attempt {attempt} failed ({detail}); tried again {when}.",
    Reason.STEP_FAILED: "{step} failed: {detail}",
    Reason.INTERNAL: "The studio failed while handling this step: {detail}",
}


def sentence(reason: str, data: dict[str, object]) -> str:
    """The reason as a user reads it; missing values are shown as `?`, never an exception."""

    class Lenient(dict[str, object]):
        def __missing__(self, key: str) -> str:
            return "?"

    try:
        template = SENTENCES[Reason(reason)]
    except ValueError:
        return ""
    return template.format_map(Lenient(data))
