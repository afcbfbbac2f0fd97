"""The modules' environment, built once a session from what the studio itself builds it from."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.runner.build_environment import index_options

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="session")
def module_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter with the packages that `pipelines/library/environment.json` names."""
    asked = json.loads((ROOT / "pipelines/library/environment.json").read_text())
    folder = tmp_path_factory.mktemp("modules") / "venv"
    uv = Path(sys.executable).parent / "uv"
    subprocess.run([uv, "venv", "-q", "--python", sys.executable, folder], check=True)
    python = folder / "bin" / "python"
    wanted = [*index_options(sys.executable), *asked["python"]["packages"]]
    subprocess.run([uv, "pip", "install", "-q", "--python", python, *wanted], check=True)
    return python


@pytest.fixture(scope="session")
def outcomes(module_python: Path) -> dict[str, str]:
    """Case -> what went wrong, or an empty text."""
    done = subprocess.run(
        [module_python, HERE / "run_cases.py"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"case"')]
    return {line["case"]: line["error"] for line in lines}
