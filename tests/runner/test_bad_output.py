"""What scripts print: too much, in one line, not text, nothing."""

from __future__ import annotations

import os
import resource
from pathlib import Path
from typing import Any

import pytest

from pipelines.domain.log_files import MEGABYTE, cut_log, read_cut, read_log

BARE = {"outputs": [], "arguments": []}


def read_whole(log: Path, chunk: int = 1 << 20) -> bytes:
    """A log as a follower reads it, from its beginning by `next`."""
    parts, at = [], 0
    while True:
        piece = read_log(log, at, chunk)
        if not piece.data:
            return b"".join(parts)
        parts.append(piece.data)
        at = piece.next


def test_a_long_log_loses_its_middle_and_keeps_its_offsets(tmp_path: Path) -> None:
    log = tmp_path / "log"
    lines = [f"{number:015d}\n".encode() for number in range(262_144)]  # 16 bytes a line, 4 MiB
    log.write_bytes(b"".join(lines))
    assert cut_log(log, limit=MEGABYTE)
    assert log.stat().st_size == 4 * MEGABYTE, "offsets stay"
    assert log.stat().st_blocks * 512 <= MEGABYTE + 8192, "the disk has it back"
    cut = read_cut(log)
    assert cut is not None and (cut.start, cut.end) == (MEGABYTE // 2, 4 * MEGABYTE - MEGABYTE // 2)
    text = read_whole(log).decode()
    assert "\0" not in text
    assert text.count("3 MB of output are left out here") == 1
    assert text.startswith("000000000000000\n") and text.endswith("000000000262143\n")
    inside = read_log(log, 2 * MEGABYTE, 100)
    assert inside.data.startswith("\n…".encode()) and inside.next == cut.end
    assert read_log(log, cut.end, 16).data == lines[cut.end // 16]
    assert read_log(log, -16, 100).data == lines[-1]
    assert not cut_log(log, limit=MEGABYTE), "nothing to cut twice"


def test_the_hole_grows_with_the_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    for number in range(20):
        with log.open("ab") as file:
            file.write(bytes([65 + number]) * MEGABYTE)
        cut_log(log, limit=2 * MEGABYTE, slack=MEGABYTE // 4)
        assert log.stat().st_blocks * 512 <= 2.3 * MEGABYTE
    whole = read_whole(log)
    assert whole.startswith(b"A" * MEGABYTE) and whole.endswith(b"T" * MEGABYTE)
    assert b"18 MB of output" in whole


def test_two_gigabytes_are_shown_from_both_ends(bench: Any, settings: Any) -> None:
    settings.FOREBAY_LOG_LIMIT_MB = 16
    script = """
import os
line = b"x" * 1023 + b"\\n"
block = line * 4096
os.write(1, b"the beginning\\n")
for _ in range(512):
    assert os.write(1, block) == len(block)
os.write(1, b"the end\\n")
raise SystemExit(3)
"""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    step = bench.finish(bench.submit(script, node=BARE), seconds=60)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert (step.reason, step.exit_code) == ("exit_code", 3)
    assert step.error_lines[-1] == "the end"
    log = bench.folder(step) / "log"
    assert log.stat().st_size > 2 << 30
    assert log.stat().st_blocks * 512 <= 17 * MEGABYTE
    whole = read_whole(log)
    assert len(whole) < 17 * MEGABYTE
    assert whole.startswith(b"the beginning\n") and whole.endswith(b"the end\n")
    assert b"2,032 MB of output are left out here" in whole
    assert grown < 64 * 1024, f"the runner grew by {grown} KiB"


def test_a_line_of_ten_megabytes(bench: Any) -> None:
    script = "import sys; sys.stdout.write('y' * 10_000_000); sys.stdout.flush(); sys.exit(3)"
    step = bench.finish(bench.submit(script, node=BARE))
    assert (step.reason, step.exit_code) == ("exit_code", 3)
    assert [len(line) for line in step.error_lines] == [500]
    assert (bench.folder(step) / "log").stat().st_size == 10_000_000


@pytest.mark.parametrize(
    ("printed", "seen"),
    [
        ("bytes(range(256)) * 100", "\N{REPLACEMENT CHARACTER}"),
        ("b'a\\0b\\n'", "a\N{REPLACEMENT CHARACTER}b"),
        ("b'caf\\xe9 \\xff\\n'", "caf\N{REPLACEMENT CHARACTER} \N{REPLACEMENT CHARACTER}"),
    ],
)
def test_what_is_no_text_is_shown(bench: Any, api: Any, printed: str, seen: str) -> None:
    script = f"import os; os.write(1, {printed}); raise SystemExit(3)"
    run = bench.submit(script, node=BARE)
    step = bench.finish(run)
    assert (step.reason, step.exit_code) == ("exit_code", 3)
    text = "\n".join(step.error_lines)
    assert seen in text and "\0" not in text
    told = api.get(f"/api/v1/workspaces/lab/steps/{step.uid}").json()
    assert told["error_lines"] == step.error_lines


def test_nothing_at_all(bench: Any, api: Any) -> None:
    step = bench.finish(bench.submit("raise SystemExit(3)", node=BARE))
    assert (step.reason, step.exit_code, step.error_lines) == ("exit_code", 3, [])
    log = api.get(f"/api/v1/workspaces/lab/steps/{step.uid}/log")
    assert (log.content, log["X-Forebay-Log-Size"], log["X-Forebay-Log-Complete"]) == (
        b"",
        "0",
        "1",
    )


def test_rest_reads_around_the_cut(bench: Any, api: Any, settings: Any) -> None:
    settings.FOREBAY_LOG_LIMIT_MB = 1
    script = "print('first'); print(('z' * 99 + '\\n') * 30_000, end=''); print('last')"
    step = bench.finish(bench.submit(script, node=BARE))
    address = f"/api/v1/workspaces/lab/steps/{step.uid}/log"
    text, at, requests = b"", 0, 0
    while True:
        answer = api.get(address, {"offset": at, "limit": 10_000_000})
        assert len(answer.content) <= MEGABYTE
        if not answer.content:
            break
        text, at, requests = text + answer.content, int(answer["X-Forebay-Log-Next"]), requests + 1
    start, end = map(int, answer["X-Forebay-Log-Cut"].split("-"))
    assert (start, end % 4096, requests) == (MEGABYTE // 2, 0, 3)
    assert text.startswith(b"first\n") and text.endswith(b"last\n")
    assert "… 2 MB of output are left out here".encode() in text


def test_a_file_system_without_holes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk keeps the middle, readers skip it all the same."""
    monkeypatch.setattr("pipelines.domain.log_files._punch", lambda *_: False)
    log = tmp_path / "log"
    log.write_bytes(os.urandom(3 * MEGABYTE))
    assert not cut_log(log, limit=MEGABYTE)
    assert len(read_whole(log)) < MEGABYTE + 200
