"""What /proc says of the studio's processes."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def leaders(data: Path) -> dict[str, int]:
    """Process ids of web, runner and queue; each leads a session."""
    known = json.loads((data / "locks" / "studio.json").read_text())
    return {name: pid for name, (pid, _) in known.items()}


def sessions() -> dict[int, list[int]]:
    """All processes by the session they are in."""
    found: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with suppress(OSError):
                found.setdefault(int(_stat(int(entry))[3]), []).append(int(entry))
    return found


def cpu_seconds(pid: int) -> float:
    """User and system time so far."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / TICK


def pss(pid: int) -> int:
    """Bytes of memory, shared pages counted in parts."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def peak_memory(pid: int) -> int:
    """The most that was ever resident, in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat after the name."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
