"""`scripts/bootstrap` on machines that lack something: a sentence each, never a traceback."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.studio.test_supervisor import without_root_powers
from tests.support.studio import ROOT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The few files of the project that bootstrap reads; nothing to download."""
    folder = tmp_path / "forebay"
    (folder / "scripts").mkdir(parents=True)
    (folder / "sdk").mkdir()
    for name in ("bootstrap", "install.py"):
        shutil.copy(ROOT / "scripts" / name, folder / "scripts" / name)
    (folder / "requirements.txt").write_text("# nothing\n")
    (folder / "requirements-dev.txt").write_text("-r requirements.txt\n")
    (folder / "sdk" / "pyproject.toml").write_text("")
    return folder


def bootstrap(
    folder: Path, *, path: str | None = None, plain: bool = False, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Runs the script as `make` does; `plain` takes root's powers away."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "PYTHON"))}
    return subprocess.run(
        ["/bin/sh", "scripts/bootstrap"],
        cwd=folder,
        env={**kept, "PATH": path or kept["PATH"], **environment},
        preexec_fn=without_root_powers if plain else None,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    """What a failed run tells: the last line, and no traceback."""
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr.strip().splitlines()[-1]


def fake_python(folder: Path, script: str) -> str:
    """A folder for PATH with a `python3` that runs `script` in sh."""
    tools = folder / "tools"
    tools.mkdir()
    (tools / "python3").write_text(f"#!/bin/sh\n{script}\n")
    (tools / "python3").chmod(0o755)
    for name in ("dirname", "sh"):
        (tools / name).symlink_to(shutil.which(name) or f"/bin/{name}")
    return str(tools)


def fake_pip(checkout: Path, script: str) -> None:
    """A .venv whose interpreter is good for the check and runs `script` when asked for pip."""
    (checkout / ".venv" / "bin").mkdir(parents=True)
    python = checkout / ".venv" / "bin" / "python"
    python.write_text(
        f'#!/bin/sh\nif [ "$1" = -c ]; then exit 0; fi\n'
        f'if [ "$1" = -m ]; then echo "pip $*" >> "{checkout}/calls"; {script}; fi\n'
        f'exec "{sys.executable}" "$@"\n'
    )
    python.chmod(0o755)


def calls(checkout: Path) -> list[str]:
    path = checkout / "calls"
    return path.read_text().splitlines() if path.exists() else []


def test_an_old_python_is_named(checkout: Path) -> None:
    old = '[ "$1" = -V ] && echo "Python 3.8.2" && exit 0; exit 1'
    told = sentence(bootstrap(checkout, path=fake_python(checkout, old)))
    assert "Python 3.11 or newer is needed, and this machine has Python 3.8.2" in told
    assert "PYTHON=" in told


def test_no_python_at_all(checkout: Path) -> None:
    path = fake_python(checkout, "exit 127")
    (Path(path) / "python3").unlink()
    assert "this machine has no python3" in sentence(bootstrap(checkout, path=path))


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_without_venv(checkout: Path, module: str) -> None:
    blocked = checkout / "blocked"
    blocked.mkdir()
    (blocked / f"{module}.py").write_text("raise ImportError('not packaged')")
    told = sentence(bootstrap(checkout, PYTHON=sys.executable, PYTHONPATH=str(blocked)))
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert f"apt install python{version}-venv" in told


def test_a_read_only_folder(checkout: Path) -> None:
    checkout.chmod(0o555)
    try:
        told = sentence(bootstrap(checkout, plain=True, PYTHON=sys.executable))
    finally:
        checkout.chmod(0o755)
    assert f"The folder {checkout} can't be written" in told


@pytest.mark.parametrize(
    ("says", "word"),
    [
        ("NewConnectionError: Failed to establish a new connection", "network"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: No matching distribution found for Django==99", "pip failed"),
    ],
)
def test_a_pip_that_fails(checkout: Path, says: str, word: str) -> None:
    fake_pip(checkout, f'echo "{says}"; exit 1')
    done = bootstrap(checkout, PYTHON=sys.executable)
    assert word in sentence(done)
    assert says in done.stderr


def test_it_installs_once_and_again_when_the_requirements_change(checkout: Path) -> None:
    fake_pip(checkout, "exit 0")
    first = bootstrap(checkout, PYTHON=sys.executable)
    assert first.returncode == 0, first.stderr
    assert "installing what the server needs" in first.stdout
    assert len(calls(checkout)) == 2
    assert "-r requirements.txt" in calls(checkout)[0]
    assert "-e sdk" in calls(checkout)[1]

    again = bootstrap(checkout, PYTHON=sys.executable)
    assert (again.returncode, again.stdout) == (0, "")
    assert len(calls(checkout)) == 2

    (checkout / "requirements.txt").write_text("# something else\n")
    bootstrap(checkout, PYTHON=sys.executable)
    assert len(calls(checkout)) == 4
