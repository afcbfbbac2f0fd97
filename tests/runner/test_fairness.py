"""Two runs of twenty steps, a target with few nodes, a host with few slots: whose turn it is."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from compute.models import ComputeTarget
from pipelines.models import Attempt
from pipelines.queue_selectors import queue_positions
from tests.support.submitting import make_target

BARE = {"outputs": [], "arguments": []}
TWENTY = " ".join(f"s{number:02d}" for number in range(20))
# Notes how many others run at the same time.
COUNTED = """
import os, pathlib, sys, time
place = pathlib.Path(sys.argv[1])
mine = place / os.environ["AZUREML_RUN_ID"]
mine.touch()
print(len(list(place.iterdir())))
time.sleep(0.05)
mine.unlink()
"""


@pytest.fixture
def counted(bench: Any, tmp_path: Any) -> Any:
    place = tmp_path / "running"
    place.mkdir()
    node = {"outputs": [], "arguments": [str(place)], "allow_reuse": False}

    def submit(**changes: Any) -> Any:
        return bench.submit(COUNTED, TWENTY, node={**node, **changes})

    return submit


def most_at_once(bench: Any, *runs: Any) -> int:
    return max(int(bench.log(step)) for run in runs for step in run.steps.all())


def test_two_runs_of_twenty_steps_take_turns(bench: Any, counted: Any) -> None:
    make_target(bench.workspace, bench.actor.user, max_nodes=2)
    first, second = counted(), counted()
    bench.finish(first, seconds=60)
    bench.finish(second, seconds=60)
    rows = Attempt.objects.order_by("id").values_list("step_run__run__number", "step_run__position")
    claimed = list(rows)
    assert len(claimed) == 40, "each step once"
    runs = [number for number, _ in claimed]
    assert runs == list(itertools.islice(itertools.cycle([first.number, second.number]), 40))
    for run in (first, second):
        assert [place for number, place in claimed if number == run.number] == list(range(20))
    assert most_at_once(bench, first, second) <= 2


def test_the_host_caps_all_targets_together(bench: Any, counted: Any) -> None:
    user = bench.actor.user
    make_target(bench.workspace, user, max_nodes=50)
    make_target(bench.workspace, user, name="other", max_nodes=50)
    bench.runner.slots = 3
    first, second = counted(), counted(compute="other")
    bench.finish(first, seconds=60)
    bench.finish(second, seconds=60)
    assert most_at_once(bench, first, second) <= 3
    targets = list(
        Attempt.objects.order_by("id").values_list("step_run__compute_target__name", flat=True)
    )
    assert targets[:10] == ["cpu", "other"] * 5, "targets take turns, too"


def test_positions_in_the_queue_are_the_order_of_claims(bench: Any, api: Any) -> None:
    from pipelines.models import StepRun
    from pipelines.services.steps import Rotation, claim_step

    make_target(bench.workspace, bench.actor.user, max_nodes=100)
    runs = [bench.submit("print(1)", picture, node=BARE) for picture in ("a b c d", "a b", "a")]
    steps = list(StepRun.objects.all())
    places = queue_positions(steps)
    told = api.get(f"/api/v1/workspaces/lab/runs/{runs[1].uid}").json()["steps"]
    assert [one["queue_position"] for one in told] == [2, 5]
    rotation, order = Rotation(), []
    while claimed := claim_step(host="here", limit=99, rotation=rotation, now=timezone.now()):
        order.append(claimed.step.pk)
    assert [places[pk] for pk in order] == [1, 2, 3, 4, 5, 6, 7]
    told = api.get(f"/api/v1/workspaces/lab/runs/{runs[1].uid}").json()["steps"]
    assert [one["queue_position"] for one in told] == [None, None]


def test_idle_nodes_go_after_the_idle_time(bench: Any, api: Any, counted: Any) -> None:
    make_target(bench.workspace, bench.actor.user, max_nodes=3)
    run = counted()
    address = "/api/v1/workspaces/lab/computes/cpu"
    waiting = api.get(address).json()
    assert (waiting["queue"], waiting["status"]["current_node_count"]) == ({"queued": 20}, 0)
    bench.finish(run, seconds=60)
    bench.drive(lambda: not bench.runner.node_use._noted)
    told = api.get(address).json()
    assert told["queue"] == {"queued": 0}
    assert (told["status"]["current_node_count"], told["status"]["idle_node_count"]) == (3, 3)
    assert told["last_busy_at"] is not None
    assert nodes_of(told) == {"currentNodeCount": 3, "idleNodeCount": 3, "runningNodeCount": 0}

    target = ComputeTarget.objects.get()
    ComputeTarget.objects.update(
        last_busy_at=target.last_busy_at - timedelta(seconds=target.idle_seconds), min_nodes=1
    )
    told = api.get(address).json()
    assert (told["status"]["current_node_count"], told["status"]["idle_node_count"]) == (1, 1)
    assert told["status"]["allocation_state"] == "Steady"
    assert nodes_of(told) == {"currentNodeCount": 1, "idleNodeCount": 1, "runningNodeCount": 0}


def nodes_of(told: Any) -> dict[str, int]:
    """What a v1 program reads off `compute_target.get_status().serialize()`."""
    from azureml.core.compute.amlcompute import AmlComputeStatus

    status = AmlComputeStatus(told).serialize()
    counts = status["nodeStateCounts"]
    return {
        "currentNodeCount": status["currentNodeCount"],
        "idleNodeCount": counts["idleNodeCount"],
        "runningNodeCount": counts["runningNodeCount"],
    }


def test_a_short_step_is_noted_too(bench: Any) -> None:
    run = bench.submit("pass", node=BARE)
    bench.runner._next_slow_work = float("inf")  # nobody looks while it runs
    bench.finish(run)
    bench.runner._next_slow_work = 0.0
    bench.drive(lambda: ComputeTarget.objects.get().last_busy_at is not None)
    assert ComputeTarget.objects.get().warm_nodes == 1
