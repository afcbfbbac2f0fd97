"""Follow a run from its events, with the logs of its steps as they are written.

One thread, two questions: events (a long poll while no log is open) and, for each running step,
its log from the last byte seen. A server that is away for a while is waited for.
"""

from __future__ import annotations

import time
from typing import Any, Dict, List

from azureml._forebay.errors import ServerFailed, Unreachable
from azureml._forebay.formatting import count_columns, cut, format_duration, pad, parse_time
from azureml._forebay.transport import BUSY
from azureml.core._run_client import FINAL, Json, LogTail, RunClient
from azureml.pipeline.core._screen import Screen

_WAIT = 20.0  # seconds of a long poll while nothing runs
_QUICK, _SLOW = 0.1, 0.8  # seconds between questions while logs are open
_SHOWS_LOG = frozenset({"Preparing", "Running", "Finalizing", "CancelRequested"})
_AWAY = 15 * 60.0  # how long a server may be away
FOREVER = 9223372036854775807  # seconds, v1's default
_BROKEN = 30.0  # how long it may answer that it failed


class _StepLog:
    """The log of a step's attempt by lines, with what to print beside it."""

    def __init__(self, client: RunClient, name: str, attempt: int, why: str, of: int) -> None:
        self.name = name
        self.attempt = attempt
        self.started = time.monotonic()
        self.beside_others = False  # once marked with its name, a log stays so
        again = f", attempt {attempt} of {of}" if attempt > 1 and of else ""
        self.heading = f"{name}: Running{again}{f' ({why})' if why and not again else ''}"
        self._tail = LogTail(client, attempt)
        self._rest = ""

    def read(self, last: bool = False) -> List[str]:
        """New lines; with `last` everything up to the end, a broken line included."""
        text = self._rest + (self._tail.read_all() if last else self._tail.read())
        *lines, self._rest = text.split("\n")
        if last and self._rest:
            lines.append(self._rest)
            self._rest = ""
        return [line.rstrip("\r") for line in lines]


class RunFollower:
    """Prints what happens in a run until it ends or `timeout` seconds are over."""

    def __init__(
        self,
        client: RunClient,
        screen: Screen,
        timeout: float,
        logs: bool,
        only_step: str | None = None,
    ) -> None:
        self._client = client
        self._screen = screen
        self._deadline = time.monotonic() + timeout
        self._logs = logs
        self._only_step = only_step
        self._tails: Dict[str, _StepLog] = {}
        self._statuses: Dict[str, str] = {}
        self._attempts: Dict[str, int] = {}  # how many a step may have
        self._after = 0
        self._ended = False

    def follow(self) -> Json:
        """The run's JSON as it is at the end (or when the time is over)."""
        document = self._patiently(self._client.fetch)
        steps = document.get("steps", [])
        self._statuses = {step["id"]: "" for step in steps}
        self._attempts = {
            step["id"]: 1 + int((step.get("retry") or {}).get("count") or 0) for step in steps
        }
        pause = _QUICK
        try:
            while not self._ended and time.monotonic() < self._deadline:
                left = max(0.0, self._deadline - time.monotonic())
                wait = 0.0 if self._tails else min(_WAIT, left)
                events = self._patiently(self._client.fetch_events, self._after, wait)
                self._after = events.get("last") or self._after
                news = [self._take(event) for event in events["items"]]
                news += [self._print_log(tail) for tail in list(self._tails.values())]
                pause = _QUICK if any(news) else min(pause * 1.3, _SLOW)
                if self._tails and not self._ended:
                    self._screen.progress(self._progress())
                    time.sleep(min(pause, left))
        finally:
            self._screen.close()
        return dict(self._patiently(self._client.fetch))

    def _take(self, event: Json) -> bool:
        """Show one event."""
        data = event["data"]
        if event["kind"] == "run.status" and data["status"] in FINAL:
            self._ended = True
        if event["kind"] == "step.status" and self._only_step in {None, data["step"]}:
            self._take_step(data)
            self._ended |= self._only_step is not None and data["status"] in FINAL
        return True

    def _take_step(self, data: Json) -> None:
        step, status, name = data["step"], data["status"], data["name"]
        self._statuses[step] = status
        if status in _SHOWS_LOG and self._logs:
            tail = self._open_log(step, data)
            if status != "Preparing":
                self._announce(tail)
        if data.get("reason") == "retrying" and status == "Queued":
            self._take_failed_attempt(step, data)
        if status not in FINAL:
            return
        if data.get("reused"):
            self._screen.line(f"{name}: {reason_of(data) or 'Reused'}")
            return
        if self._logs and (step in self._tails or data.get("started_at")):
            tail = self._open_log(step, data)
            self._announce(tail)
            self._print_log(tail, last=True)
            del self._tails[step]
        took = duration(data)
        sentence = data.get("sentence") or ""
        text = f"{name}: {shown_status(status)}{f' after {took}' if took else ''}"
        self._screen.line(f"{text}. {sentence}".rstrip() if sentence else text)

    def _take_failed_attempt(self, step: str, data: Json) -> None:
        """A step that is tried again: the rest of the old log, why, and which attempt comes."""
        tail = self._tails.pop(step, None)
        if tail is not None:
            self._announce(tail)
            self._print_log(tail, last=True)
        following = int(data.get("attempt") or 1) + 1
        total = self._attempts.get(step, 0)
        of = f" of {total}" if total >= following else ""
        self._screen.line(f"{data['name']}: attempt {following}{of}. {data.get('sentence') or ''}")

    def _open_log(self, step: str, data: Json) -> _StepLog:
        """The tail of the step's newest attempt, from its first byte."""
        attempt = int(data.get("attempt") or 1)
        tail = self._tails.get(step)
        if tail is None or tail.attempt != attempt:
            client = self._client.of_step(step)
            of, why = self._attempts.get(step, 0), reason_of(data)
            tail = self._tails[step] = _StepLog(client, data["name"], attempt, why, of)
        return tail

    def _announce(self, tail: _StepLog) -> None:
        """Say once that a step runs, and why, before its first line."""
        if tail.heading:
            self._screen.line(tail.heading)
            tail.heading = ""

    def _print_log(self, tail: _StepLog, last: bool = False) -> bool:
        lines = self._patiently(tail.read, last)
        if lines:
            self._announce(tail)
        tail.beside_others |= len(self._tails) > 1
        prefix = f"[{tail.name}] " if tail.beside_others else ""
        for line in lines:
            self._screen.line(prefix + line)
        return bool(lines)

    def _progress(self) -> str:
        done = sum(status in FINAL for status in self._statuses.values())
        running = ", ".join(
            f"{tail.name} {format_duration(time.monotonic() - tail.started)}"
            for tail in self._tails.values()
        )
        return f"{done} of {len(self._statuses)} steps done, running: {running}"

    def _patiently(self, ask: Any, *arguments: Any) -> Any:
        """Ask again while the server is away, for some minutes."""
        began = time.monotonic()
        told = False
        while True:
            try:
                return ask(*arguments)
            except (Unreachable, ServerFailed) as error:
                away = isinstance(error, Unreachable) or error.status in BUSY
                until = min(self._deadline, began + (_AWAY if away else _BROKEN))
                if time.monotonic() >= until:
                    raise
                if not told:
                    self._screen.line(
                        "The studio does not answer; waiting for it. Steps that run go on."
                    )
                    told = True
                time.sleep(1.0)


def shown_status(status: str) -> str:
    """The word pipelines use: Finished for Completed."""
    return "Finished" if status == "Completed" else status


def duration(document: Json) -> str:
    """How long a run or step took, "" when it has not both started and ended."""
    started, ended = parse_time(document.get("started_at")), parse_time(document.get("ended_at"))
    if started is None or ended is None:
        return ""
    return format_duration((ended - started).total_seconds())


def summarise(document: Json) -> List[str]:
    """The last lines: how the run ended, and each step with its reason."""
    steps = document.get("steps", [])
    reused = sum(bool(step.get("reused")) for step in steps)
    took = duration(document)
    head = f"{document['name']} of {document['experiment']}: {shown_status(document['status'])}"
    head += f" after {took}" if took else ""
    lines = ["", f"{head}, {len(steps)} step{'' if len(steps) == 1 else 's'}, {reused} reused"]
    width = min(40, max([count_columns(step["name"]) for step in steps], default=0))
    for step in steps:
        reason = step.get("sentence") or reason_of(step)
        status = shown_status(step["status"])
        name = pad(cut(step["name"], width), width)
        lines.append(f"  {name}  {status:<10}  {reason}".rstrip())
    lines.append(document.get("url") or "")
    return lines


def failure_text(document: Json) -> str:
    """What a failed run's exception says: the step, its reason and its last lines."""
    error = document.get("error") or {}
    head = f"{document['name']} failed"
    if error.get("step"):
        head += f" in step '{error['step']}'"
    message = error.get("message") or document.get("sentence") or ""
    lines = [f"{head}. {message}".rstrip(), *(f"  {line}" for line in error.get("lines") or [])]
    return "\n".join([*lines, document.get("url") or ""]).rstrip()


def reason_of(document: Json) -> str:
    """Why a step runs or is reused; the server's "Ran: " is left to the caller."""
    sentence = str((document.get("why") or {}).get("sentence") or "")
    return sentence[len("Ran: ") :] if sentence.startswith("Ran: ") else sentence
