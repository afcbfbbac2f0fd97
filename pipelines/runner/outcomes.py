"""From an exit code and `finalized.json` to how the attempt ended."""

from __future__ import annotations

import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

from data.models import Datastore
from pipelines.domain.status import Reason, Status
from pipelines.models import StepRun
from pipelines.runner.limits import NO_LIMIT, Verdict
from pipelines.runner.specs import published_path
from pipelines.services.steps import FoundArtifact, FoundOutput, Outcome


def decide_outcome(
    step: StepRun,
    *,
    exit_code: int | None,
    canceled: bool,
    result: dict[str, Any],
    timed_out: bool = False,
    memory: Verdict = NO_LIMIT,
) -> Outcome:
    """The outcome of an attempt whose script has ended (`exit_code` None: it disappeared)."""
    artifacts = tuple(FoundArtifact(**one) for one in result["artifacts"])
    lines = tuple(result["error_lines"])
    if canceled:
        return Outcome(
            Status.CANCELED, Reason.CANCELED_BY_USER, exit_code=exit_code, artifacts=artifacts
        )
    reason, data = _failure(exit_code, result)
    if memory.killed:
        reason, data = Reason.OUT_OF_MEMORY, {"limit_mb": memory.limit_mb}
    if timed_out:
        reason, data = Reason.TIMED_OUT, {"seconds": step.timeout_seconds}
    if reason is not Reason.NONE:
        return Outcome(
            Status.FAILED,
            reason,
            data,
            exit_code=exit_code,
            artifacts=artifacts,
            error_lines=lines,
        )
    return Outcome(
        Status.COMPLETED,
        reason_data={},
        exit_code=exit_code,
        artifacts=artifacts,
        outputs=tuple(_outputs(step, result["outputs"])),
    )


def _failure(exit_code: int | None, result: dict[str, Any]) -> tuple[Reason, dict[str, Any]]:
    if exit_code is None:
        return Reason.LOST, {}
    if exit_code > 128:
        try:
            # The shell's way of saying it; a script that returns such a number means the same.
            return Reason.SIGNAL, {"signal": signal.Signals(exit_code - 128).name}
        except ValueError:
            pass
    if exit_code != 0:
        return Reason.EXIT_CODE, {"exit_code": exit_code}
    if result["missing"]:
        return Reason.MISSING_OUTPUT, {"output": ", ".join(result["missing"])}
    if result["error"]:
        return Reason.FINALIZE_FAILED, {"detail": result["error"]}
    return Reason.NONE, {}


def _outputs(step: StepRun, found: list[dict[str, Any]]) -> list[FoundOutput]:
    if not found:
        return []
    ports = {port["name"]: port for port in step.node["outputs"]}
    names = {name: port["datastore"] for name, port in ports.items()}
    stores = dict(
        Datastore.objects.filter(
            workspace_id=step.run.workspace_id, name__in=set(names.values())
        ).values_list("name", "pk")
    )
    return [
        FoundOutput(
            datastore_id=stores[names[one["name"]]],
            path=published_path(step, ports[one["name"]]),
            **one,
        )
        for one in found
    ]


def failed_early(reason: Reason, detail: str, log: Path) -> Outcome:
    """A step that never started its script. The sentence is also the end of its log.

    Only the first line of `detail` is the sentence's. What follows, a failed build's own lines,
    is in the log already.
    """
    first, _, lines = detail.partition("\n")
    with suppress(OSError):
        log.parent.mkdir(parents=True, exist_ok=True)
        with open(log, "ab") as file:
            file.write(first.encode("utf-8", "replace") + b"\n")
    error_lines = tuple((lines or first).split("\n")[-20:])
    return Outcome(Status.FAILED, reason, {"detail": first}, error_lines=error_lines)
