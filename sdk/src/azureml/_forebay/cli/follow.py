"""Print logs as they grow, by polling with byte offsets."""

from __future__ import annotations

import codecs
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from azureml.core.workspace import Workspace

FINAL = frozenset({"Completed", "Failed", "Canceled"})
END_WELL = frozenset({"Completed"})
_PAUSE_SECONDS = 0.3
_PIECE = 1 << 20


class LogReader:
    """What one step printed, from where the last call stopped."""

    def __init__(self, workspace: Workspace, step_id: str) -> None:
        self._workspace = workspace
        self._path = workspace._path("steps/{}/log", step_id)
        self._attempt = 0
        self._offset = 0
        self._decoder = _make_decoder()

    def read(self, attempt: int = 0) -> tuple[str, bool]:
        """New text, and whether there will be no more; another attempt's log begins anew."""
        if attempt != self._attempt:
            self._attempt, self._offset, self._decoder = attempt, 0, _make_decoder()
        query = {"attempt": attempt or None, "offset": self._offset, "limit": _PIECE}
        answer = self._workspace._transport.get_bytes(self._path, query)
        self._offset = int(answer.headers.get("x-forebay-log-next") or self._offset)
        size = int(answer.headers.get("x-forebay-log-size") or 0)
        complete = answer.headers.get("x-forebay-log-complete") == "1" and self._offset >= size
        return self._decoder.decode(answer.content, complete), complete

    def read_all(self, attempt: int = 0) -> tuple[str, bool]:
        """As ``read``, for all there is at the moment."""
        pieces = []
        while True:
            text, complete = self.read(attempt)
            pieces.append(text)
            if complete or not text:
                return "".join(pieces), complete


def _make_decoder() -> codecs.IncrementalDecoder:
    return codecs.getincrementaldecoder("utf-8")("replace")


def print_log(workspace: Workspace, step_id: str) -> None:
    """Print what a step has printed so far."""
    reader = LogReader(workspace, step_id)
    last = ""
    while True:
        text, complete = reader.read()
        if text:
            sys.stdout.write(text)
            last = text[-1]
        if complete or not text:
            break
    if last not in ("", "\n"):
        sys.stdout.write("\n")
    sys.stdout.flush()


def follow_steps(workspace: Workspace, run_id: str, step_ids: list[str]) -> str:
    """Print the logs of the steps until all have ended. The worst status among them.

    Lines of different steps are told apart by a line with the step's name when it changes.
    """
    readers = {step_id: LogReader(workspace, step_id) for step_id in step_ids}
    open_steps = set(step_ids)
    shown = ""
    at_line_start = True
    path = workspace._path("runs/{}/steps", run_id)
    while True:
        steps = {str(one["id"]): one for one in workspace._transport.list_items(path)}
        run = workspace._transport.get_json(workspace._path("runs", run_id))
        for step_id in [one for one in step_ids if one in open_steps]:
            step: dict[str, Any] = steps[step_id]
            if step["status"] in ("NotStarted", "Queued") and run["status"] not in FINAL:
                continue
            text, complete = readers[step_id].read_all(int(step.get("attempt") or 0))
            if text:
                if step_id != shown and len(step_ids) > 1:
                    line_end = "" if at_line_start else "\n"
                    sys.stdout.write(f"{line_end}==> {step['name']} <==\n")
                shown = step_id
                sys.stdout.write(text)
                at_line_start = text.endswith("\n")
                sys.stdout.flush()
            ended = step["status"] in FINAL or run["status"] in FINAL
            if ended and (complete or not text):
                open_steps.discard(step_id)
        if not open_steps:
            break
        time.sleep(_PAUSE_SECONDS)
    if not at_line_start:
        sys.stdout.write("\n")
    ends = [str(steps[step_id]["status"]) for step_id in step_ids]
    status = next((one for one in ends if one not in END_WELL), "Completed")
    for step_id in step_ids:
        print(f"{steps[step_id]['name']}: {steps[step_id]['status']}")
    return status
