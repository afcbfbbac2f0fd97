"""A studio whose steps have numpy, pandas and scikit-learn, and programs run against it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.studio import RunningStudio

Program = Callable[..., "subprocess.CompletedProcess[str]"]


class StudioWithPackages(RunningStudio):
    """The default environment as a user has it; it is built at the first step."""

    packages = "standard"


@pytest.fixture(scope="session")
def full_studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A studio of its own: slower than `studio`, as packages are installed."""
    with StudioWithPackages(tmp_path_factory.mktemp("full-studio")) as running:
        yield running


@pytest.fixture
def run_program(full_studio: Any) -> Program:
    """Run a program as a user does, in its folder, with a config.json beside it."""

    def run(program: Path, *options: str) -> subprocess.CompletedProcess[str]:
        full_studio.write_config(program.parent)
        return subprocess.run(
            [sys.executable, program.name, *options],
            cwd=program.parent,
            env=full_studio.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )

    return run
