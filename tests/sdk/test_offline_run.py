"""A step's script that is run by hand: it works, and prints what it would have logged."""

from __future__ import annotations

from typing import Any

import pytest
from azureml.core import Run
from azureml.core._run_context import forget_step
from azureml.core.run import _OfflineRun
from azureml.exceptions import RunEnvironmentException


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.delenv("AZUREML_RUN_ID", raising=False)
    forget_step()
    return Run.get_context()


def test_scripts_can_tell_it_apart(run: Any):
    assert isinstance(run, _OfflineRun)
    assert run.id.startswith("OfflineRun")


def test_metrics_are_printed_and_kept_for_the_script(run: Any, capsys: Any):
    run.log("accuracy", 0.5)
    run.log("accuracy", 0.6)
    run.parent.log("best", 1)
    assert capsys.readouterr().out == "accuracy: 0.5\naccuracy: 0.6\nbest: 1\n"
    assert run.get_metrics() == {"accuracy": [0.5, 0.6]}


def test_tags_and_calls_without_a_server_do_nothing_harmful(run: Any):
    run.tag("a", 1)
    run.set_tags({"b": 2})
    assert run.get_tags() == {"a": "1", "b": "2"}
    run.complete()
    run.cancel()
    run.flush()
    assert list(run.get_children()) == []


def test_its_experiment_says_how_to_get_a_workspace(run: Any):
    with pytest.raises(RunEnvironmentException, match="from_config"):
        _ = run.experiment
