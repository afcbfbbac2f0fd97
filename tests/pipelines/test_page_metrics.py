"""Whose values the pages show: the run's, a step's and a child run's stay apart."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines import page_selectors
from pipelines.models import ChildRun, Metric, StepRun
from tests.support.submitting import body_of, make_snapshot, make_target, submit


@pytest.fixture
def snapshot(workspace: Any, owner: Any) -> str:
    make_target(workspace, owner)
    return make_snapshot(workspace, owner, {"main.py": "print(1)"})


def test_values_of_children_and_of_the_run_are_series_of_their_own(
    workspace: Any, actor: Any, snapshot: str
) -> None:
    run = submit(workspace, actor, body_of("a", snapshot))
    step = StepRun.objects.get(run=run)
    at = run.submitted_at
    child = ChildRun.objects.create(run=run, step_run=step, number=1, name="fold", started_at=at)
    whose: list[tuple[Any, Any, float]] = [(step, None, 0.5), (step, child, 7), (None, None, 1)]
    for owner, inner, value in whose:
        Metric.objects.create(
            run=run, step_run=owner, child_run=inner, name="loss", value=value, logged_at=at
        )
    shown = [(one.name, list(one.values)) for one in page_selectors.metrics_of(step)]
    assert sorted(shown) == [("fold (1): loss", [7]), ("loss", [0.5])]
    everything = [(s and s.name, one.name) for s, _, one in page_selectors.run_metrics(run)]
    assert everything[0] == (None, "loss")
    assert sorted(everything[1:]) == [("a.py", "fold (1): loss"), ("a.py", "loss")]
