"""Whose values the pages show: the run's, a step's and a child run's stay apart."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines import metric_selectors
from pipelines.models import ChildRun, Metric, StepRun
from tests.support.submitting import body_of, make_snapshot, make_target, submit


@pytest.fixture
def snapshot(workspace: Any, owner: Any) -> str:
    make_target(workspace, owner)
    return make_snapshot(workspace, owner, {"main.py": "print(1)"})


def test_values_of_children_of_steps_and_of_the_run_stay_apart(
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

    def shown(found: Any) -> list[tuple[str, list[Any]]]:
        return [(one.name, list(one.values)) for one in found]

    assert shown(metric_selectors.metrics_of(step)) == [("loss", [0.5])]
    assert shown(metric_selectors.metrics_of_child(child)) == [("loss", [7])]
    everything = [
        (s and s.name, one.name, one.values) for s, _, one in metric_selectors.run_metrics(run)
    ]
    assert everything == [(None, "loss", [1]), ("a.py", "loss", [0.5])]
