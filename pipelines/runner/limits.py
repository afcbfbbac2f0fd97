"""The memory limit of a compute target, applied to everything a step's script starts.

A control group of its own where the system lets us make one (cgroup v2 or v1): it counts real
memory, and says afterwards whether the kernel killed something in it. Otherwise RLIMIT_AS, which
bounds the addresses of each process and tells nobody: then Python raises MemoryError.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

from pipelines.runner.staging.error_lines import read_error_lines

log = logging.getLogger(__name__)

CONTROL = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")  # the groups of this process
FILE = "limits.json"  # in the attempt folder: what a runner that adopts the attempt must know
MEGABYTE = 1 << 20
# Joins the group and becomes the script. The wrapper above it stays outside, so that whatever the
# kernel kills, the exit code is written. A group that is gone is replaced by the other limit.
IN_GROUP = 'echo $$ 2>/dev/null >"$0/cgroup.procs" || ulimit -v "$1"; shift; exec "$@"'
IN_ADDRESSES = 'ulimit -v "$0"; exec "$@"'


@dataclass(frozen=True)
class Verdict:
    """What became of the limit. `killed` is only true when the kernel says so."""

    limit_mb: int = 0
    killed: bool = False


NO_LIMIT = Verdict()


@dataclass(frozen=True)
class Hierarchy:
    """Where groups of ours can be made: below `parent`, by the files of `version`."""

    parent: Path
    version: int


def begin(folder: Path, limit_mb: int | None) -> list[str]:
    """What to put before the script's arguments; makes its group. Empty without a limit."""
    if not limit_mb:
        return []
    kilobytes = str(limit_mb * 1024)
    hierarchy = find_hierarchy()
    group = _make_group(hierarchy, folder.name, limit_mb * MEGABYTE) if hierarchy else None
    described = {"limit_mb": limit_mb, "group": str(group) if group else None}
    (folder / FILE).write_text(json.dumps(described))
    if group is not None:
        return ["/bin/sh", "-c", IN_GROUP, os.fspath(group), kilobytes]
    return ["/bin/sh", "-c", IN_ADDRESSES, kilobytes]


def end(folder: Path, exit_code: int | None) -> Verdict:
    """What the limit did, after the script has ended; kills what is left in its group.

    Where the limit may be the reason and nobody can tell, the step's log names it. The group is
    removed by `remove_group`, later: a runner that does this work again must find it.
    """
    described = _read(folder)
    if described is None:
        return NO_LIMIT
    limit_mb, group = described
    if group is not None and group.is_dir():
        _kill_all(group)
        killed = _kill_count(group) > 0
        if killed and exit_code == 0:
            _say(folder, f"A process was ended above the memory limit of {limit_mb} MB.")
        return Verdict(limit_mb, killed and exit_code != 0)
    if exit_code and any("MemoryError" in one for one in read_error_lines(folder / "log")[-3:]):
        _say(folder, f"Hint: the memory limit of this compute target is {limit_mb} MB.")
    return Verdict(limit_mb)


def remove_group(folder: Path) -> None:
    """Forget the group once nobody needs its counters."""
    described = _read(folder)
    if described is None or described[1] is None:
        return
    group = described[1]
    for _ in range(20):  # killed processes leave a moment later
        try:
            group.rmdir()
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.005)
        else:
            _remove_if_empty(group.parent)
            return
    log.warning("the control group %s could not be removed", group)


def remove_leftovers(keep: Iterable[str]) -> None:
    """Remove groups that an earlier runner did not come to, but for these attempts'."""
    hierarchy, kept = find_hierarchy(), set(keep)
    ours = hierarchy.parent / _our_group() if hierarchy else None
    if ours is not None and ours.is_dir():
        for group in ours.iterdir():
            if group.is_dir() and group.name not in kept:
                _remove_if_empty(group)
        _remove_if_empty(ours)


def members(folder: Path) -> list[int]:
    """Process ids in the attempt's group; empty when it has none."""
    described = _read(folder)
    if described is None or described[1] is None:
        return []
    with suppress(OSError):
        return [int(one) for one in (described[1] / "cgroup.procs").read_text().split()]
    return []


@cache
def find_hierarchy() -> Hierarchy | None:
    """A place where this process may make memory groups, tried once; None: use RLIMIT_AS."""
    for hierarchy in _places():
        group = _make_group(hierarchy, f"probe-{os.getpid()}", 64 * MEGABYTE)
        if group is not None:
            _remove_if_empty(group)
            _remove_if_empty(group.parent)
            return hierarchy
    return None


def _places() -> list[Hierarchy]:
    """Below our own group; on version 2 also beside it, as a group with processes has no below."""
    found = []
    with suppress(OSError):
        for line in OWN.read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            own = path.lstrip("/")
            if "memory" in controllers.split(","):
                found.append(Hierarchy(CONTROL / "memory" / own, 1))
            elif not controllers:
                found.append(Hierarchy(CONTROL / own, 2))
                if own:
                    found.append(Hierarchy((CONTROL / own).parent, 2))
    return found


def _make_group(hierarchy: Hierarchy, name: str, limit: int) -> Path | None:
    ours = hierarchy.parent / _our_group()
    group = ours / name
    try:
        if hierarchy.version == 2:
            _pass_on(hierarchy.parent)
            ours.mkdir(exist_ok=True)
            _pass_on(ours)
            group.mkdir(exist_ok=True)
            (group / "memory.max").write_text(str(limit))
            _try_write(group / "memory.swap.max", "0")
            _try_write(group / "memory.oom.group", "1")
        else:
            ours.mkdir(exist_ok=True)
            group.mkdir(exist_ok=True)
            (group / "memory.limit_in_bytes").write_text(str(limit))
            _try_write(group / "memory.memsw.limit_in_bytes", str(limit))
    except OSError:
        with suppress(OSError):
            group.rmdir()
        return None
    return group


def _remove_if_empty(group: Path) -> None:
    with suppress(OSError):  # somebody is in it
        group.rmdir()


def _our_group() -> str:
    """One for each data folder: two studios on a machine leave each other's alone."""
    data = os.fspath(settings.FOREBAY_DATA)
    return f"forebay-{hashlib.sha256(data.encode()).hexdigest()[:12]}"


def _pass_on(group: Path) -> None:
    """Have the groups below count memory (version 2)."""
    control = group / "cgroup.subtree_control"
    if "memory" not in control.read_text().split():
        control.write_text("+memory")


def _try_write(path: Path, text: str) -> None:
    with suppress(OSError):
        path.write_text(text)


def _kill_all(group: Path) -> None:
    with suppress(OSError):
        for pid in (group / "cgroup.procs").read_text().split():
            with suppress(OSError):
                os.kill(int(pid), signal.SIGKILL)


def _kill_count(group: Path) -> int:
    for name in ("memory.events", "memory.oom_control"):
        with suppress(OSError):
            for line in (group / name).read_text().splitlines():
                if line.startswith("oom_kill "):
                    return int(line.split()[1])
    return 0


def _say(folder: Path, line: str) -> None:
    with suppress(OSError), open(folder / "log", "ab") as file:
        file.write(f"{line}\n".encode())


def _read(folder: Path) -> tuple[int, Path | None] | None:
    try:
        described = json.loads((folder / FILE).read_text())
    except (FileNotFoundError, ValueError):
        return None
    group = described["group"]
    return int(described["limit_mb"]), None if group is None else Path(group)
