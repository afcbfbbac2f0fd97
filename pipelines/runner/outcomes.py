"""From an exit code and `finalized.json` to how the attempt ended."""

from __future__ import annotations

import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

from data.models import Datastore
from pipelines.domain.status import Reason, Status
from pipelines.models import StepRun
from pipelines.runner.specs import PUBLISHED
from pipelines.services.steps import FoundArtifact, FoundOutput, Outcome


def decide_outcome(
    step: StepRun, *, exit_code: int | None, canceled: bool, result: dict[str, Any]
) -> Outcome:
    """The outcome of an attempt whose script has ended (`exit_code` None: it disappeared)."""
    artifacts = tuple(FoundArtifact(**one) for one in result["artifacts"])
    lines = tuple(result["error_lines"])
    if canceled:
        return Outcome(
            Status.CANCELED, Reason.CANCELED_BY_USER, exit_code=exit_code, artifacts=artifacts
        )
    reason, data = _failure(exit_code, result)
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
    names = {port["name"]: port["datastore"] for port in step.node["outputs"]}
    stores = dict(
        Datastore.objects.filter(
            workspace_id=step.run.workspace_id, name__in=set(names.values())
        ).values_list("name", "pk")
    )
    return [
        FoundOutput(
            datastore_id=stores[names[one["name"]]],
            path=f"{PUBLISHED}/{step.uid}/{one['name']}",
            **one,
        )
        for one in found
    ]


def failed_early(reason: Reason, detail: str, log: Path) -> Outcome:
    """A step that never started its script. The sentence is also the end of its log.

    A failed build's own lines are in the log already: only the first line joins them.
    """
    with suppress(OSError):
        log.parent.mkdir(parents=True, exist_ok=True)
        with open(log, "ab") as file:
            file.write(detail.split("\n", 1)[0].encode("utf-8", "replace") + b"\n")
    return Outcome(
        Status.FAILED, reason, {"detail": detail}, error_lines=tuple(detail.split("\n")[-20:])
    )
