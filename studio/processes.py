"""Child processes of the supervisor: started in their own session, ended within bounds."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True)
class Identity:
    """A process that can't be mistaken for a later one with the same id."""

    pid: int
    started: int  # clock ticks since boot


def start_ticks(pid: int) -> int | None:
    """When the process started, in clock ticks since boot; None when there is none."""
    fields = _stat(pid)
    return None if fields is None else int(fields[19])


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/<pid>/stat after the command: state, parent, group, session, …"""
    try:
        text = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def session_members(session: int, *, folder: Path) -> Iterator[int]:
    """Living processes of the session that work in `folder` (so never a stranger's)."""
    for entry in PROC.iterdir():
        if not entry.name.isdigit():
            continue
        fields = _stat(int(entry.name))
        if fields is None or fields[0] == "Z" or int(fields[3]) != session:
            continue
        try:
            if (entry / "cwd").readlink() == folder:
                yield int(entry.name)
        except OSError:
            continue


def spawn(argv: Sequence[str], *, folder: Path, log: Path) -> subprocess.Popen[bytes]:
    """Starts a child in a session of its own; what it prints is appended to `log`."""
    with log.open("ab") as output:
        return subprocess.Popen(
            argv,
            cwd=folder,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def kill_session(leader: Identity, *, folder: Path) -> int:
    """Kills what is left of a session; returns how many. Steps have sessions of their own."""
    now = start_ticks(leader.pid)
    if now is not None and now != leader.started:
        return 0  # the id belongs to somebody else by now
    members = list(session_members(leader.pid, folder=folder))
    for pid in members:
        _signal(pid, signal.SIGKILL)
    return len(members)


def end_session(leader: Identity, *, folder: Path, patience: float) -> None:
    """Asks a session that is not our child to end, then kills what is left of it."""
    if start_ticks(leader.pid) == leader.started:
        _signal(leader.pid, signal.SIGTERM)
        deadline = time.monotonic() + patience
        while start_ticks(leader.pid) == leader.started and time.monotonic() < deadline:
            time.sleep(0.05)
    kill_session(leader, folder=folder)


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def rotate_log(path: Path, *, largest: int) -> None:
    """Moves a large log to `<name>.1`, keeping the file that its writer has open."""
    try:
        if path.stat().st_size <= largest:
            return
        kept = path.with_name(path.name + ".1")
        kept.write_bytes(path.read_bytes())
        os.truncate(path, 0)  # writers append, so they go on at the new end
    except OSError:
        pass  # a full disk must not stop the studio


def last_line(path: Path) -> str:
    """The last line of a log that says something, cut to 200 characters."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 4096))
            lines = [line for line in file.read().decode(errors="replace").splitlines() if line]
    except OSError:
        return ""
    return lines[-1][:200] if lines else ""
