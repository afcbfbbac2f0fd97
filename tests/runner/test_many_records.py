"""A step that logs a great deal, or odd things: kept in order, once, and in nobody's way."""

from __future__ import annotations

import time
from typing import Any

import pytest

from pipelines.domain import metric_limits
from pipelines.models import Metric
from pipelines.runner import spool

MANY = """
import json, os
with open(os.environ["FOREBAY_SPOOL"], "a") as spool:
    for number in range({count}):
        record = {{"kind": "metric", "target": "self", "name": "loss", "value": number}}
        spool.write(json.dumps(record) + "\\n")
"""
NOTHING: dict[str, Any] = {"outputs": [], "arguments": []}


def test_many_records_hold_up_nothing_and_keep_their_order(bench: Any) -> None:
    count = 20_000
    run = bench.submit(MANY.format(count=count), node=NOTHING)
    turns: list[float] = []
    turn = bench.runner.turn

    def measured() -> None:
        began = time.monotonic()
        turn()
        turns.append(time.monotonic() - began)

    bench.runner.turn = measured
    step = bench.finish(run, 60)
    assert step.status == "Completed"
    values = Metric.objects.filter(step_run=step).order_by("id").values_list("value", flat=True)
    assert list(values) == list(range(count))
    assert max(turns) < sum(turns) / 4  # taken in piece by piece


def test_values_above_the_limit_are_refused_with_one_line(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metric_limits, "MOST_PER_NAME", 1200)
    monkeypatch.setattr(spool, "KEPT_BYTES", 1000)
    step = bench.finish(bench.submit(MANY.format(count=3000), node=NOTHING), 60)
    assert step.status == "Completed"
    values = Metric.objects.filter(step_run=step).order_by("id").values_list("value", flat=True)
    assert list(values) == list(range(1200))
    assert bench.log(step).count("The metric 'loss' has 1,200 values") == 1
    assert not (bench.folder(step) / "spool").exists()  # stored: a long one is not kept


def test_a_foreign_spool_is_read_only_so_far(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "SPOOL_BYTES", 40_000)
    step = bench.finish(bench.submit(MANY.format(count=3000), node=NOTHING), 60)
    assert step.status == "Completed"
    assert Metric.objects.filter(step_run=step).count() < 3000
    assert "Of what this step logged the first" in bench.log(step)


ODD = """
import json, os
with open(os.environ["FOREBAY_SPOOL"], "a") as spool:
    def log(name, value):
        spool.write(json.dumps({"kind": "metric", "name": name, "value": value}) + "\\n")
    log("large", "x" * 5_000_000)
    log("nan", float("nan"))
    log("inf", [float("inf"), -float("inf")])
    log("\\U0001f33e", 1)
    spool.write("y" * 10_000_000 + "\\n")
    log("last", 2)
"""


def test_odd_values_are_kept_or_named_in_the_log(bench: Any) -> None:
    step = bench.finish(bench.submit(ODD, node=NOTHING), 60)
    assert step.status == "Completed"
    found = dict(Metric.objects.filter(step_run=step).values_list("name", "value"))
    assert found == {
        "nan": "NaN",
        "inf": ["Infinity", "-Infinity"],
        "\U0001f33e": 1,
        "last": 2,
    }
    assert bench.log(step) == (
        "Record 1 of the spool was not kept. The value of 'large' is larger than 1 MB.\n"
        "Record 5 of the spool was not kept. It is not JSON.\n"
    )
