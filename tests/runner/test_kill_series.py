"""kill -9 of web, runner and queue while steps run: the short form of `benchmarks/kills.py`."""

from __future__ import annotations

from pathlib import Path

from benchmarks.kills import PartsByHand, Result, kill_series


def test_each_step_runs_once_under_ten_kills(tmp_path: Path) -> None:
    result = Result()
    with PartsByHand(tmp_path / "studio", slots=4) as studio:
        assert isinstance(studio, PartsByHand)
        studio.target(4)
        kill_series(studio, chains=8, length=5, kills=10, result=result)
    assert result.problems == []
    assert sum(result.kills.values()) == 10
