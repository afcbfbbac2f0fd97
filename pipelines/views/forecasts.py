"""What a submit would do, in words: shared by the forms that submit something."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workspaces.domain.errors import Problem

LISTED_STEPS = 500
MEND = "Mend the marked parameters to see what would run."
WORDS = {"reused": "reused", "runs": "runs", "depends": "depends"}
COUNT_WORDS = (("reused", "reused"), ("runs", "to run"), ("depends", "decided on the way"))


def forecast_context(found: dict[str, Any], kept: str = "reused") -> dict[str, Any]:
    """What templates/pipelines/again_steps.html shows; `kept` names what is not run."""
    words = {**dict(COUNT_WORDS), "reused": kept}
    steps = found["steps"]
    return {
        "counts": [
            (found["counts"][answer], words[answer])
            for answer, _ in COUNT_WORDS
            if found["counts"].get(answer)
        ],
        "forecast": [_shown(step) for step in steps[:LISTED_STEPS]],
        "more": max(0, len(steps) - LISTED_STEPS),
    }


def _shown(step: dict[str, Any]) -> dict[str, Any]:
    """The step with its sentence cut where it names a run, for a link to stand there."""
    run = step["run"]
    name = f"Run {run['number']}" if run else ""
    before, found, rest = step["sentence"].partition(name) if name else (step["sentence"], "", "")
    return {
        **step,
        "word": WORDS[step["answer"]],
        "sentence": before,
        "rest": rest if found else ", compared with ",
        "link_last": not found,
    }


def problem_sentences(problems: Sequence[Problem]) -> str:
    """Every problem that is not a parameter's, with the step that has it."""
    lines = [
        f"{problem.node_name or problem.node}: {problem.message}"
        if problem.node
        else problem.message
        for problem in problems[:10]
    ]
    return " ".join(lines)
