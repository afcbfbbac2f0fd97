"""Memory groups of cgroup version 2, on a made-up tree: this machine's kernel may offer only v1.

The files are the ones the kernel makes; the script that joins the group is a real process.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.runner import limits

FILES = {
    "cgroup.procs": "",
    "cgroup.subtree_control": "",
    "memory.max": "max\n",
    "memory.swap.max": "max\n",
    "memory.oom.group": "0\n",
    "memory.events": "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\noom_group_kill 0\n",
}


@pytest.fixture
def control(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Path:
    """A control file system in which each new folder has the kernel's files."""
    make, remove = Path.mkdir, Path.rmdir

    def mkdir(self: Path, *words: Any, **more: Any) -> None:
        new = not self.exists()
        make(self, *words, **more)
        if new:
            for name, text in FILES.items():
                (self / name).write_text(text)

    def rmdir(self: Path) -> None:
        if (self / "cgroup.procs").read_text():
            raise OSError("a group with processes is busy")
        for name in FILES:
            (self / name).unlink(missing_ok=True)
        remove(self)

    settings.FOREBAY_DATA = tmp_path / "var"
    monkeypatch.setattr(limits, "CONTROL", tmp_path / "cgroup")
    monkeypatch.setattr(limits, "OWN", tmp_path / "own")
    (tmp_path / "own").write_text("0::/system.slice/forebay.service\n")
    monkeypatch.setattr(Path, "mkdir", mkdir)
    monkeypatch.setattr(Path, "rmdir", rmdir)
    for one in ("cgroup", "cgroup/system.slice", "cgroup/system.slice/forebay.service", "attempt"):
        (tmp_path / one).mkdir()
    limits.find_hierarchy.cache_clear()
    yield tmp_path / "cgroup"
    limits.find_hierarchy.cache_clear()


@pytest.fixture
def run_in_group(control: Path, tmp_path: Path) -> Callable[[int], Path]:
    """Run a real process under the limit; its group."""

    def run(limit_mb: int) -> Path:
        words = limits.begin(tmp_path / "attempt", limit_mb)
        assert words[:2] == ["/bin/sh", "-c"]
        subprocess.run([*words, "/bin/true"], check=True, timeout=20)
        (group,) = control.rglob("attempt")
        return group

    return run


def test_the_script_joins_a_group_of_its_own(
    run_in_group: Callable[[int], Path], control: Path
) -> None:
    group = run_in_group(300)
    assert group.parent.parent == control / "system.slice" / "forebay.service"
    assert (group / "memory.max").read_text() == str(300 << 20)
    assert (group / "memory.swap.max").read_text() == "0"
    assert (group / "memory.oom.group").read_text() == "1"
    assert (group / "cgroup.procs").read_text().strip().isdigit()
    assert "+memory" in (group.parent / "cgroup.subtree_control").read_text()


def test_only_the_kernels_counter_says_that_it_was_memory(
    run_in_group: Callable[[int], Path], tmp_path: Path
) -> None:
    group = run_in_group(300)
    (group / "cgroup.procs").write_text("")
    assert limits.end(tmp_path / "attempt", 137) == limits.Verdict(300, killed=False)
    (group / "memory.events").write_text(FILES["memory.events"].replace("kill 0", "kill 1", 1))
    assert limits.end(tmp_path / "attempt", 137) == limits.Verdict(300, killed=True)
    assert limits.end(tmp_path / "attempt", 0) == limits.Verdict(300, killed=False)
    limits.remove_group(tmp_path / "attempt")
    assert not group.exists()


def test_beside_a_group_that_holds_the_studio(
    run_in_group: Callable[[int], Path], control: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel lets no group with processes pass memory on: then the group is a sibling."""
    own, pass_on = control / "system.slice" / "forebay.service", limits._pass_on

    def refuse(group: Path) -> None:
        if group == own:
            raise OSError(16, "Device or resource busy")
        pass_on(group)

    monkeypatch.setattr(limits, "_pass_on", refuse)
    assert run_in_group(50).parent.parent == control / "system.slice"


def test_a_tree_that_can_not_be_written_leaves_the_other_limit(
    control: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(group: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(limits, "_pass_on", refuse)
    words = limits.begin(tmp_path / "attempt", 300)
    assert words[2] == limits.IN_ADDRESSES
    told = subprocess.run(
        [*words, "/bin/sh", "-c", "ulimit -v"], capture_output=True, text=True, check=True
    )
    assert int(told.stdout) == 300 * 1024
    assert os.path.exists(tmp_path / "attempt" / limits.FILE)
