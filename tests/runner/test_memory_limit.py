"""A compute target's memory limit, by control groups where they can be made and without."""

from __future__ import annotations

from typing import Any

import pytest

from compute.models import ComputeTarget
from pipelines.domain.status import sentence
from pipelines.runner import limits

BARE = {"outputs": [], "arguments": []}
EAT = """
import sys
print("eating", flush=True)
kept = []
for _ in range(400):
    kept.append(bytearray(b"x") * 1_000_000)
print("ate it all")
"""


@pytest.fixture
def limited(bench: Any) -> Any:
    """The bench, with 128 MB for each step of its target."""
    from tests.support.submitting import make_target

    make_target(bench.workspace, bench.actor.user)
    ComputeTarget.objects.update(memory_limit_mb=128)
    return bench


@pytest.fixture
def no_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "find_hierarchy", lambda: None)


@pytest.mark.needs("memory groups")
def test_the_kernel_says_that_it_was_memory(limited: Any) -> None:
    step = limited.finish(limited.submit(EAT, node=BARE))
    assert (step.status, step.reason, step.exit_code) == ("Failed", "out_of_memory", 137)
    assert sentence(step.reason, step.reason_data) == (
        "The script was ended because it used more than the memory limit of 128 MB."
    )
    assert step.error_lines[0] == "eating"
    assert group_names() == []


@pytest.mark.needs("memory groups")
def test_a_killed_child_is_told_too(limited: Any) -> None:
    script = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {EAT!r}], check=True)"
    step = limited.finish(limited.submit(script, node=BARE))
    assert (step.reason, step.exit_code) == ("out_of_memory", 1)
    assert "CalledProcessError" in step.error_lines[-1]


@pytest.mark.needs("memory groups")
def test_a_killed_child_that_nobody_minds(limited: Any) -> None:
    script = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {EAT!r}])"
    step = limited.finish(limited.submit(script, node=BARE))
    assert step.status == "Completed"
    assert "A process was ended above the memory limit of 128 MB.\n" in limited.log(step)


@pytest.mark.needs("memory groups")
def test_killed_by_somebody_else_is_a_signal(limited: Any) -> None:
    step = limited.finish(limited.submit("import os; os.kill(os.getpid(), 9)", node=BARE))
    assert (step.reason, step.exit_code) == ("signal", 137)


@pytest.mark.needs("memory groups")
def test_the_next_runner_knows_it_too(limited: Any) -> None:
    """The script hit its limit while no runner lived."""
    from pipelines.runner.adopt import adopt_attempts
    from pipelines.runner.loop import Runner

    run = limited.submit("import time; print('up', flush=True); time.sleep(1)\n" + EAT, node=BARE)
    limited.drive(lambda: run.steps.get().status == "Running")
    (work,) = limited.runner.attempts.works.values()
    limited.children.append(work.process.popen)
    limited.runner.processes.close()
    limited.runner.changes.close()
    work.process.popen.wait(20)
    limited.runner = Runner(data=limited.data, slots=4)
    adopt_attempts(limited.runner.attempts, host=limited.runner.host)
    limits.remove_leftovers([])
    step = limited.finish(run)
    assert (step.reason, step.exit_code) == ("out_of_memory", 137)


def test_without_groups_the_traceback_and_a_hint_tell(limited: Any, no_groups: None) -> None:
    step = limited.finish(limited.submit(EAT, node=BARE))
    assert (step.reason, step.exit_code) == ("exit_code", 1), "said only when it is known"
    assert "MemoryError" in step.error_lines
    assert step.error_lines[-1] == "Hint: the memory limit of this compute target is 128 MB."


def test_a_group_that_can_not_be_joined(limited: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    real = limits.begin

    def begin(*args: Any) -> list[str]:
        prefix = real(*args)
        return [*prefix[:3], "/nowhere/at/all", "131072"] if len(prefix) == 5 else prefix

    monkeypatch.setattr(limits, "begin", begin)
    step = limited.finish(limited.submit(EAT, node=BARE))
    assert step.status == "Failed"
    assert "MemoryError" in limited.log(step)


def test_a_script_within_its_limit_gets_its_arguments(limited: Any) -> None:
    node = {"outputs": [], "arguments": ["a b", "", "$x", "'"]}
    step = limited.finish(limited.submit("import sys; print(sys.argv[1:])", node=node))
    assert step.status == "Completed"
    assert limited.log(step) == "['a b', '', '$x', \"'\"]\n"
    assert group_names() == []


def test_the_limit_is_set_by_rest(api: Any, workspace: Any) -> None:
    address = "/api/v1/workspaces/lab/computes"
    made = api.post(address, {"name": "small", "memory_limit_mb": 256}).json()
    assert made["memory_limit_mb"] == 256
    one = f"{address}/small"
    assert api.patch(one, {"max_nodes": 2}).json()["memory_limit_mb"] == 256
    assert api.patch(one, {"memory_limit_mb": None}).json()["memory_limit_mb"] is None
    for wrong in (0, 31, 1.5, "256", True):
        answer = api.patch(one, {"memory_limit_mb": wrong})
        assert answer.status_code == 422
        assert "'memory_limit_mb' must be a whole number from 32" in answer.json()["detail"]


def group_names() -> list[str]:
    hierarchy = limits.find_hierarchy()
    if hierarchy is None:
        return []
    ours = hierarchy.parent / limits._our_group()
    return sorted(one.name for one in ours.iterdir() if one.is_dir()) if ours.is_dir() else []
