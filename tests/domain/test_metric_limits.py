"""How many metric values of a step are kept."""

from __future__ import annotations

from typing import Any

import pytest
from azureml.core import _run_spool

from pipelines.domain import metric_limits
from pipelines.domain.metric_limits import Tally
from pipelines.domain.records import BadRecord, parse_line, parse_record


def record(name: str, kind: str = "metric", **more: Any) -> Any:
    return parse_record({"kind": kind, "name": name, "value": 1, **more})


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metric_limits, "MOST_PER_NAME", 3)
    monkeypatch.setattr(metric_limits, "MOST_PER_STEP", 7)


def test_the_first_values_are_kept_and_one_sentence_tells_of_the_rest(limits: None) -> None:
    tally = Tally()
    kept, said = tally.admit([record("a")] * 5 + [record("b")] * 2)
    assert [one.name for one in kept] == ["a"] * 3 + ["b"] * 2
    assert said == [
        "The metric 'a' has 3 values: later ones are not kept. "
        "Log every tenth value, or a list at once."
    ]
    kept, said = tally.admit([record("a"), record("a", target="parent"), record("c"), record("d")])
    assert [(one.name, one.parent) for one in kept] == [("a", True), ("c", False)]
    assert len(said) == 1
    assert said[0].startswith("This step has logged 7 metric values: later ones are not kept.")
    kept, said = tally.admit([record("d"), record("tag", kind="tag")])
    assert ([one.name for one in kept], said) == (["tag"], [])


def test_a_runner_that_takes_over_counts_on(limits: None) -> None:
    tally = Tally.of({(False, "", "a"): 2})
    kept, _ = tally.admit([record("a"), record("a")])
    assert len(kept) == 1


@pytest.mark.parametrize("levels", [101, 600, 960])
def test_a_value_without_end_is_refused_and_the_runner_goes_on(levels: int) -> None:
    value = "[" * levels + "]" * levels
    with pytest.raises(BadRecord, match=r"nested too deeply|not JSON"):
        parse_line(f'{{"kind": "metric", "name": "a", "value": {value}}}'.encode())


def test_the_sdk_holds_the_same_limits() -> None:
    for name in ("MOST_PER_NAME", "MOST_PER_STEP", "SPOOL_BYTES"):
        assert getattr(_run_spool, name) == getattr(metric_limits, name)
