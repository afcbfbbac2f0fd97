"""What a studio costs while nobody uses it: web, runner and queue with all their processes."""

from __future__ import annotations

import time

from benchmarks.figure import Figure
from benchmarks.processes import cpu_seconds, leaders, pss, sessions
from benchmarks.studio import Studio


def measure(studio: Studio, *, quick: bool) -> list[Figure]:
    time.sleep(6)  # the runner looks less often five seconds after its last step
    known = leaders(studio.data)
    members = sessions()
    pids = {name: members[leader] for name, leader in known.items()}
    before = {pid: cpu_seconds(pid) for group in pids.values() for pid in group}
    started = time.monotonic()
    time.sleep(15 if quick else 60)
    took = time.monotonic() - started
    cpu, memory = {}, {}
    for name, group in pids.items():
        cpu[name] = sum(cpu_seconds(pid) - before[pid] for pid in group) / took * 100
        memory[name] = sum(pss(pid) for pid in group) / 1e6
    keeper = studio.processes["studio"].pid
    parts = ", ".join(f"{name} {cpu[name]:.1f} % {memory[name]:.0f} MB" for name in pids)
    return [
        Figure(
            f"idle over {took:.0f} s, CPU of one core and PSS",
            f"{sum(cpu.values()):.1f} %, {sum(memory.values()):.0f} MB",
            parts, f"and its supervisor {pss(keeper) / 1e6:.0f} MB", "< 2 %, < 250 MB",
        )
    ]  # fmt: skip
