"""A script that logs in a tight loop fills no disk, and is told once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from azureml.core import _run_spool
from azureml.core._run_spool import Spool


def names(path: Path) -> list[str]:
    return [json.loads(line)["name"] for line in path.read_text().splitlines()]


def test_values_above_the_limit_are_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(_run_spool, "MOST_PER_NAME", 3)
    monkeypatch.setattr(_run_spool, "MOST_PER_STEP", 5)
    spool = Spool(str(tmp_path / "spool"))
    for name in ["loss"] * 6 + ["lr"] * 6:
        spool.append({"kind": "metric", "target": "self", "name": name, "value": 1})
    spool.append({"kind": "tag", "target": "self", "name": "done", "value": "yes"})
    assert names(tmp_path / "spool") == ["loss"] * 3 + ["lr"] * 2 + ["done"]
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert "the metric 'loss' has 3 values: later ones are not kept" in said[0]
    assert "this step has logged 5 metric values" in said[1]


def test_a_spool_is_only_so_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(_run_spool, "SPOOL_BYTES", 1 << 20)
    spool = Spool(str(tmp_path / "spool"))
    for _ in range(30):
        spool.append({"kind": "metric", "name": "text", "value": "x" * 100_000})
    assert (tmp_path / "spool").stat().st_size < 1_300_000
    assert capsys.readouterr().err.count("this step has logged 1 MB") == 1
