"""How a process outlives the runner that started it, and how its end is never lost or doubled.

A *process folder* holds four things:

    lock   held (flock) by the wrapper for as long as it lives: its standard input is this file
    pid    made by the wrapper with O_EXCL before it starts anything: the fence
    rc     made beforehand, full of dots; the wrapper writes the exit code over them, in place
    log    standard output and error of everything (may lie elsewhere)

Standard library only. docs/contributing/RUNNER.md tells the whole story.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

# The trap keeps the wrapper alive when its group is told to end, so that it can write the code;
# `1<>` opens without truncating, so that a full disk has nothing to allocate.
WRAPPER = (
    'trap : TERM INT HUP; set -C; echo $$ >"$0/pid" || exit 97; set +C; '
    '"$@" </dev/null; echo $? 1<>"$0/rc"'
)
FENCED = 97  # the wrapper found that somebody else owns the attempt
UNWRITTEN = b"........"  # shorter than no exit code: "255\n" fits
_EXIT_CODE = re.compile(rb"\A([0-9]{1,3})\n")


@dataclass
class Process:
    """A wrapper that runs, ours or adopted. `popen` is None for an adopted one."""

    folder: Path
    pid: int
    pidfd: int
    popen: subprocess.Popen[bytes] | None = None


@dataclass(frozen=True)
class Found:
    """What a process folder says about its process."""

    alive: bool
    pid: int | None  # None: the fence was never taken (or is being taken, when alive)
    exit_code: int | None


def make_folder(folder: Path) -> None:
    """Make a process folder, or keep the one that is there. The exit code's bytes exist first."""
    try:
        os.mkdir(folder)
    except FileExistsError:
        pass
    except FileNotFoundError:  # the first of its run
        os.makedirs(folder, exist_ok=True)
    try:
        descriptor = os.open(folder / "rc", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    try:
        os.write(descriptor, UNWRITTEN)
    finally:
        os.close(descriptor)


def start_process(
    folder: Path, argv: Sequence[str], *, log: Path, cwd: Path, env: Mapping[str, str]
) -> Process:
    """Start `argv` detached, in its own session. Raises OSError; nothing runs then."""
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            popen = subprocess.Popen(
                ["/bin/sh", "-c", WRAPPER, os.fspath(folder), *argv],
                stdin=lock,
                stdout=output,
                stderr=output,
                cwd=cwd,
                env=dict(env),
                start_new_session=True,
            )
        finally:
            os.close(output)
    finally:
        os.close(lock)
    return Process(folder, popen.pid, os.pidfd_open(popen.pid), popen)


def adopt_process(folder: Path, pid: int) -> Process | None:
    """Watch a wrapper that an earlier runner started; None when it ended just now."""
    try:
        return Process(folder, pid, os.pidfd_open(pid))
    except ProcessLookupError:
        return None


def is_wrapper_of(folder: Path, pid: int) -> bool:
    """Whether this machine's process `pid` is the one that holds the folder's lock."""
    try:
        lock = os.stat(folder / "lock")
        for name in os.listdir(f"/proc/{pid}/fd"):
            with suppress(FileNotFoundError):
                if os.path.samestat(os.stat(f"/proc/{pid}/fd/{name}"), lock):
                    return True
    except OSError:
        return False
    return False


def look(folder: Path) -> Found:
    """What is true of this folder's process now."""
    alive = _is_locked(folder / "lock")
    return Found(alive, read_pid(folder), read_exit_code(folder))


def take_fence(folder: Path) -> bool:
    """Own the attempt before its wrapper does: a late wrapper ends with 97. False: too late."""
    try:
        descriptor = os.open(folder / "pid", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    except FileNotFoundError:  # not even the folder was made: nothing can start in it
        return True
    os.write(descriptor, b"0\n")
    os.close(descriptor)
    return True


def read_pid(folder: Path) -> int | None:
    """The wrapper's process id; 0 when a runner took the fence; None when nobody did."""
    try:
        text = (folder / "pid").read_text()
    except FileNotFoundError:
        return None
    return int(text) if text.endswith("\n") and text.strip().isdigit() else None


def read_exit_code(folder: Path) -> int | None:
    """The exit code once it is whole, else None."""
    try:
        found = _EXIT_CODE.match((folder / "rc").read_bytes())
    except FileNotFoundError:
        return None
    return int(found.group(1)) if found else None


def signal_group(pid: int, number: signal.Signals) -> None:
    """Signal a wrapper's whole group; silent when nobody is left in it."""
    if pid <= 1:
        return
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return


def reap(process: Process) -> None:
    """Forget an ended process. Its group is signalled before this, while its id is still taken."""
    os.close(process.pidfd)
    if process.popen is not None:
        process.popen.wait()


def _is_locked(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return True
        raise
    finally:
        os.close(descriptor)
    return False


def hold_runner_lock(path: Path) -> int | None:
    """The lock that makes this the only runner of a data folder; None: another one has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n".encode())
    return descriptor
