"""Running uv for a build: its output as our log, signs of life, and why it failed.

Standard library only: it runs in the builder's child process.
"""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time
from dataclasses import dataclass

FIRST_SIGN, NEXT_SIGNS = 1.0, 5.0  # seconds of silence before a sign of life, and between two
KEPT = 16_000  # characters of the output that are looked at afterwards

_CREDENTIALS = re.compile(r"://[^/@\s]+@")
_UNREACHABLE = re.compile(
    r"error sending request|dns error|tcp connect error|connection re(?:fused|set)|"
    r"operation timed out|request timed out|network is unreachable|"
    r"\b(?:429|502|503|504)\b (?:Too Many|Bad Gateway|Service Un|Gateway Time)",
    re.IGNORECASE,
)
NO_UV = (
    "uv is not there, and it builds the environments. Install it beside the studio's Python "
    "(pip install uv) or into a folder of the studio's PATH."
)
OFFLINE = (
    "The studio may not use the network: UV_OFFLINE is set where it was started. Unset it, or set "
    "UV_FIND_LINKS to a folder with the packages' wheels."
)
NO_INDEX = (
    "The studio has no package index: UV_NO_INDEX or PIP_NO_INDEX is set where it was started. "
    "Unset it, or set UV_FIND_LINKS to a folder with the packages' wheels."
)
UNREACHABLE = (
    "The package index can't be reached. Set UV_DEFAULT_INDEX (or pip's index-url) where the "
    "studio is started to one that this machine can reach, or UV_FIND_LINKS to a folder of wheels. "
    "With FOREBAY_DEFAULT_PACKAGES=none steps that ask for no packages need no index."
)


@dataclass(frozen=True)
class Answer:
    """How a call of uv ended."""

    code: int
    text: str  # the end of its output

    @property
    def ok(self) -> bool:
        """Whether it went well."""
        return self.code == 0

    @property
    def unreachable(self) -> bool:
        """Whether it failed for a reason that may pass by itself."""
        return not self.ok and bool(_UNREACHABLE.search(self.text))

    @property
    def remedy(self) -> str:
        """A sentence that names the setting, when that is what it takes."""
        if self.ok:
            return ""
        if "network was disabled" in self.text:
            return OFFLINE
        if "index lookups were disabled" in self.text:
            return NO_INDEX
        return UNREACHABLE if self.unreachable else ""


def run_uv(command: list[str]) -> Answer:
    """Run uv; print what it prints without credentials, and that it lives while it is silent."""
    try:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except FileNotFoundError:
        say(NO_UV)
        return Answer(127, NO_UV)
    with process:
        text = _follow(process)
        return Answer(process.wait(), text)


def _follow(process: subprocess.Popen[bytes]) -> str:
    assert process.stdout is not None
    started, sign = time.monotonic(), FIRST_SIGN
    kept, rest = "", b""
    while True:
        if not select.select([process.stdout], [], [], sign)[0]:
            say(f"… {time.monotonic() - started:.0f} s")
            sign = NEXT_SIGNS
            continue
        chunk = os.read(process.stdout.fileno(), 65536)
        lines = (rest + chunk).split(b"\n")
        rest = lines.pop() if chunk or not lines[-1] else b""
        for line in lines:
            text = _CREDENTIALS.sub("://****@", line.decode("utf-8", "replace"))
            say(text)
            kept = f"{kept}{text}\n"[-KEPT:]
        if not chunk:
            return kept


def say(text: str) -> None:
    """A line of the build's log."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
