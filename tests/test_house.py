"""The rules of the house, held by tests."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("studio", "gateways", "endpoints", "pipelines", "compute", "data", "workspaces")
WRITERS = {
    "pipelines/services/progress.py",
    "pipelines/services/steps.py",
    "pipelines/services/retries.py",
}
# A decision made in memory before rows are written (see RUN-LIFECYCLE.md).
DECIDERS = {"pipelines/services/reuse.py"}


def server_files() -> list[Path]:
    return [
        path
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        if "migrations" not in path.parts
    ]


def test_only_three_modules_write_a_status():
    pattern = re.compile(r"\.status\s*(?:,[^=\n]*)?=[^=]|update\([^)]*\bstatus=")
    status_word = re.compile(r"Status\.")
    found = {
        str(path.relative_to(ROOT))
        for path in server_files()
        if path.relative_to(ROOT).parts[0] == "pipelines"
        for line in path.read_text().splitlines()
        if pattern.search(line) and status_word.search(line)
    }
    assert found - DECIDERS <= WRITERS
    assert "pipelines/services/progress.py" in found


@pytest.mark.parametrize(
    ("planted", "where"),
    [
        ("import pipelines.models", "workspaces/domain/planted.py"),
        ("import django", "pipelines/domain/planted.py"),
        ("import pipelines.services.progress", "pipelines/models/planted.py"),
        ("import studio.settings", "data/services/planted.py"),
    ],
)
def test_a_planted_import_violation_is_caught(tmp_path: Path, planted: str, where: str):
    for app in APPS:
        shutil.copytree(ROOT / app, tmp_path / app, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    command = [
        str(Path(sys.executable).parent / "lint-imports"),
        "--no-cache",
        "--config",
        "pyproject.toml",
    ]
    clean = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert clean.returncode == 0, clean.stdout
    (tmp_path / where).write_text(f'"""Planted."""\n\n{planted}\n')
    broken = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert broken.returncode != 0
    assert "planted" in broken.stdout


def test_requirements_are_pinned_and_say_why():
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / name).read_text().splitlines():
            if line.startswith(("#", "-r")) or not line.strip():
                continue
            assert re.match(r"^[A-Za-z0-9_.\-\[\]]+==[\w.]+ +# \w", line), f"{name}: {line}"


def test_no_file_of_the_house_is_a_hall():
    """Files above 400 lines want a reason; none has one."""
    large = {
        str(path.relative_to(ROOT)): count
        for path in [
            *server_files(),
            *(ROOT / "sdk" / "src").rglob("*.py"),
            *(ROOT / "tests").rglob("*.py"),
            *(ROOT / "frontend" / "src").rglob("*.ts*"),
        ]
        if (count := len(path.read_text().splitlines())) > 400
    }
    assert large == {}
