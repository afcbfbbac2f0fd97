"""A submit wakes an idle runner; without the FIFO it finds the work by itself."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from pipelines.runner.processes import ProcessTable
from pipelines.services import wake


@pytest.fixture
def data(tmp_path: Path, settings: Any) -> Path:
    settings.FOREBAY_DATA = tmp_path
    return tmp_path


def test_a_wake_up_ends_the_wait(data: Path) -> None:
    table = ProcessTable()
    try:
        table.wake_on(wake.listen_for_wake_ups())
        wake.wake_runner()
        began = time.monotonic()
        assert table.wait(20) == 0
        assert time.monotonic() - began < 10
        began = time.monotonic()
        table.wait(0.05)  # taken: the next wait is a whole one
        assert time.monotonic() - began >= 0.04
    finally:
        table.close()


def test_without_a_runner_nothing_is_waited_for(data: Path) -> None:
    wake.wake_runner()
    fifo = wake.listen_for_wake_ups()
    assert fifo is not None
    os.close(fifo)
    wake.wake_runner()  # nobody reads
    (data / wake.NAME).unlink()
    (data / wake.NAME).write_text("a file")
    wake.wake_runner()
    assert (data / wake.NAME).read_text() == "a file"
