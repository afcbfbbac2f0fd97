"""The Python part of scripts/bootstrap: makes .venv and installs the requirements into it.

Standard library only; every failure that a user can meet is one sentence.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".forebay-stamp"


def main(arguments: list[str]) -> int:
    """Answers `--is-current` by exit code, else makes it so."""
    dev = "--dev" in arguments
    if "--is-current" in arguments:
        return 0 if is_current(dev) else 1
    if is_current(dev):
        return 0
    started = time.monotonic()
    make_environment()
    install(dev)
    write_stamp(dev)
    say(f"ready after {time.monotonic() - started:.0f} s")
    return 0


def fingerprint(dev: bool) -> str:
    """What the environment must have been made from; `dev` counts as more than not `dev`."""
    digest = hashlib.sha256()
    names = ["requirements.txt", "sdk/pyproject.toml"]
    more = ["requirements-postgres.txt", "requirements-dev.txt"]
    for name in [*names, *more] if dev else names:
        digest.update(name.encode() + b"\0" + (ROOT / name).read_bytes() + b"\0")
    return digest.hexdigest()


def is_current(dev: bool) -> bool:
    """Whether .venv works and was made from these requirements (or from those and more)."""
    try:
        made_from = STAMP.read_text().split()
    except OSError:
        return False
    return fingerprint(dev) in made_from and os.access(PYTHON, os.X_OK)


def write_stamp(dev: bool) -> None:
    """Notes what .venv holds; the developers' set includes the plain one."""
    held = [fingerprint(False), *([fingerprint(True)] if dev else [])]
    STAMP.write_text("\n".join(held) + "\n")


def make_environment() -> None:
    """A virtual environment in .venv, unless a working one is there."""
    if not os.access(ROOT, os.W_OK):
        fail(f"The folder {ROOT} can't be written. Copy it to a place of your own.")
    try:
        import ensurepip  # noqa: F401
        import venv
    except ImportError:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        fail(
            f"Python {version} at {sys.executable} has no module venv. On Debian and Ubuntu: "
            f"sudo apt install python{version}-venv"
        )
    if PYTHON.exists() and works():
        return
    say(f"making .venv with Python {sys.version.split()[0]}")
    try:
        if VENV.exists():
            shutil.rmtree(VENV)
        venv.create(VENV, with_pip=True)
    except (OSError, subprocess.CalledProcessError) as error:
        fail(f".venv can't be made: {getattr(error, 'strerror', None) or error}.")


def works() -> bool:
    """Whether the environment's interpreter starts, is new enough and has pip."""
    check = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([PYTHON, "-c", check], capture_output=True, check=False).returncode == 0


def install(dev: bool) -> None:
    """The pinned requirements, then the SDK in place."""
    requirements = "requirements-dev.txt" if dev else "requirements.txt"
    pip("installing what the server needs", "-r", requirements)
    pip("installing the SDK", "-e", "sdk")


def pip(what: str, *arguments: str) -> None:
    """Runs pip with a progress line; its own words only when it fails."""
    command = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "-q", *arguments]
    ended = threading.Event()
    ticker = threading.Thread(target=tick, args=(what, ended), daemon=True)
    ticker.start()
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
    finally:
        ended.set()
        ticker.join()
    if done.returncode == 0:
        return
    output = done.stdout or ""
    sys.stderr.write("".join(f"    {line}\n" for line in output.splitlines()[-8:]))
    offline = ("NewConnectionError", "NameResolutionError", "ConnectTimeout", "Failed to establish")
    if any(sign in output for sign in offline):
        fail("pip reached no package index. Is there a network, or does it need HTTPS_PROXY?")
    if "No space left" in output:
        fail("The disk is full.")
    fail(f"pip failed ({what}); its last lines are above.")


def tick(what: str, ended: threading.Event) -> None:
    """A line at once, and how long it takes: on one line in a terminal, each 10 s elsewhere."""
    started = time.monotonic()
    terminal = sys.stdout.isatty()
    say(what)
    while not ended.wait(1.0 if terminal else 10.0):
        seconds = time.monotonic() - started
        if terminal:
            sys.stdout.write(f"\rforebay: {what} … {seconds:.0f} s ")
            sys.stdout.flush()
        else:
            say(f"{what} … {seconds:.0f} s")
    if terminal:
        sys.stdout.write("\r\033[K")
        sys.stdout.flush()


def say(line: str) -> None:
    """One line for the person watching, at once."""
    sys.stdout.write(f"forebay: {line}\n")
    sys.stdout.flush()


def fail(sentence: str) -> None:
    """Ends with the sentence, without a traceback."""
    sys.exit(f"forebay: {sentence}")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("\nforebay: stopped; run the same command again to go on")
