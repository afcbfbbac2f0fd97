"""What notifications say: one text for mail and chat, one JSON for programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

RETRY_AFTER = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
)  # after the first, second … failure; after one more it is given up


@dataclass(frozen=True)
class Message:
    """`type` is run.failed, run.completed, schedule.failed or test; `text` a few plain lines."""

    type: str
    subject: str
    text: str
    data: dict[str, Any]

    def body(self, *, timestamp: str) -> dict[str, Any]:
        """The JSON of a webhook: as Standard Webhooks has it, and `text` for chats."""
        return {
            "type": self.type,
            "timestamp": timestamp,
            "data": self.data,
            "text": f"{self.subject}\n{self.text}",
        }


@dataclass(frozen=True)
class EndedRun:
    """What a message says of a run. Times are ISO 8601, `took` is for people."""

    workspace: str
    id: str
    number: int
    experiment: str
    status: str
    reason: str
    sentence: str
    url: str
    submitted_at: str | None
    ended_at: str | None
    took: str
    endpoint: dict[str, Any] | None
    schedule: dict[str, Any] | None
    due_at: str | None


def run_message(run: EndedRun) -> Message:
    """That a run failed or completed."""
    failed = run.status == "Failed"
    name = f"Run {run.number} of {run.experiment}"
    of = run.schedule or run.endpoint
    kind = "schedule" if run.schedule else "endpoint"
    lines = [
        run.sentence if failed and run.sentence else "",
        f"It was started by the {kind} {of['name']}." if of else "",
        f"It took {run.took}." if run.took else "",
        run.url,
    ]
    return Message(
        type="run.failed" if failed else "run.completed",
        subject=f"[{run.workspace}] {name} {'failed' if failed else 'completed'}",
        text="\n".join(line for line in lines if line),
        data={
            "workspace": run.workspace,
            "run_id": run.id,
            "run_number": run.number,
            "experiment": run.experiment,
            "status": run.status,
            "reason": run.reason,
            "sentence": run.sentence,
            "url": run.url,
            "submitted_at": run.submitted_at,
            "ended_at": run.ended_at,
            "endpoint": run.endpoint,
            "schedule": run.schedule,
            "due_at": run.due_at,
        },
    )


def tick_message(
    *, workspace: str, schedule: dict[str, Any], due_at: str, sentence: str, url: str
) -> Message:
    """That a schedule could not submit: there is no run."""
    return Message(
        type="schedule.failed",
        subject=f"[{workspace}] Schedule {schedule['name']} could not submit",
        text=f"Due at {due_at}: {sentence}\n{url}",
        data={
            "workspace": workspace,
            "run_id": None,
            "status": "Failed",
            "reason": "NotSubmitted",
            "sentence": sentence,
            "url": url,
            "schedule": schedule,
            "due_at": due_at,
        },
    )


def test_message(*, workspace: str, subject: str, url: str) -> Message:
    """That a rule works."""
    return Message(
        type="test",
        subject=f"[{workspace}] A test of the notifications for {subject}",
        text=f"It works: this is how you will be told.\n{url}",
        data={"workspace": workspace, "run_id": None, "status": "Test", "url": url},
    )


def took(seconds: float) -> str:
    """`42 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
