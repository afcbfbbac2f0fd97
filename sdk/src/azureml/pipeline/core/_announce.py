"""What is printed when something was submitted: the run, each step's fate, the link."""

from __future__ import annotations

import sys
from typing import Any, Dict

from azureml.pipeline.core._follow import reason_of

Json = Dict[str, Any]


def announce(document: Json) -> None:
    """Say what became of each step, and where to look."""
    for step in document.get("steps") or []:  # null of a very large run
        print(f"Step {step['name']} [{step['id']}]: {_fate(step)}")
    print(
        f"Submitted PipelineRun {document['id']} ({document['name']} of {document['experiment']})"
    )
    print(f"Link to the studio: {document.get('url') or ''}")
    for warning in (document.get("origin") or {}).get("warnings") or []:
        print(f"azureml: {warning}", file=sys.stderr)


def say_unused(kwargs: Json, known: set[str]) -> None:
    """Name the arguments of a submit that are taken and have no effect."""
    for name in sorted(set(kwargs) - known):
        if kwargs[name] is not None:
            print(f"azureml: submit({name}=…) has no effect here.", file=sys.stderr)


def count(number: int, noun: str) -> str:
    """`1 step`, `2 steps`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _fate(step: Json) -> str:
    why = reason_of(step)
    if step.get("reused"):
        return why or "Reused"
    if step["status"] == "NotStarted":
        return "waits for the steps before it"
    return f"will run ({why})" if why else "will run"
