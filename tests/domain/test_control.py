"""Retries as JSON has them, the order of the queue, and the three answers of a forecast."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipelines.domain.control import WORDS, Retry, read_retry, with_all_below
from pipelines.domain.forecast import Answer, foretell
from pipelines.domain.queue import positions
from pipelines.domain.status import Reason


def test_a_retry_covers_its_reasons_and_its_count() -> None:
    retry, wrong = read_retry({"count": 2, "on": ["lost", "exit_code"]})
    assert wrong == [] and retry == Retry(2, 0, ("exit_code", "lost"))
    assert retry.covers(Reason.LOST, 0) and retry.covers(Reason.EXIT_CODE, 1)
    assert not retry.covers(Reason.LOST, 2) and not retry.covers(Reason.TIMED_OUT, 0)
    assert read_retry({"count": 1})[0] == Retry(1, 0, WORDS)
    assert read_retry(retry.as_dict())[0] == retry
    assert read_retry(None) == (None, [])


def test_everything_wrong_with_a_retry_is_said_at_once() -> None:
    _, wrong = read_retry({"count": -1, "delay_seconds": 1.5, "on": [], "x": 1})
    assert [field for field, _ in wrong] == [
        "retry.x",
        "retry.count",
        "retry.delay_seconds",
        "retry.on",
    ]


def test_what_lies_below() -> None:
    nodes = {"a": [], "b": ["a"], "c": ["b"], "d": ["a"], "e": []}
    assert with_all_below(nodes, "b") == {"b", "c"}
    assert with_all_below(nodes, "a") == {"a", "b", "c", "d"}


def test_the_three_answers() -> None:
    upstream = {"a": [], "b": [], "c": ["a"], "d": ["a", "b", "c"], "e": ["d"]}
    answers = foretell(upstream, {"a": True, "b": False, "c": True}, {"e"})
    assert answers == {
        "a": Answer("reused"),
        "b": Answer("runs"),
        "c": Answer("reused"),
        "d": Answer("depends", ("b",)),
        "e": Answer("runs"),
    }


@given(runs=st.lists(st.integers(1, 4), max_size=12), after=st.integers(0, 5))
def test_positions_are_the_order_in_which_runs_take_turns(runs: list[int], after: int) -> None:
    ready = [(run, step) for step, run in enumerate(sorted(runs))]
    left, served, order = list(ready), after, []
    while left:  # as a claim does: the first of the next run behind the one served last
        run, step = next((one for one in left if one[0] > served), left[0])
        left.remove((run, step))
        order.append(step)
        served = run
    assert positions(ready, after=after) == {step: n for n, step in enumerate(order, 1)}
