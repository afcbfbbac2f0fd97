"""Tables become the same data frames with the pandas of v1's time and with today's."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
SOURCE = HERE.parent.parent / "sdk" / "src"
RELEASES = ("pandas==1.5.3 numpy==1.23.5", "pandas==3.1.1 numpy")

EXPECTED: dict[str, tuple[list[str], list[list[Any]]]] = {
    "types": (
        ["int64", "float64", "bool", "text", "datetime64"],
        [
            [1, 0.1, True, "x", "2020-01-01 00:00:00"],
            [-9007199254740993, 1e300, False, "y", "2021-02-03 04:05:06.500000"],
        ],
    ),
    "missing": (
        ["float64", "float64", "text", "text", "datetime64"],
        [[1.0, 1.5, True, "x", "2020-01-01 00:00:00"], [None] * 5],
    ),
    "empty_is_not_missing": (["text", "int64"], [["", 1], [None, 2]]),
    "awkward_text": (
        ["text", "text"],
        [['a,"b", c', "line\none"], ["", "NA"], ['x,",y', "null"], ["🚀", "  "]],
    ),
    "awkward_text_without_empties": (["text"], [["NA"], ["null"], ["1"], ["a\nb"], ["1,2"]]),
    "one_column_of_gaps": (["text"], [["a"], [None], ["b"]]),
    "all_missing": (["text", "datetime64", "text"], [[None] * 3] * 2),
    "no_rows": (["int64", "text", "bool", "datetime64"], []),
}


@pytest.fixture(scope="module", params=RELEASES)
def described(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What frame_cases.py says in an environment with this release."""
    folder = tmp_path_factory.mktemp("pandas")
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.exists() else shutil.which("uv")
    assert uv, "uv is in requirements.txt"
    python = str(folder / "venv" / "bin" / "python")
    for words in (
        ["venv", "-q", "-p", sys.executable, str(folder / "venv")],
        ["pip", "install", "-q", "-p", python, *request.param.split()],
    ):
        subprocess.run([uv, *words], check=True)
    answer = subprocess.run(
        [python, "-W", "error", str(HERE / "frame_cases.py")],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )
    return json.loads(answer.stdout)


@pytest.mark.needs("packages")
@pytest.mark.parametrize("case", EXPECTED)
def test_a_table_is_the_frame_it_says(described: Any, case: str) -> None:
    kinds, values = EXPECTED[case]
    assert described[case]["kinds"] == kinds
    assert described[case]["values"] == values


@pytest.mark.needs("packages")
def test_a_moment_that_pandas_can_not_hold_is_missing(described: Any) -> None:
    assert described["not_a_date"]["values"] == [["2020-01-01 00:00:00"], [None]]
